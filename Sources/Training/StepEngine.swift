/// One training step: views in, parameters moved. Owns the workspace, planned for one batch size.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Tensors

struct StepEngine: ~Copyable {
  private let configuration: Configuration
  private var plan: StepPlan
  private var workspace: Workspace
  /// For a batch in chunks.
  private var cache: GradientCache?

  /// N it is planned for.
  var batchSize: Int { plan.batchSize }

  /// What a step found.
  struct Outcome {
    /// Of the N images in the data set.
    var indices: [Int] = []
    var loss = ContrastiveLoss()
    var gradientNorm = 0.0
    var timing = StepTiming()
    /// Where it was asked for.
    var look: Look?
    var layers: [LayerNorms] = []
  }

  /// A closer look at a step's batch, which costs copies.
  struct Look {
    /// [2N, D]
    var h: Tensor
    /// [2N, d]
    var z: Tensor
    var statisticsOfH: BatchStatistics

    /// - Parameter isWanted: without it, only the room for it is taken.
    init?(_ h: Activation, _ z: Activation, isWanted: Bool, _ workspace: inout Workspace) {
      guard let statistics = BatchStatistics.of(h, isWanted: isWanted, &workspace) else { return nil }
      (self.h, self.z, statisticsOfH) = (workspace.read(h), workspace.read(z), statistics)
    }
  }

  /// - Throws: `Trouble` when the memory cannot be had.
  init(_ plan: StepPlan, _ configuration: Configuration, workers: WorkerPool) throws {
    let workspace = try Workspace(plan.largest, workers: workers)
    let cache = try GradientCache(of: plan, workers)
    (self.plan, self.configuration) = (plan, configuration)
    self.workspace = workspace
    self.cache = cache
  }

  /// Takes up the plan for another batch size.
  /// - Throws: `Trouble` when the memory cannot be had.
  mutating func adopt(_ plan: StepPlan) throws {
    self.plan = plan
    cache = nil
    try workspace.adopt(plan.largest)
    cache = try GradientCache(of: plan, workspace.workers)
  }

  /// Forward, the loss, backward, one move of the optimizer.
  /// - Parameters:
  ///   - batch: of the size it is planned for.
  ///   - looks: whether the outcome has a closer look at h and z.
  ///   - measuresLayers: whether it has the layers; costs a copy of the parameters.
  mutating func step(
    _ model: inout SimCLR, _ optimizer: inout Optimizer, _ loader: inout Loader, _ batch: BatchPlan,
    temperature: Double, _ settings: Optimizer.Settings, looks: Bool,
    measuresLayers: Bool = false
  ) -> Outcome {
    precondition(batch.count == plan.batchSize, "a batch of \(batch.count) in a step planned for \(plan.batchSize)")
    var outcome =
      cache == nil
      ? inOnePass(&model, &loader, batch, temperature, looks) : inChunks(&model, &loader, batch, temperature, looks)
    let before = measuresLayers ? model : nil
    var clock = Stopwatch()
    outcome.gradientNorm = optimizer.step(&model, settings, workspace)
    outcome.timing.optimizer = clock.lap()
    if let before {
      outcome.layers = model.layerNorms(since: before, weightDecay: settings.weightDecay, workspace)
    }
    return outcome
  }

  /// Both views of the whole batch at once.
  private mutating func inOnePass(
    _ model: inout SimCLR, _ loader: inout Loader, _ batch: BatchPlan, _ temperature: Double, _ looks: Bool
  ) -> Outcome {
    var (outcome, clock) = (Outcome(), Stopwatch())
    let views = loader.take(batch)
    outcome.indices = views.indices
    outcome.timing.views = clock.lap()
    let (h, z) = embed(views, &model)
    outcome.timing.forward = clock.lap()
    outcome.look = Look(h, z, isWanted: looks, &workspace)
    outcome.timing.other = clock.lap()
    let (loss, dz) = contrastiveLoss(z, configuration.objective, temperature: temperature, &workspace)
    outcome.loss = loss
    outcome.timing.loss = clock.lap()
    model.backward(dz, &workspace)
    outcome.timing.backward = clock.lap()
    return outcome
  }

