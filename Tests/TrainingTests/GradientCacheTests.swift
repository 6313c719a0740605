// A batch in chunks against the same batch taken otherwise: by hand with the loss in double, by finite differences, and
// in one pass where batch norm sees the same.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Tensors
import Testing

@testable import Training

private let workers = WorkerPool(threads: 2)

private func settings(_ change: (inout Configuration) -> Void = { _ in }) -> Configuration {
  BLAS.useOneThread()
  var configuration = Configuration()
  configuration.encoder = ResNet.Architecture.named("resnet8")!
  (configuration.imageSize, configuration.projectionDim, configuration.order) = (16, 12, .file)
  change(&configuration)
  return configuration
}

/// Pictures of noise, each with a brightness and a tint of its own.
private func pictures(_ count: Int) -> DataSet {
  var random = RandomStream(seed: 3, .test)
  let images = (0..<count).map { _ in
    let tint = (0..<3).map { _ in random.below(160) }
    return Image(width: 16, height: 16, pixels: (0..<16 * 16 * 3).map { UInt8(tint[$0 % 3] + random.below(90)) })
  }
  return DataSet(images: images, labels: nil, classes: [], names: images.indices.map { "\($0)" }, title: "noise")
}

/// A model in which no gradient is zero.
private func stirredModel(_ configuration: Configuration) -> SimCLR {
  var model = SimCLR(configuration)
  var random = RandomStream(seed: 4, .test)
  model.visitParameters("") { _, parameter in
    for k in parameter.value.scalars.indices { parameter.value.scalars[k] += random.uniform(-0.1, 0.1) }
  }
  return model
}

private func parameters(_ model: SimCLR) -> [Double] {
  var (copy, numbers) = (model, [Double]())
  copy.visitParameters("") { numbers += $1.value.scalars.map(Double.init) }
  return numbers
}

private func runningStatistics(_ model: SimCLR) -> [Float] {
  var (copy, numbers) = (model, [Float]())
  copy.visitBuffers("") { numbers += $1.scalars }
  return numbers
}

private func norm(_ numbers: [Double]) -> Double { numbers.reduce(0) { $0 + $1 * $1 }.squareRoot() }

private let temperature = 0.5

/// One step of SGD at rate 1: its update is the gradient.
private func step(_ model: SimCLR, _ data: DataSet, _ configuration: Configuration) throws -> (
  outcome: StepEngine.Outcome, gradient: [Double], model: SimCLR
) {
  var (moved, optimizer) = (model, Optimizer(.sgd))
  var loader = Loader(data, seed: 1, order: .file, workers: workers)
  var engine = try StepEngine(
    StepPlan(model, configuration, batchSize: data.count, workers: workers), configuration, workers: workers)
  let batch = BatchPlan(
    epoch: 0, cursor: 0, count: data.count, recipe: configuration.recipe(configuration.knobs))
  let outcome = engine.step(
    &moved, &optimizer, &loader, batch, temperature: temperature,
    Optimizer.Settings(learningRate: 1, momentum: 0, weightDecay: 0), looks: true)
  return (outcome, zip(parameters(model), parameters(moved)).map { $0 - $1 }, moved)
}

/// A chunk's z, and the gradient of the parameters for a dz.
private func pass(_ model: inout SimCLR, _ views: ViewBatch, dz: Tensor? = nil) throws -> (
  z: Tensor, gradient: [Double]
) {
  var result = (z: Tensor(zeros: [0, 0]), gradient: [Double]())
  func step(_ workspace: inout Workspace, _ model: inout SimCLR) {
    let input = views.bytes.withUnsafeBufferPointer {
      workspace.input(
        $0, images: 2 * views.plan.count, size: 16, mean: PixelNormalization.none.mean,
        standardDeviation: PixelNormalization.none.standardDeviation)
    }
    let z = model.forwardBoth(input, .training, &workspace).z
    result = (workspace.read(z), [])
    guard let dz else { return }
    model.backward(workspace.load(dz), &workspace)
    guard !workspace.isPlanning else { return }
    model.visitParameters("") { result.gradient += workspace.gradient(slot: $1.slot).map(Double.init) }
  }
  var copy = model
  var workspace = try Workspace(Workspace.plan(workers: workers) { step(&$0, &copy) }, workers: workers)
  step(&workspace, &model)
  return result
}

