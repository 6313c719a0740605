// Every operation, forward and backward, against PyTorch in float64.
import Basics
import Networks
@testable import Tensors
import TestSupport
import Testing

@Test(arguments: 0..<9, [1, 3])
func convolutionIsPyTorchs(number: Int, threads: Int) throws {
  let file = try golden("convolution")
  let numbers = try #require(file.metadata["case\(number)"]).split(separator: ",").map { Int($0)! }
  func tensor(_ name: String) throws -> Tensor { try #require(file["case\(number).\(name)"]) }
  let (x, weight, dy) = (try tensor("x"), try tensor("weight"), try tensor("dy"))
  var (y, dx, dweight) = (x, x, weight)
  try withWorkspace(threads: threads) { workspace in
    // Three channels come as pixels, as pictures do; the input's gradient is asked for all the same.
    let input = workspace.load(x, as: x.shape[1] == 3 ? .pixels : .blocked)
    let output = convolution(
      Features(input), weight: weight, stride: numbers[0], padding: numbers[1], .training, &workspace)
    y = workspace.read(output.map)
    let gradient = convolutionBackward(
      workspace.load(dy), weight: weight, slot: 0, stride: numbers[0], padding: numbers[1], .whole(adding: nil),
      &workspace)
    dx = workspace.read(gradient!.map)
    dweight = workspace.gradientTensor(0, weight.shape)
  }
  let taps = weight.shape[2] * weight.shape[3]
  let growth = taps == 9 && numbers[0] == 1 ? WinogradGrowth.ofNorm : 1
  for (name, found, terms) in [
    ("y", y, x.shape[1] * taps), ("dx", dx, dy.shape[1] * taps),
    ("dweight", dweight, dy.count / dy.shape[1]),
  ] { try expectClose(found, tensor(name), growth * rounding(ofSums: terms), name) }
}

@Test(arguments: ["", "_relu", "_res"])
func batchNormIsPyTorchs(variant: String) throws {
  let file = try golden("batchnorm")
  func tensor(_ name: String) throws -> Tensor { try #require(file[name]) }
  let (x, dy, residual) = (try tensor("x"), try tensor("dy"), try tensor("r"))
  let (gamma, beta) = (try tensor("gamma"), try tensor("beta"))
  var (mean, variance) = (try tensor("running_mean"), try tensor("running_var"))
  let before = (mean, variance)
  var results: [String: Tensor] = [:]
  try withWorkspace { workspace in
    (mean, variance) = before
    let side = variant == "_res" ? workspace.load(residual) : nil
    let pending = batchNorm(
      Measured(workspace.load(x)), gamma: gamma, beta: beta, runningMean: &mean, runningVariance: &variance,
      relu: variant == "_relu", .training, &workspace)
    let y =
      side.map { join(pending, Features($0), .training, &workspace) } ?? settle(pending, .training, &workspace)
    results["y"] = workspace.read(y.map)
    let gradient = finishGradient(workspace.load(dy), of: y, &workspace)
    if side != nil { results["dr"] = workspace.read(gradient.map) }
    let dx = batchNormBackward(
      gradient, gamma: gamma, gammaSlot: 0, betaSlot: 1, keepingGradient: true, &workspace)
    results["dx"] = workspace.read(dx)
    results["dgamma"] = workspace.gradientTensor(0, gamma.shape)
    results["dbeta"] = workspace.gradientTensor(1, beta.shape)
  }
  for (name, result) in results { try expectClose(result, file[name + variant], 5e-6, name + variant) }
  try expectClose(mean, file["running_mean_after"], 2e-6, "running mean")
  try expectClose(variance, file["running_var_after"], 2e-6, "running variance")
}

@Test func batchNormInInferenceIsPyTorchs() throws {
  let file = try golden("batchnorm")
  let x = try #require(file["x"])
  var (mean, variance) = (try #require(file["running_mean"]), try #require(file["running_var"]))
  var y = x
  try withWorkspace { workspace in
    let output = batchNorm(
      Measured(workspace.load(x)), gamma: file["gamma"]!, beta: file["beta"]!, runningMean: &mean,
      runningVariance: &variance, relu: false, .inference, &workspace)
    y = workspace.read(settle(output, .inference, &workspace).map)
  }
  // A mean is subtracted, a scale multiplied and a shift added.
  try expectClose(y, file["y_inference"], rounding(ofSums: 300))
  #expect(mean == file["running_mean"])
}

@Test func batchNormOfVectorsIsPyTorchs() throws {
  let file = try golden("batchnorm")
  let (x, dy, gamma) = (try #require(file["x2"]), try #require(file["dy2"]), try #require(file["gamma2"]))
  var (mean, variance) = (Tensor(zeros: gamma.shape), Tensor(repeating: 1, gamma.shape))
  var (y, dx, dgamma) = (x, x, gamma)
  try withWorkspace { workspace in
    let output = batchNorm(
      Measured(workspace.load(x)), gamma: gamma, beta: file["beta2"]!, runningMean: &mean, runningVariance: &variance,
      relu: false, .training, &workspace)
    y = workspace.read(settle(output, .training, &workspace).map)
    let gradient = batchNormBackward(
      FeatureGradient(workspace.load(dy)), gamma: gamma, gammaSlot: 0, betaSlot: 1, keepingGradient: false, &workspace)
    dx = workspace.read(gradient)
    dgamma = workspace.gradientTensor(0, gamma.shape)
  }
  try expectClose(y, file["y2"], 5e-6, "y2")
  try expectClose(dx, file["dx2"], 5e-6, "dx2")
  try expectClose(dgamma, file["dgamma2"], 5e-6, "dgamma2")
}

/// Sums are taken around a pivot: a mean a thousand deviations away costs few digits.
@Test func batchNormKeepsItsDigitsFarFromZero() throws {
  let x = Tensor([4, 16, 8, 8], (0..<4096).map { 1000 + Float(($0 * 2_654_435_761) % 1000) / 1000 })
  var (mean, variance) = (Tensor(zeros: [16]), Tensor(repeating: 1, [16]))
  var y = x
  try withWorkspace { workspace in
    let output = batchNorm(
      Measured(workspace.load(x)), gamma: Tensor(repeating: 1, [16]), beta: nil, runningMean: &mean,
      runningVariance: &variance, relu: false, .training, &workspace)
    y = workspace.read(settle(output, .training, &workspace).map)
  }
  for channel in 0..<16 {
    let values = (0..<4).flatMap { n in (0..<64).map { Double(y.scalars[(n * 16 + channel) * 64 + $0]) } }
    let average = values.reduce(0, +) / 256
    let spread = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 256
    #expect(abs(average) < 1e-2 && abs(spread - 1) < 2e-3, "channel \(channel): mean \(average), variance \(spread)")
  }
}

@Test func linearIsPyTorchs() throws {
  let file = try golden("pieces")
  let (x, weight, dy) = (
    try #require(file["linear.x"]), try #require(file["linear.weight"]), try #require(file["linear.dy"])
  )
  var results: [String: Tensor] = [:]
  try withWorkspace { workspace in
    let y = linear(workspace.load(x), weight: weight, bias: file["linear.bias"]!, .training, &workspace)
    results["y"] = workspace.read(y)
    let dx = linearBackward(workspace.load(dy), weight: weight, weightSlot: 0, biasSlot: 1, &workspace)
    results["dx"] = workspace.read(dx)
    results["dweight"] = workspace.gradientTensor(0, weight.shape)
    results["dbias"] = workspace.gradientTensor(1, [weight.rows])
  }
  // No sum is longer than a row of x; the bias is one more term.
  let bound = rounding(ofSums: x.columns + 1)
  for (name, result) in results { try expectClose(result, file["linear." + name], bound, name) }
}

@Test func globalAverageIsPyTorchs() throws {
  let file = try golden("pieces")
  let (x, dy) = (try #require(file["averagepool.x"]), try #require(file["averagepool.dy"]))
  var (y, dx) = (x, x)
  try withWorkspace { workspace in
    let output = globalAverage(Features(workspace.load(x)), .training, &workspace)
    y = workspace.read(output)
    dx = workspace.read(globalAverageBackward(workspace.load(dy), &workspace).map)
  }
  let bound = rounding(ofSums: x.shape[2] * x.shape[3])
  try expectClose(y, file["averagepool.y"], bound)
  try expectClose(dx, file["averagepool.dx"], bound)
}

@Test func maxPoolIsPyTorchs() throws {
  let file = try golden("pieces")
  let (x, dy) = (try #require(file["maxpool.x"]), try #require(file["maxpool.dy"]))
  let (y, dx) = try maxPoolAndGradient(x, dy)
  #expect(y == file["maxpool.y"])
  try expectClose(dx, file["maxpool.dx"], rounding(ofSums: 9))
}

/// Of equal numbers the first counts, rows before columns, so the whole gradient of a flat map goes to windows' corners.
@Test func maxPoolTakesTheFirstOfEquals() throws {
  let flat = Tensor(repeating: 2, [1, 1, 4, 3])
  let (y, dx) = try maxPoolAndGradient(flat, Tensor([1, 1, 2, 2], [1, 10, 100, 1000]))
  #expect(y == Tensor(repeating: 2, [1, 1, 2, 2]))
  #expect(dx.scalars == [1, 10, 0, 100, 1000, 0, 0, 0, 0, 0, 0, 0])
}

/// Maps of one row, one column, odd and even sides, and NaN, against the definition.
@Test(arguments: [(1, 1), (1, 5), (2, 2), (3, 4), (7, 1), (6, 9)])
func maxPoolIsItsDefinition(height: Int, width: Int) throws {
  var random = RandomStream(seed: 7, .test)
  let x = Tensor([2, 20, height, width], (0..<40 * height * width).map { _ in random.uniform(-1, 1) })
  let (rows, columns) = ((height + 1) / 2, (width + 1) / 2)
  let dy = Tensor([2, 20, rows, columns], (0..<40 * rows * columns).map { _ in random.uniform(-1, 1) })
  var (y, dx) = (dy, Tensor(zeros: x.shape))
  for map in 0..<40 {
    for row in 0..<rows {
      for column in 0..<columns {
        let window = (max(0, 2 * row - 1)..<min(height, 2 * row + 2)).flatMap { iy in
          (max(0, 2 * column - 1)..<min(width, 2 * column + 2)).map { (map * height + iy) * width + $0 }
        }
        let largest = window.max { x.scalars[$0] < x.scalars[$1] }!
        let place = (map * rows + row) * columns + column
        y.scalars[place] = x.scalars[largest]
        dx.scalars[largest] += dy.scalars[place]
      }
    }
  }
  let found = try maxPoolAndGradient(x, dy)
  #expect(found.y.scalars == y.scalars)
  try expectClose(found.dx, dx, rounding(ofSums: 9), "dx")
  var broken = x
  broken.scalars[0] = .nan
  #expect(try maxPoolAndGradient(broken, dy).y.scalars[0].isNaN)
}

private func maxPoolAndGradient(_ x: Tensor, _ dy: Tensor) throws -> (y: Tensor, dx: Tensor) {
  var (y, dx) = (x, x)
  try withWorkspace { workspace in
    y = workspace.read(maxPool(Features(workspace.load(x)), .training, &workspace).map)
    dx = workspace.read(maxPoolBackward(workspace.load(dy), &workspace).map)
  }
  return (y, dx)
}

@Test func unitLengthIsPyTorchs() throws {
  let file = try golden("pieces")
  let x = try #require(file["normalize.x"])
  try expectClose(unitRows(x), file["normalize.y"], rounding(ofSums: x.columns))
}

@Test func reluLetsNoGradientThroughWhereItWasZero() throws {
  let x = Tensor([1, 4], [-2, 0, 3, -0.5])
  var (y, dx) = (x, x)
  try withWorkspace { workspace in
    let output = relu(workspace.load(x), .training, &workspace)
    y = workspace.read(output)
    dx = workspace.read(reluBackward(workspace.load(Tensor([1, 4], [5, 6, 7, 8])), &workspace))
  }
  #expect(y.scalars == [0, 0, 3, 0])
  #expect(dx.scalars == [0, 0, 7, 0])
}
