// What a step leaves behind in memory.
import Basics
import CAllocations
import Foundation
import Images
import Networks
import Tensors
import Testing

@testable import Training

/// An engine with a model and a batch of noise.
private struct Bench: ~Copyable {
  var point: Checkpoint
  var engine: StepEngine
  var loader: Loader
  let batch: BatchPlan
  let settings = Optimizer.Settings(learningRate: 1e-3, momentum: 0.9, weightDecay: 1e-6)
  let configuration: Configuration

  init(batchSize: Int, workers: WorkerPool) throws {
    BLAS.useOneThread()
    var configuration = Configuration()
    configuration.encoder = ResNet.Architecture.named("resnet8")!
    configuration.imageSize = 16
    self.configuration = configuration
    point = Checkpoint(configuration)
    engine = try StepEngine(
      StepPlan(point.model, configuration, batchSize: batchSize, workers: workers), configuration, workers: workers)
    var random = RandomStream(seed: 1, .test)
    let images = (0..<batchSize).map { _ in
      Image(width: 16, height: 16, pixels: (0..<16 * 16 * 3).map { _ in UInt8(random.below(256)) })
    }
    loader = Loader(
      DataSet(images: images, labels: nil, classes: [], names: images.map { _ in "noise" }, title: "noise"), seed: 1,
      order: .file, workers: workers)
    batch = BatchPlan(epoch: 0, cursor: 0, count: batchSize, recipe: configuration.recipe(configuration.knobs))
  }

  mutating func step() {
    _ = engine.step(&point.model, &point.optimizer, &loader, batch, temperature: 0.5, settings, looks: false)
  }
}

/// Names and closures take some hundred bytes each; what grows with the batch or the model stands in the workspace.
/// Making the views is left out: it allocates a little a picture.
@Test(.enabled(if: ca_counts() != 0, "nothing counts what malloc is asked for here"))
func aStepAllocatesNothingThatGrows() throws {
  let workers = WorkerPool(threads: 1)
  var counts: [Int64] = []
  for batchSize in [16, 64] {
    var bench = try Bench(batchSize: batchSize, workers: workers)
    for _ in 0..<2 { bench.step() }
    let before = ca_of_this_thread()
    for _ in 0..<10 { _ = bench.loader.take(bench.batch) }
    let between = ca_of_this_thread()
    for _ in 0..<10 { bench.step() }
    let after = ca_of_this_thread()
    #expect(before.large > 0, "the counter sees nothing")
    #expect(after.large == before.large)
    counts.append(after.count - between.count - (between.count - before.count))
  }
  #expect(counts[0] == counts[1])
}

@Test(.enabled(if: ca_counts() != 0, "nothing counts what is held here"))
func turningTheBatchSizeBackAndForthLeaksNothing() throws {
  let workers = WorkerPool(threads: 1)
  let before = ca_of_this_thread().held
  var bench = try Bench(batchSize: 64, workers: workers)
  let other = try Bench(batchSize: 16, workers: workers).batch
  let (model, configuration) = (bench.point.model, bench.configuration)
  func plan(_ batchSize: Int) -> StepPlan {
    StepPlan(model, configuration, batchSize: batchSize, workers: workers)
  }
  let plans = [plan(16), plan(64)]
  #expect(plans[1].bytes > 8 << 20 && ca_of_this_thread().held - before > plans[1].bytes)
  var held: [Int64] = []
  for turn in 0..<50 {
    let batch = turn % 2 == 0 ? other : bench.batch
    try bench.engine.adopt(plans[turn % 2])
    _ = bench.engine.step(
      &bench.point.model, &bench.point.optimizer, &bench.loader, batch, temperature: 0.5, bench.settings, looks: true)
    held.append(ca_of_this_thread().held)
  }
  // One block left behind would be eight times that.
  #expect(held[49] - held[9] < 1 << 20, "\(held[9] >> 10) KiB after ten turns, \(held[49] >> 10) after fifty")
}