/// Rows of chunks, first views then second ones each, as rows of the whole batch.
private func joined(_ chunks: [Tensor]) -> Tensor {
  let rows = [0, 1].flatMap { half in
    chunks.flatMap { chunk in (0..<chunk.rows / 2).flatMap { chunk.row(half * chunk.rows / 2 + $0) } }
  }
  return Tensor([rows.count / chunks[0].columns, chunks[0].columns], rows)
}

private func views(_ data: DataSet, _ configuration: Configuration, from start: Int, _ count: Int) -> ViewBatch {
  var loader = Loader(data, seed: 1, order: .file, workers: workers)
  return loader.take(
    BatchPlan(epoch: 0, cursor: start, count: count, recipe: configuration.recipe(configuration.knobs)))
}

@Test(arguments: [Objective(), Objective(.margin, .dot, .semiHard)])
func chunksGiveTheLossAndTheGradientOfTheWholeBatch(objective: Objective) throws {
  // 11 images, at most 4 at once: chunks of 3, 4 and 4.
  let configuration = settings { ($0.microBatch, $0.objective) = (4, objective) }
  let (data, model) = (pictures(11), stirredModel(configuration))
  let chunks = [(0, 3), (3, 4), (7, 4)].map { views(data, configuration, from: $0.0, $0.1) }
  var seen = model
  let z = try chunks.map { try pass(&seen, $0).z }
  let whole = joined(z)
  let expected = PlainLoss(whole.scalars.map(Double.init), rows: 22, objective, temperature: temperature)
  let dz = Tensor(whole.shape, expected.dz.map { Float($0) })
  var gradient = [Double](repeating: 0, count: model.parameterCount)
  for (chunk, start) in zip(chunks, [0, 3, 7]) {
    let rows = [0, 11].flatMap { half in (start..<start + chunk.plan.count).flatMap { dz.row(half + $0) } }
    var copy = model
    let part = try pass(&copy, chunk, dz: Tensor([2 * chunk.plan.count, 12], rows)).gradient
    for k in part.indices { gradient[k] += part[k] }
  }
  let measured = try step(model, data, configuration)
  #expect(abs(measured.outcome.loss.loss - expected.loss) < 1e-5)
  #expect(measured.outcome.indices == Array(0..<11))
  #expect(measured.outcome.look?.z == whole)
  let off = norm(zip(measured.gradient, gradient).map { $0 - $1 }) / norm(gradient)
  #expect(off < 1e-4, "off by \(off)")
  #expect(abs(measured.outcome.gradientNorm / norm(gradient) - 1) < 1e-4)
  // The running statistics have moved once a chunk.
  #expect(runningStatistics(measured.model) == runningStatistics(seen))
}

@Test func theGradientOfChunksIsTheSlopeOfTheWholeLoss() throws {
  let configuration = settings { $0.microBatch = 4 }
  let (data, model) = (pictures(11), stirredModel(configuration))
  let chunks = [(0, 3), (3, 4), (7, 4)].map { views(data, configuration, from: $0.0, $0.1) }
  let gradient = try step(model, data, configuration).gradient
  func loss(along direction: [Double], _ length: Double) throws -> Double {
    var (moved, k) = (model, 0)
    moved.visitParameters("") { _, parameter in
      for i in parameter.value.scalars.indices {
        parameter.value.scalars[i] += Float(length * direction[k])
        k += 1
      }
    }
    let z = try joined(chunks.map { try pass(&moved, $0).z })
    return PlainLoss(
      z.scalars.map(Double.init), rows: 22, Objective(), temperature: temperature, withGradient: false
    ).loss
  }
  let unit = gradient.map { $0 / norm(gradient) }
  let slope = try (loss(along: unit, 4e-3) - loss(along: unit, -4e-3)) / 8e-3
  #expect(abs(slope / norm(gradient) - 1) < 1e-2, "slope \(slope), norm of the gradient \(norm(gradient))")
}

