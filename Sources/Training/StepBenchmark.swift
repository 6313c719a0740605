/// Whole training steps on generated pictures, timed.
import Basics
import Foundation
import Networks
import Images
import Telemetry
import Tensors

public struct StepMeasurement: Sendable {
  /// Medians over the steps.
  public let imagesPerSecond: Double
  public let timing: StepTiming
  /// Memory a step is planned to take.
  public let bytes: Int
}

/// Trains on pictures made in memory for about this long; the first step is not counted.
public func measureSteps(_ asked: Configuration, seconds: Double) throws -> StepMeasurement {
  BLAS.useOneThread()
  var configuration = asked
  configuration.imageSize = configuration.imageSize ?? 32
  let batchSize = configuration.knobs.batchSize
  let workers = try WorkerPool(starting: configuration.workerCount)
  let data = DataSet(rendering: max(batchSize, 512), size: configuration.imageSize!)
  var loader = Loader(data, seed: 1, order: .shuffled, workers: workers)
  var point = Checkpoint(configuration)
  let plan = StepPlan(point.model, configuration, batchSize: batchSize, workers: workers)
  var engine = try StepEngine(plan, configuration, workers: workers)
  let settings = Optimizer.Settings(learningRate: 1e-3, momentum: 0.9, weightDecay: 1e-6)
  func batch(_ step: Int) -> BatchPlan {
    BatchPlan(epoch: step, cursor: 0, count: batchSize, recipe: configuration.recipe(configuration.knobs))
  }
  var timings: [StepTiming] = []
  let start = ContinuousClock.now
  var step = 0
  while timings.count < 3 || start.duration(to: .now) < .seconds(seconds) {
    var clock = Stopwatch()
    var timing = engine.step(
      &point.model, &point.optimizer, &loader, batch(step), temperature: 0.5, settings, looks: false
    ).timing
    timing.other += max(0, clock.lap() - timing.total)
    if step > 0 { timings.append(timing) }
    step += 1
  }
  let middle = timings.sorted { $0.total < $1.total }[timings.count / 2]
  return StepMeasurement(imagesPerSecond: Double(batchSize) / middle.total, timing: middle, bytes: plan.bytes)
}

/// What a step of this configuration is planned to take: bytes in all, and what the largest pass holds when it holds most.
public func stepMemory(of asked: Configuration) -> (bytes: Int, holdings: [Workspace.Plan.Holding]) {
  var configuration = asked
  configuration.imageSize = configuration.imageSize ?? 32
  let plan = StepPlan(
    SimCLR(configuration), configuration, batchSize: configuration.knobs.batchSize,
    workers: WorkerPool(threads: configuration.workerCount))
  return (plan.bytes, plan.largest.holdings)
}

extension DataSet {
  /// Sample pictures, for measuring.
  fileprivate init(rendering count: Int, size: Int) {
    let classes = SampleData.classNames.count
    let sample = SampleData(classes: classes, perClass: (count + classes - 1) / classes, size: size, seed: 1)
    let images = (0..<count).map { sample.image(class: $0 % classes, number: $0 / classes) }
    self.init(
      images: images, labels: nil, classes: [], names: images.indices.map { "\($0)" }, title: "sample", skipped: [])
  }
}
