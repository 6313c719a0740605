/// The memory of a step, laid out for the whole batch in one pass, or for chunks of it and what they share.
import Basics
import Networks
import Tensors

struct StepPlan {
  /// N.
  let batchSize: Int
  /// Images of each pass, in order: the whole batch, or chunks as even as they can be.
  let chunks: [Int]
  /// The layout of a pass of so many images.
  let passes: [Int: Workspace.Plan]
  /// What the chunks share; nil when the batch is one pass.
  let shared: (shape: GradientCache.Shape, layout: Workspace.Plan)?

  /// Of the largest pass.
  var largest: Workspace.Plan { passes.values.max { $0.bytes < $1.bytes }! }
  /// Memory that a step takes.
  var bytes: Int { largest.bytes + (shared?.layout.bytes ?? 0) }

  /// - Parameter configuration: with its image size decided.
  init(_ model: SimCLR, _ configuration: Configuration, batchSize: Int, workers: WorkerPool) {
    let limit = configuration.microBatch ?? batchSize
    let count = (batchSize + limit - 1) / limit
    let objective = configuration.objective
    var shape = GradientCache.Shape(views: 2 * batchSize, parameters: model.parameterCount)
    func pass(_ images: Int) -> Workspace.Plan {
      Workspace.plan(workers: workers, element: configuration.precision) { workspace in
        var copy = model
        let views = workspace.input(
          UnsafeBufferPointer(start: nil, count: 0), images: 2 * images, size: configuration.imageSize!, mean: [],
          standardDeviation: [])
        let (h, z) = copy.forwardBoth(views, .training, &workspace)
        (shape.features, shape.projections) = (h.channels, z.channels)
        if count > 1 {
          copy.backward(workspace.allocate(images: z.images, channels: z.channels), &workspace)
        } else {
          _ = BatchStatistics.of(h, isWanted: false, &workspace)
          copy.backward(contrastiveLoss(z, objective, temperature: 1, &workspace).dz, &workspace)
        }
      }
    }
    self.batchSize = batchSize
    chunks = (0..<count).map { batchSize * ($0 + 1) / count - batchSize * $0 / count }
    passes = Dictionary(uniqueKeysWithValues: Set(chunks).map { ($0, pass($0)) })
    let layout = Workspace.plan(workers: workers) { workspace in
      let places = GradientCache.Places(shape, &workspace)
      _ = BatchStatistics.of(places.h, isWanted: false, &workspace)
      _ = contrastiveLoss(places.z, objective, temperature: 1, &workspace)
    }
    shared = count > 1 ? (shape, layout) : nil
  }
}
