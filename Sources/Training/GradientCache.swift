/// What the chunks of a batch share, so that a batch larger than memory has its exact loss and gradient (gradient
/// caching: Gao et al. 2021). First every chunk is embedded, and only h and z are kept; then the loss of all z is
/// differentiated; then each chunk goes forward again and backward with its part of ∂loss/∂z, and the parameters'
/// gradients are added up. To add up the gradients of small batches' own losses would be something else: each view would
/// have the negatives of its small batch only.
///
/// Batch norm alone is not as in a single pass: the statistics of a chunk are its own, over both views of its images,
/// and the running statistics move once a chunk, in the second pass; the first runs on a copy.
import Basics
import Networks
import Telemetry
import Tensors

struct GradientCache: ~Copyable {
  struct Shape {
    /// 2N
    var views: Int
    /// Learned numbers.
    var parameters: Int
    /// D of h, d of z.
    var features = 0
    var projections = 0
  }

  /// Where everything lies.
  struct Places {
    /// [2N, D], [2N, d]
    let h: Activation
    let z: Activation
    /// The sum of the chunks' gradients, one parameter behind the other.
    let gradients: Activation

    init(_ shape: Shape, _ workspace: inout Workspace) {
      h = workspace.allocate(images: shape.views, channels: shape.features)
      z = workspace.allocate(images: shape.views, channels: shape.projections)
      gradients = workspace.allocate(.pixels, images: 1, channels: shape.parameters)
    }
  }

  private let shape: Shape
  private var places: Places
  private var workspace: Workspace
  /// ∂loss/∂z [2N, d]
  private var dz: Activation

  /// Room for a step's batch; nil where it is one pass.
  /// - Throws: `Trouble` when the memory cannot be had.
  init?(of plan: StepPlan, _ workers: WorkerPool) throws {
    guard let (shape, layout) = plan.shared else { return nil }
    var workspace = try Workspace(layout, workers: workers)
    self.shape = shape
    places = Places(shape, &workspace)
    self.workspace = workspace
    dz = places.z
  }

  /// Begins a step: its places are taken again, and what lay there may go.
  mutating func begin() {
    workspace.restart()
    places = Places(shape, &workspace)
  }

  /// Takes in h and z of a chunk, the images from `start` on.
  func keep(_ h: Activation, _ z: Activation, from start: Int, _ pass: borrowing Workspace) {
    for (part, whole) in [(h, places.h), (z, places.z)] {
      for (row, place) in Self.rows(part, of: whole, from: start) {
        (workspace[whole].baseAddress! + place).update(
          from: pass[part].baseAddress! + row, count: part.images / 2 * part.paddedChannels)
      }
    }
  }

  /// The loss of all z, once every chunk is kept.
  mutating func differentiate(_ objective: Objective, temperature: Double, looks: Bool) -> (
    loss: ContrastiveLoss, look: StepEngine.Look?
  ) {
    workspace[places.gradients].update(repeating: 0)
    let look = StepEngine.Look(places.h, places.z, isWanted: looks, &workspace)
    let result = contrastiveLoss(places.z, objective, temperature: temperature, &workspace)
    dz = result.dz
    return (result.loss, look)
  }

  /// A chunk's part of ∂loss/∂z.
  func gradient(of z: Activation, from start: Int, _ pass: inout Workspace) -> Activation {
    let part = pass.allocate(images: z.images, channels: z.channels)
    for (row, place) in Self.rows(part, of: dz, from: start) {
      (pass[part].baseAddress! + row).update(
        from: workspace[dz].baseAddress! + place, count: part.images / 2 * part.paddedChannels)
    }
    return part
  }

  /// Adds what backward of a chunk left for the parameters. After the last chunk the sum stands in its place.
  func add(_ pass: borrowing Workspace, of model: inout SimCLR, isLast: Bool) {
    var sum = workspace[places.gradients].baseAddress!
    model.visitParameters("") { _, parameter in
      let gradient = pass.gradient(slot: parameter.slot)
      for k in gradient.indices {
        sum[k] += gradient[k]
        if isLast { gradient[k] = sum[k] }
      }
      sum += gradient.count
    }
  }

  /// The first views of a chunk and its second views: their numbers in the chunk and in the whole batch.
  private static func rows(_ part: Activation, of whole: Activation, from start: Int) -> [(part: Int, whole: Int)] {
    let width = part.paddedChannels
    return [(0, start * width), (part.images / 2 * width, (whole.images / 2 + start) * width)]
  }
}
