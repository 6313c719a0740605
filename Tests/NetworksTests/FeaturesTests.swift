// Batch norms that are applied by their readers, and sums taken by the makers of gradients, against plain loops in double
// precision that know of neither.
import Basics
import TestSupport
import Testing

@testable import Networks
@testable import Tensors

/// A stem whose features are a pending shortcut, a block whose output is a settled one, one with a shortcut that is a
/// batch norm's itself, at stride 2. The outputs are wide enough to be made again for backward, the second of the first.
private struct Chain: Parameterized {
  var conv: Conv2d
  var bn = BatchNorm(64, relu: true)
  var blocks: [BasicBlock]

  init(using random: inout RandomStream) {
    conv = Conv2d(20, 64, kernel: 3, using: &random)
    blocks = [
      BasicBlock(64, 64, stride: 1, branchGamma: 0, using: &random),
      BasicBlock(64, 64, stride: 1, branchGamma: 0, using: &random),
      BasicBlock(64, 36, stride: 2, branchGamma: 0, using: &random),
    ]
    visitParameters("") { _, parameter in
      guard !parameter.isWeight else { return }
      for k in parameter.value.scalars.indices {
        parameter.value.scalars[k] = random.uniform(0.5, 1.5) * (random.below(4) == 0 ? -1 : 1)
      }
    }
    numberParameters()
  }

  mutating func forward(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Features {
    var y = bn.forward(conv.forward(Features(x), mode, &workspace), mode, &workspace)
    for k in blocks.indices { y = blocks[k].forward(y, mode, &workspace) }
    return y
  }

  /// Returns the gradient of x.
  func backward(_ dy: FeatureGradient, _ workspace: inout Workspace) -> Activation {
    var dy = dy
    for block in blocks.reversed() { dy = block.backward(dy, &workspace) }
    return conv.backward(bn.backward(dy, &workspace), &workspace).map
  }

  mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    conv.visitParameters("conv", body)
    bn.visitParameters("bn", body)
    for k in blocks.indices { blocks[k].visitParameters("\(k)", body) }
  }
  mutating func visitBuffers(_ prefix: String, _ body: (String, inout Tensor) -> Void) {
    bn.visitBuffers("bn", body)
    for k in blocks.indices { blocks[k].visitBuffers("\(k)", body) }
  }
}

@Test(arguments: [(1, 5, 7), (1, 13, 6), (3, 9, 11), (19, 5, 7), (19, 13, 6)], Activation.Element.allCases)
func aChainOfBlocksIsItsDefinition(_ shape: (images: Int, height: Int, width: Int), element: Activation.Element) throws
{
  var random = RandomStream(seed: 11, .test)
  var chain = Chain(using: &random)
  let x = noise([shape.images, 20, shape.height, shape.width], &random)
  let dy = noise([shape.images, 36, (shape.height + 1) / 2, (shape.width + 1) / 2], &random)
  let expected = definition(&chain, x, dy)

  var found: [String: Tensor] = [:]
  var trained = chain
  try withWorkspace(element, threads: 3) { workspace in
    trained = chain
    let input = workspace.loadMap(x)
    let y = trained.forward(input, .training, &workspace)
    found["y"] = workspace.readMap(y)
    let gradient = finishGradient(workspace.loadMap(dy), of: y, &workspace)
    found["grad.x"] = workspace.readMap(Features(trained.backward(gradient, &workspace)))
    trained.visitParameters("") { name, parameter in
      found["grad." + name] = workspace.gradientTensor(parameter.slot, parameter.value.shape)
    }
  }
  trained.visitBuffers("") { name, buffer in found[name] = buffer }
  #expect(found.count == expected.count)
  for (name, tensor) in found {
    // bfloat16 rounds by 2⁻⁹ at most, a dozen times on the way to a gradient.
    let tolerance = element == .float32 ? roundingOfNetwork(chain) : name.hasPrefix("grad") ? 0.05 : 0.01
    try expectClose(tensor, expected[name], tolerance, name)
  }
}