  /// Chunk after chunk forward, the loss of all, chunk after chunk forward again and backward: see `GradientCache`. The
  /// views are made both times: that takes a hundredth of the step, to keep them would take the memory of the batch.
  private mutating func inChunks(
    _ model: inout SimCLR, _ loader: inout Loader, _ batch: BatchPlan, _ temperature: Double, _ looks: Bool
  ) -> Outcome {
    var (outcome, clock) = (Outcome(), Stopwatch())
    let parts = batch.parts(plan.chunks)
    cache!.begin()
    var copy = model
    for part in parts {
      let views = loader.take(part)
      outcome.indices += views.indices
      outcome.timing.views += clock.lap()
      let (h, z) = embed(views, &copy)
      cache!.keep(h, z, from: part.cursor - batch.cursor, workspace)
      outcome.timing.forward += clock.lap()
    }
    (outcome.loss, outcome.look) = cache!.differentiate(
      configuration.objective, temperature: temperature, looks: looks)
    outcome.timing.loss = clock.lap()
    for part in parts {
      let views = loader.take(part)
      outcome.timing.views += clock.lap()
      let z = embed(views, &model).z
      outcome.timing.forward += clock.lap()
      model.backward(cache!.gradient(of: z, from: part.cursor - batch.cursor, &workspace), &workspace)
      cache!.add(workspace, of: &model, isLast: part == parts.last)
      outcome.timing.backward += clock.lap()
    }
    return outcome
  }

  /// h [2n, D] and z [2n, d] of n images' views.
  private mutating func embed(_ views: ViewBatch, _ model: inout SimCLR) -> (h: Activation, z: Activation) {
    embed(views.bytes, images: views.plan.count, plan.passes[views.plan.count]!, &model)
  }

  private mutating func embed(
    _ bytes: [UInt8], images: Int, _ layout: Workspace.Plan, _ model: inout SimCLR
  ) -> (h: Activation, z: Activation) {
    workspace.restart(layout)
    let pictures = bytes.withUnsafeBufferPointer {
      workspace.input(
        $0, images: 2 * images, size: configuration.imageSize!, mean: configuration.normalize.mean,
        standardDeviation: configuration.normalize.standardDeviation)
    }
    return model.forwardBoth(pictures, .training, &workspace)
  }

  // MARK: between steps

  /// z [2n, d] of n images that are not trained on, in passes of at most the images of a step's own: batch norm takes
  /// its statistics over each pass, as in training, and the running ones stay as they are.
  /// - Parameter views: [2n, size, size, 3], first views, then second views.
  mutating func project(_ views: [UInt8], images: Int, _ model: SimCLR) -> Tensor {
    var copy = model
    let size = views.count / (2 * images)
    let (most, layout) = projection(of: model, atMost: images)
    let count = (images + most - 1) / most
    var rows = (first: [Float](), second: [Float]())
    for part in 0..<count {
      let range = images * part / count..<images * (part + 1) / count
      let bytes =
        views[range.lowerBound * size..<range.upperBound * size]
        + views[(images + range.lowerBound) * size..<(images + range.upperBound) * size]
      let z = workspace.read(embed(Array(bytes), images: range.count, layout(range.count), &copy).z)
      rows.first += z.scalars[..<(z.count / 2)]
      rows.second += z.scalars[(z.count / 2)...]
    }
    return Tensor([2 * images, rows.first.count / images], rows.first + rows.second)
  }

  /// How many images go forward at once in the step's own memory, and the layout of a number of them.
  private func projection(of model: SimCLR, atMost images: Int) -> (most: Int, layout: (Int) -> Workspace.Plan) {
    let (workers, configuration) = (workspace.workers, configuration)
    func layout(_ images: Int) -> Workspace.Plan {
      Workspace.plan(workers: workers, element: configuration.precision) { workspace in
        var copy = model
        let views = workspace.input(
          UnsafeBufferPointer(start: nil, count: 0), images: 2 * images, size: configuration.imageSize!, mean: [],
          standardDeviation: [])
        _ = copy.forwardBoth(views, .training, &workspace)
      }
    }
    var most = min(plan.chunks.max()!, images)
    while most > 1 && layout(most).bytes > plan.largest.bytes { most = (most + 1) / 2 }
    return (most, layout)
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
