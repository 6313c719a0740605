// Optimizers against PyTorch, LARS against the reference's formula; the schedule against its table.
import Basics
import Foundation
import Networks
import Tensors
import Testing

/// A layer of one weight and one bias.
private struct Two: Layer {
  var w: Parameter
  var b: Parameter
  init(_ w: Tensor, _ b: Tensor) {
    (self.w, self.b) = (Parameter(w, isWeight: true), Parameter(b, isWeight: false))
    numberParameters()
  }
  mutating func forward(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
    linear(x, weight: w.value, bias: b.value, mode, &workspace)
  }
  func backward(_ dy: Activation, _ workspace: inout Workspace) -> Activation {
    linearBackward(dy, weight: w.value, weightSlot: w.slot, biasSlot: b.slot, &workspace)
  }
  mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    body("w", &w)
    body("b", &b)
  }
}

/// Puts the given gradients where backward leaves them, by a backward pass that amounts to them: dy = I and x = g.
@discardableResult
private func step(
  _ model: inout Two, _ optimizer: inout Optimizer, _ gradients: (w: Tensor, b: Tensor),
  _ settings: Optimizer.Settings, threads: Int = 2
) throws -> Double {
  let (rows, columns) = (gradients.w.rows, gradients.w.columns)
  // With x = [g; 1…] and dy = [I; b − 1] both sums come out as asked; simpler: two backward rows blocks.
  var x = gradients.w.scalars
  var dy = (0..<rows * rows).map { Float($0 % (rows + 1) == 0 ? 1 : 0) }
  x += [Float](repeating: 0, count: columns)
  dy += gradients.b.scalars.map { $0 - 1 }
  var (copy, trained) = (model, model)
  var moved = optimizer
  var norm = 0.0
  try withWorkspace(threads: threads) { workspace in
    (trained, moved) = (copy, optimizer)
    _ = copy.forward(workspace.load(Tensor([rows + 1, columns], x)), .training, &workspace)
    _ = copy.backward(workspace.load(Tensor([rows + 1, rows], dy)), &workspace)
    if !workspace.isPlanning { norm = moved.step(&trained, settings, workspace) }
  }
  (model, optimizer) = (trained, moved)
  return norm
}