/// More images than there are groups of them, and maps larger and smaller than what is summed up in float32.
@Test(arguments: [(70, 23, 23), (900, 7, 3)], Activation.Element.allCases)
func sumsOverManyNumbersAreTheirDefinition(
  _ shape: (images: Int, height: Int, width: Int), element: Activation.Element
) throws {
  var random = RandomStream(seed: 12, .test)
  var x = noise([shape.images, 20, shape.height, shape.width], &random)
  let dy = noise(x.shape, &random)
  // Far from zero, and numbers of bfloat16 already: moments are taken before rounding.
  for place in x.scalars.indices {
    x.scalars[place] = Float(bitPattern: (x.scalars[place] + 3).bitPattern & 0xffff_0000)
  }
  var bn = BatchNorm(20, relu: true)
  for c in 0..<20 { bn.beta!.value.scalars[c] = random.uniform(-1, 1) }
  (bn.gamma.slot, bn.beta!.slot) = (0, 1)
  var found: [String: Tensor] = [:]
  let fresh = bn
  try withWorkspace(element, threads: 3) { workspace in
    bn = fresh
    let (input, gradient) = (workspace.loadMeasured(x), workspace.loadMap(dy))
    found["dy"] = workspace.readMap(Features(gradient))
    let y = bn.forward(input, .training, &workspace)
    found["y"] = workspace.readMap(y)
    _ = bn.backward(finishGradient(gradient, of: y, &workspace), &workspace)
    found["dgamma"] = workspace.gradientTensor(0, [20])
    found["dbeta"] = workspace.gradientTensor(1, [20])
  }
  let (tape, input) = (Tape(), Node(x.shape, x.scalars.map(Double.init)))
  tape.parameters = [".weight": Array(repeating: 1, count: 20), ".bias": bn.beta!.value.scalars.map(Double.init)]
  let y = tape.norm(input, "", relu: false)
  // What ReLU let through is settled by the values found.
  y.gradient = zip(found["y"]!.scalars, found["dy"]!.scalars).map { $0 > 0 ? Double($1) : 0 }
  for step in tape.steps { step() }
  for (name, values) in [
    ("dgamma", tape.gradients[".weight"]!), ("dbeta", tape.gradients[".bias"]!), ("y", y.values.map { max(0, $0) }),
  ] { try expectClose(found[name]!, Tensor(found[name]!.shape, values.map(Float.init)), 2e-6, name) }
  for (name, buffer) in [("mean", bn.runningMean), ("var", bn.runningVariance)] {
    try expectClose(buffer, Tensor([20], tape.statistics[".running_" + name]!.map(Float.init)), 1e-6, name)
  }
}

private func noise(_ shape: [Int], _ random: inout RandomStream) -> Tensor {
  Tensor(shape, (0..<shape.reduce(1, *)).map { _ in random.uniform(-1, 1) })
}

extension Workspace {
  /// A tensor as a feature map of the workspace's type.
  mutating func loadMap(_ tensor: Tensor) -> Activation { loadMeasured(tensor).map }

  fileprivate mutating func loadMeasured(_ tensor: Tensor) -> Measured {
    let values = load(tensor)
    let map = allocate(
      .blocked, element, images: values.images, channels: values.channels, height: values.height, width: values.width)
    let writer = BundleWriter(Destination(map, moments: true, slots: 1, &self), together: map.images, &self)
    if !isPlanning {
      let numbers = pointer(values)
      writer.write(0..<map.images, slot: 0, worker: 0) { $0.update(from: numbers, count: map.count) }
    }
    return writer.destination.measured(self) { _ in map.images }
  }

  /// The features' values.
  mutating func readMap(_ x: Features) -> Tensor {
    let map = x.map
    let values = allocate(images: map.images, channels: map.channels, height: map.height, width: map.width)
    let reader = BundleReader<Float>(x, together: map.images, &self)
    if !isPlanning { pointer(values).update(from: reader.read(0..<map.images, worker: 0), count: map.count) }
    return read(values)
  }
}

/// y, the gradients of Σ y · dy and the running statistics, by the names of `Chain`. Moves the β before each ReLU to where
/// no value comes near zero, so that rounding does not change which ones pass.
private func definition(_ chain: inout Chain, _ x: Tensor, _ dy: Tensor) -> [String: Tensor] {
  let tape = Tape()
  var shapes: [String: [Int]] = [:]
  chain.visitParameters("") { name, parameter in
    tape.parameters[name] = parameter.value.scalars.map(Double.init)
    shapes[name] = parameter.value.shape
  }
  let input = Node(x.shape, x.scalars.map(Double.init))
  var y = tape.norm(tape.convolution(input, "conv", kernel: 3), "bn", relu: true)
  for k in 0..<3 {
    let stride = k == 2 ? 2 : 1
    let inner = tape.norm(tape.convolution(y, "\(k).conv1", kernel: 3, stride: stride), "\(k).bn1", relu: true)
    let shortcut =
      k == 2
      ? tape.norm(tape.convolution(y, "2.downsample.0", kernel: 1, stride: 2), "2.downsample.1", relu: false) : y
    y = tape.norm(tape.convolution(inner, "\(k).conv2", kernel: 3), "\(k).bn2", adding: shortcut, relu: true)
  }
  y.gradient = dy.scalars.map(Double.init)
  for step in tape.steps.reversed() { step() }
  chain.visitParameters("") { name, parameter in
    parameter.value.scalars = tape.parameters[name]!.map(Float.init)
  }
  var results = tape.statistics.mapValues { Tensor([$0.count], $0.map(Float.init)) }
  for (name, gradient) in tape.gradients { results["grad." + name] = Tensor(shapes[name]!, gradient.map(Float.init)) }
  results["y"] = Tensor(y.shape, y.values.map(Float.init))
  results["grad.x"] = Tensor(x.shape, input.gradient.map(Float.init))
  return results
}

