/// One training step: views in, parameters moved. Owns the workspace, planned for one batch size.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Tensors

struct StepEngine: ~Copyable {
  /// N it is planned for.
  private(set) var batchSize: Int
  private let configuration: Configuration
  private var workspace: Workspace

  /// What a step found.
  struct Outcome {
    var loss: ContrastiveLoss
    var gradientNorm: Double
    var timing: StepTiming
    /// Where it was asked for.
    var look: Look?
  }

  /// A closer look at a step's batch, which costs copies.
  struct Look {
    /// [2N, D]
    var h: Tensor
    /// [2N, d]
    var z: Tensor
    var statisticsOfH: BatchStatistics
  }

  /// The layout of a step at this batch size; its bytes are the memory of a step.
  /// - Parameter configuration: with its image size decided.
  static func plan(_ model: SimCLR, _ configuration: Configuration, batchSize: Int, workers: WorkerPool)
    -> Workspace.Plan
  {
    Workspace.plan(workers: workers, element: configuration.precision) { workspace in
      var copy = model
      let views = workspace.input(
        UnsafeBufferPointer(start: nil, count: 0), images: 2 * batchSize, size: configuration.imageSize!, mean: [],
        standardDeviation: [])
      let (h, z) = copy.forwardBoth(views, .training, &workspace)
      _ = BatchStatistics.of(h, isWanted: false, &workspace)
      copy.backward(contrastiveLoss(z, configuration.objective, temperature: 1, &workspace).dz, &workspace)
    }
  }

  /// - Throws: `Trouble` when the memory cannot be had.
  init(_ plan: Workspace.Plan, _ configuration: Configuration, batchSize: Int, workers: WorkerPool) throws {
    (self.batchSize, self.configuration) = (batchSize, configuration)
    workspace = try Workspace(plan, workers: workers)
  }

  /// Takes up the plan for another batch size.
  mutating func adopt(_ plan: Workspace.Plan, batchSize: Int) throws {
    self.batchSize = batchSize
    try workspace.adopt(plan)
  }

  /// Forward over both views of the batch at once, the loss, backward, one move of the optimizer.
  /// - Parameter looks: whether the outcome has a closer look at h and z.
  mutating func step(
    _ model: inout SimCLR, _ optimizer: inout Optimizer, _ batch: ViewBatch, temperature: Double,
    _ settings: Optimizer.Settings, looks: Bool
  ) -> Outcome {
    var clock = Stopwatch()
    var timing = StepTiming()
    workspace.restart()
    let views = batch.bytes.withUnsafeBufferPointer {
      workspace.input(
        $0, images: 2 * batchSize, size: configuration.imageSize!, mean: configuration.normalize.mean,
        standardDeviation: configuration.normalize.standardDeviation)
    }
    let (h, z) = model.forwardBoth(views, .training, &workspace)  // [2N, D], [2N, d]
    timing.forward = clock.lap()
    let look = BatchStatistics.of(h, isWanted: looks, &workspace).map {
      Look(h: workspace.read(h), z: workspace.read(z), statisticsOfH: $0)
    }
    timing.other = clock.lap()
    let (loss, dz) = contrastiveLoss(z, configuration.objective, temperature: temperature, &workspace)
    timing.loss = clock.lap()
    model.backward(dz, &workspace)
    timing.backward = clock.lap()
    let norm = optimizer.step(&model, settings, workspace)
    timing.optimizer = clock.lap()
    return Outcome(loss: loss, gradientNorm: norm, timing: timing, look: look)
  }
}

/// Seconds between laps.
struct Stopwatch {
  private var last = ContinuousClock.now

  mutating func lap() -> Double {
    let now = ContinuousClock.now
    defer { last = now }
    return last.duration(to: now) / .seconds(1)
  }
}