@Test func whereBatchNormSeesTheSameChunksAreTheWholeBatch() throws {
  // Both chunks hold the same pictures without augmentation, so their statistics are those of the whole batch.
  let four = pictures(4)
  let data = four.subset([0, 1, 2, 3, 0, 1, 2, 3])
  let whole = settings { $0.augmentation = .none }
  let chunked = settings { ($0.augmentation, $0.microBatch) = (.none, 4) }
  let model = stirredModel(whole)
  let (one, two) = (try step(model, data, whole), try step(model, data, chunked))
  #expect(abs(one.outcome.loss.loss - two.outcome.loss.loss) < 1e-5)
  let off = norm(zip(one.gradient, two.gradient).map { $0 - $1 }) / norm(one.gradient)
  #expect(norm(one.gradient) > 0.01 && off < 1e-3, "off by \(off)")
}

/// The first batch norm's running mean after one step is a tenth of the mean of conv1's output, here by plain loops: over
/// both views at once (bug: one view after the other moves it twice, and each has statistics of its own).
@Test func batchNormSeesBothViewsAtOnce() throws {
  let (data, configuration) = (pictures(5), settings())
  var model = stirredModel(configuration)
  let seen = views(data, configuration, from: 0, 5)
  var weights: [Float] = []
  model.visitParameters("") { if $0 == "encoder.conv1.weight" { weights = $1.value.scalars } }  // [16, 3, 3, 3]
  func mean(_ images: Range<Int>, _ channel: Int) -> Double {
    var sum = 0.0
    for image in images {
      for place in 0..<16 * 16 * 27 {
        let (pixel, tap) = (place / 27, place % 27)
        let (y, x, c) = (pixel / 16 + tap / 3 % 3 - 1, pixel % 16 + tap % 3 - 1, tap / 9)
        guard (0..<16).contains(y), (0..<16).contains(x) else { continue }
        sum += Double(weights[channel * 27 + tap]) * Double(seen.bytes[((image * 16 + y) * 16 + x) * 3 + c]) / 255
      }
    }
    return sum / Double(images.count * 256)
  }
  let moved = try step(model, data, configuration).model
  var copy = moved
  var running: [Float] = []
  copy.visitBuffers("") { if $0 == "encoder.bn1.running_mean" { running = $1.scalars } }
  for channel in [0, 7, 15] {
    #expect(abs(Double(running[channel]) - 0.1 * mean(0..<10, channel)) < 1e-5)
    #expect(abs(Double(running[channel]) - 0.1 * mean(0..<5, channel)) > 1e-5)
  }
}

@Test func aBatchWithinTheLimitIsTheSameBytes() throws {
  let (data, whole) = (pictures(6), settings())
  let model = stirredModel(whole)
  let one = try step(model, data, whole)
  for limit in [6, 100] {
    let other = try step(model, data, settings { $0.microBatch = limit })
    #expect(other.model == one.model && other.outcome.loss == one.outcome.loss)
  }
  #expect(try step(model, data, settings { $0.microBatch = 3 }).model != one.model)
}

@Test func chunksAreEvenAndTakeTheMemoryOfOne() {
  func plan(_ batchSize: Int, _ limit: Int?) -> StepPlan {
    let configuration = settings { $0.microBatch = limit }
    return StepPlan(SimCLR(configuration), configuration, batchSize: batchSize, workers: workers)
  }
  #expect(plan(100, 64).chunks == [50, 50])
  #expect(plan(7, 3).chunks == [2, 2, 3])
  #expect(plan(64, 64).chunks == [64] && plan(64, nil).chunks == [64])
  // What grows with the batch is h, z, their gradient and the loss: 64 + 16 numbers of 2N views, a few times over.
  let (small, large) = (plan(256, 32), plan(1024, 32))
  #expect(large.largest.bytes == plan(32, nil).largest.bytes || large.largest.bytes < 2 * plan(32, nil).bytes)
  #expect(large.bytes - small.bytes < 768 * 2 * 4 * 8 * (64 + 16))
  #expect(large.bytes < plan(1024, nil).bytes / 8)
}