@Test(arguments: ["sgd", "nesterov", "adam", "adamw", "lars"])
func optimizerIsTheReferences(name: String) throws {
  let file = try golden("optimizers")
  let start = try #require(file["w"])
  // The gradient of a [out, in] weight is [3, 4] with a bias of 3; the golden's bias has 4, so it stands transposed.
  func transposed(_ t: Tensor) -> Tensor {
    Tensor([t.columns, t.rows], (0..<t.count).map { t.scalars[$0 % t.rows * t.columns + $0 / t.rows] })
  }
  var model = Two(transposed(start), try #require(file["b"]))
  var optimizer = Optimizer(name == "nesterov" ? .sgd : Optimizer.Kind(rawValue: name)!, nesterov: name == "nesterov")
  for index in 0..<6 {
    let rate = name.hasPrefix("adam") ? 0.01 : name == "lars" ? (index < 3 ? 1.0 : 0.5) : 0.1
    let gradients = (transposed(try #require(file["gw\(index)"])), try #require(file["gb\(index)"]))
    try step(
      &model, &optimizer, gradients, Optimizer.Settings(learningRate: rate, momentum: 0.9, weightDecay: 0.01))
    try expectClose(transposed(model.w.value), file["\(name).w\(index + 1)"], 3e-6, "w\(index + 1)")
    try expectClose(model.b.value, file["\(name).b\(index + 1)"], 3e-6, "b\(index + 1)")
  }
}

@Test(arguments: Optimizer.Kind.allCases)
func threadsDoNotChangeABitOfAStep(kind: Optimizer.Kind) throws {
  var random = RandomStream(seed: 4, .test)
  func tensor() -> Tensor { Tensor([50, 1001], (0..<50 * 1001).map { _ in random.uniform(-1, 1) }) }
  let (start, gradients) = (Two(tensor(), Tensor(zeros: [50])), (tensor(), Tensor(zeros: [50])))
  let ends = try [1, 2, 5].map { threads in
    var (model, optimizer) = (start, Optimizer(kind))
    let norm = try step(
      &model, &optimizer, gradients, Optimizer.Settings(learningRate: 0.1, momentum: 0.9, weightDecay: 0.01),
      threads: threads)
    return (weights: model.w.value, norm: norm)
  }
  #expect(ends.allSatisfy { $0.weights == ends[0].weights && $0.norm == ends[0].norm })
}

/// A step on 1,000 numbers a row, so that they come in parts and end in less than a vector, by the formulas in double.
@Test(arguments: ["sgd", "nesterov", "adam", "adamw", "lars"], [1, 3])
func largeParametersMoveByTheFormulas(name: String, threads: Int) throws {
  var random = RandomStream(seed: 3, .test)
  let (rows, columns) = (37, 1001)
  let start = Tensor([rows, columns], (0..<rows * columns).map { _ in random.uniform(-1, 1) })
  let gradients = (0..<2).map { _ in
    (Tensor([rows, columns], (0..<rows * columns).map { _ in random.uniform(-1, 1) }), Tensor(zeros: [rows]))
  }
  var model = Two(start, Tensor(zeros: [rows]))
  var optimizer = Optimizer(name == "nesterov" ? .sgd : Optimizer.Kind(rawValue: name)!, nesterov: name == "nesterov")
  let (rate, momentum, decay) = (0.1, 0.9, 0.01)
  var w = start.scalars.map(Double.init)
  var (first, second) = ([Double](repeating: 0, count: w.count), [Double](repeating: 0, count: w.count))
  for (index, gradient) in gradients.enumerated() {
    let norm = try step(
      &model, &optimizer, gradient,
      Optimizer.Settings(learningRate: rate, momentum: momentum, weightDecay: decay), threads: threads)
    let raw = gradient.0.scalars.map(Double.init)
    #expect(abs(norm - raw.reduce(0) { $0 + $1 * $1 }.squareRoot()) < 1e-9 * norm)
    let coupled = zip(raw, w).map { name == "adamw" ? $0 : $0 + decay * $1 }
    func length(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let trust = name == "lars" ? 0.001 * length(w) / length(coupled) : 1
    let t = Double(index + 1)
    for i in w.indices {
      let g = coupled[i]
      switch name {
      case "sgd", "nesterov":
        first[i] = momentum * first[i] + g
        w[i] -= rate * (name == "sgd" ? first[i] : g + momentum * first[i])
      case "lars":
        first[i] = momentum * first[i] + rate * trust * g
        w[i] -= first[i]
      default:
        first[i] = momentum * first[i] + (1 - momentum) * g
        second[i] = 0.999 * second[i] + 0.001 * g * g
        if name == "adamw" { w[i] -= rate * decay * w[i] }
        w[i] -= rate * first[i] / (1 - pow(momentum, t)) / ((second[i] / (1 - pow(0.999, t))).squareRoot() + 1e-8)
      }
    }
  }
  let error = zip(model.w.value.scalars, w).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
  #expect(error < 2e-6)
}

private func larsStep(w: [Float], g: [Float], decay: Double) throws -> [Float] {
  var model = Two(Tensor([1, 2], w), Tensor([1], [0]))
  var optimizer = Optimizer(.lars)
  try step(
    &model, &optimizer, (Tensor([1, 2], g), Tensor([1], [0])),
    Optimizer.Settings(learningRate: 1, momentum: 0.9, weightDecay: decay))
  return model.w.value.scalars
}

@Test func larsDividesByTheNormOfGradientAndDecayTogether() throws {
  let w = try larsStep(w: [3, 4], g: [0, 1], decay: 0.1)
  #expect(abs(w[0] - 2.998952) < 1e-6 && abs(w[1] - 3.995111) < 1e-6)
}

@Test func larsAdaptsWithoutDecayToo() throws {
  #expect(abs(try larsStep(w: [3, 4], g: [0, 1], decay: 0)[1] - (4 - 0.005)) < 1e-6)
}

@Test func larsTakesTheRawRateWhereWeightsAreZero() throws {
  #expect(try larsStep(w: [0, 0], g: [0.5, -1], decay: 0.1) == [-0.5, 1])
}

@Test func larsKeepsTheRateInsideItsMomentum() throws {
  var model = Two(Tensor([1, 1], [0]), Tensor([1], [0]))
  var optimizer = Optimizer(.lars)
  var positions: [Float] = [0]
  for rate in [1.0, 0.5] {
    try step(
      &model, &optimizer, (Tensor([1, 1], [0]), Tensor([1], [1])),
      Optimizer.Settings(learningRate: rate, momentum: 0.9, weightDecay: 0))
    positions.append(model.b.value.scalars[0])
  }
  #expect(abs((positions[1] - positions[2]) - 1.4) < 1e-6)
}

@Test func scheduleMeetsItsSixPoints() {
  let (batch, total) = (512.0, 97_657.0)
  let schedule = Schedule(.cosine, warmupImages: 976 * batch, totalImages: total * batch)
  func rate(_ step: Double) -> Double { schedule.rate(peak: 2, images: step * batch) }
  #expect(rate(0) == 0)
  #expect(abs(rate(1) - 0.00204918) < 1e-8)
  #expect(abs(rate(975) - 1.9979508) < 1e-7)
  #expect(rate(976) == 2)
  #expect(abs(rate(48_828) - 1.0158729) < 1e-7)
  #expect(abs(rate(97_656) - 5.28e-10) < 1e-12)
}

@Test func aConstantScheduleStaysAfterWarmUp() {
  let schedule = Schedule(.constant, warmupImages: 100, totalImages: 1000)
  #expect([0, 50, 100, 999].map { schedule.rate(peak: 4, images: $0) } == [0, 2, 4, 4])
}