/// A feature map [images, channels, height, width] and the gradient that its readers have added up.
private final class Node {
  let shape: [Int]
  let values: [Double]
  var gradient: [Double]
  init(_ shape: [Int], _ values: [Double]) {
    (self.shape, self.values, gradient) = (shape, values, Array(repeating: 0, count: values.count))
  }
  var pixels: Int { shape[2] * shape[3] }
  /// Places of a channel's numbers.
  func places(of channel: Int) -> [Int] {
    (0..<shape[0]).flatMap { n in (0..<pixels).map { (n * shape[1] + channel) * pixels + $0 } }
  }
}

/// Layers in double precision, and what undoes them, to be run in reverse.
private final class Tape {
  var parameters: [String: [Double]] = [:]
  var gradients: [String: [Double]] = [:]
  /// Running ones, from 0 and 1.
  var statistics: [String: [Double]] = [:]
  var steps: [() -> Void] = []

  func convolution(_ x: Node, _ name: String, kernel: Int, stride: Int = 1) -> Node {
    let weight = parameters[name + ".weight"]!
    let (images, ins, height, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
    let outs = weight.count / (ins * kernel * kernel)
    let shape = [images, outs, (height - 1) / stride + 1, (width - 1) / stride + 1]
    /// Calls `body(place in y, in x, in weight)` for every product.
    func forEachProduct(_ body: (Int, Int, Int) -> Void) {
      for n in 0..<images {
        for o in 0..<outs {
          for c in 0..<ins {
            for tap in 0..<kernel * kernel {
              let (down, right) = (tap / kernel - kernel / 2, tap % kernel - kernel / 2)
              for row in 0..<shape[2] where (0..<height).contains(row * stride + down) {
                for column in 0..<shape[3] where (0..<width).contains(column * stride + right) {
                  body(
                    ((n * outs + o) * shape[2] + row) * shape[3] + column,
                    ((n * ins + c) * height + row * stride + down) * width + column * stride + right,
                    (o * ins + c) * kernel * kernel + tap)
                }
              }
            }
          }
        }
      }
    }
    var sums = Array(repeating: 0.0, count: shape.reduce(1, *))
    forEachProduct { out, place, tap in sums[out] += x.values[place] * weight[tap] }
    let y = Node(shape, sums)
    steps.append {
      var (dx, dweight) = (x.gradient, Array(repeating: 0.0, count: weight.count))
      x.gradient = []
      let dy = y.gradient
      forEachProduct { out, place, tap in
        dx[place] += dy[out] * weight[tap]
        dweight[tap] += dy[out] * x.values[place]
      }
      x.gradient = dx
      self.gradients[name + ".weight"] = dweight
    }
    return y
  }

  /// Batch norm, an addition where there is one, ReLU.
  func norm(_ x: Node, _ name: String, adding addend: Node? = nil, relu: Bool) -> Node {
    let gamma = parameters[name + ".weight"]!
    var beta = parameters[name + ".bias"]!
    let count = Double(x.shape[0] * x.pixels)
    var (y, normal) = (x.values, x.values)
    var inverse = gamma
    for c in gamma.indices {
      let places = x.places(of: c)
      let mean = places.reduce(0) { $0 + x.values[$1] } / count
      let squares = places.reduce(0) { $0 + (x.values[$1] - mean) * (x.values[$1] - mean) }
      inverse[c] = 1 / (squares / count + 1e-5).squareRoot()
      statistics[name + ".running_mean", default: []].append(0.1 * mean)
      statistics[name + ".running_var", default: []].append(0.9 + 0.1 * squares / (count - 1))
      for place in places {
        normal[place] = (x.values[place] - mean) * inverse[c]
        y[place] = gamma[c] * normal[place] + (addend?.values[place] ?? 0)
      }
      if relu { beta[c] = shiftIntoAGap(places.map { y[$0] }) }
      for place in places { y[place] = relu ? max(0, y[place] + beta[c]) : y[place] + beta[c] }
    }
    parameters[name + ".bias"] = beta
    let result = Node(x.shape, y)
    steps.append {
      var (dgamma, dbeta) = (gamma, gamma)
      for c in gamma.indices {
        let places = x.places(of: c)
        for place in places where relu && y[place] == 0 { result.gradient[place] = 0 }
        dbeta[c] = places.reduce(0) { $0 + result.gradient[$1] }
        dgamma[c] = places.reduce(0) { $0 + result.gradient[$1] * normal[$1] }
        for place in places {
          let centred = result.gradient[place] - dbeta[c] / count - normal[place] * dgamma[c] / count
          x.gradient[place] += gamma[c] * inverse[c] * centred
          addend?.gradient[place] += result.gradient[place]
        }
      }
      self.gradients[name + ".weight"] = dgamma
      self.gradients[name + ".bias"] = dbeta
    }
    return result
  }

  /// A float32 that, added, brings zero into the middle of the widest gap between numbers of −1…1.
  private func shiftIntoAGap(_ numbers: [Double]) -> Double {
    let near = numbers.filter { abs($0) < 1 }.sorted()
    let gap = zip(near, near.dropFirst()).max { $0.1 - $0.0 < $1.1 - $1.0 }
    return Double(Float(gap.map { -($0.0 + $0.1) / 2 } ?? 0))
  }
}
