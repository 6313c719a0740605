/// The batches that the similarity explorer is given: a fixed probe batch by the newest weights, or one that was trained
/// on. Looking changes nothing of what is trained.
import Basics
import Images
import Telemetry
import Tensors

/// Pictures of the training set that stay the same, in views that are drawn once.
struct SimilarityProbe {
  let shown: SimilarityViews
  /// [2N, size, size, 3]
  let bytes: [UInt8]

  /// Evenly chosen pictures, in the views that the views panel shows of them first; drawn under the knobs that the run
  /// began with.
  init(_ data: DataSet, _ configuration: Configuration, workers: WorkerPool) {
    let indices = evenly(data.count, atMost: SimilarityBatch.imageLimit)
    let maker = ViewMaker(configuration.recipe(configuration.knobs), seed: configuration.seed)
    bytes = maker.views(of: data, indices: indices, epoch: -1, workers: workers)
    shown = SimilarityViews(data, indices, bytes, size: configuration.imageSize!, workers: workers)
  }
}

/// A batch that was trained on: its z, and all that its views can be made again from.
struct TrainedBatch {
  let step: Int
  let epoch: Int
  let indices: [Int]
  let recipe: Augmentation
  /// [2N, d]
  let z: Tensor
  let trained: SimilarityBatch.Trained
}

extension SimilarityBatch {
  /// The probe batch by its z [2N, d].
  init(_ probe: SimilarityProbe, z: Tensor, step: Int) {
    self.init(source: .probe, step: step, z: unitRows(z).scalars, lengths: lengthsOfRows(z), views: probe.shown)
  }

  /// As many images of a batch as are shown; their views are made again.
  init(_ batch: TrainedBatch, _ data: DataSet, seed: UInt64, workers: WorkerPool) {
    let (all, count) = (batch.indices.count, min(batch.indices.count, Self.imageLimit))
    let indices = Array(batch.indices.prefix(count))
    let width = count * batch.z.columns
    let z = Tensor(
      [2 * count, batch.z.columns],
      Array(batch.z.scalars[..<width] + batch.z.scalars[all * batch.z.columns..<all * batch.z.columns + width]))
    let maker = ViewMaker(batch.recipe, seed: seed)
    let bytes = maker.views(of: data, indices: indices, epoch: batch.epoch, workers: workers)
    self.init(
      source: .live, step: batch.step, z: unitRows(z).scalars, lengths: lengthsOfRows(z),
      views: SimilarityViews(data, indices, bytes, size: batch.recipe.imageSize, workers: workers),
      trained: batch.trained)
  }
}

private func lengthsOfRows(_ z: Tensor) -> [Float] {
  (0..<z.rows).map { Float(z.row($0).reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()) }
}

extension ViewMaker {
  /// First views, then second views [2N, size, size, 3].
  func views(of data: DataSet, indices: [Int], epoch: Int, workers: WorkerPool) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 2 * indices.count * bytesPerView)
    bytes.withUnsafeMutableBufferPointer {
      makeViews(of: data, indices: indices, epoch: epoch, into: $0, workers: workers)
    }
    return bytes
  }
}

extension SimilarityViews {
  /// Of a thumbnail, in pixels.
  private static let largestSide = 48

  fileprivate init(_ data: DataSet, _ indices: [Int], _ bytes: [UInt8], size: Int, workers: WorkerPool) {
    let side = min(size, Self.largestSide)
    self.init(
      indices: indices, names: indices.map { data.names[$0] },
      labels: data.labels.map { labels in indices.map { labels[$0] } }, side: side,
      pixels: size == side ? bytes : Self.shrunk(bytes, from: size, to: side, workers))
  }

  private static func shrunk(_ bytes: [UInt8], from size: Int, to side: Int, _ workers: WorkerPool) -> [UInt8] {
    let (large, small) = (size * size * 3, side * side * 3)
    let count = bytes.count / large
    var pixels = [UInt8](repeating: 0, count: count * small)
    pixels.withUnsafeMutableBufferPointer { pixels in
      workers.run(count) { view, _ in
        let image = Image(width: size, height: size, pixels: Array(bytes[view * large..<(view + 1) * large]))
        let target = UnsafeMutableBufferPointer(rebasing: pixels[view * small..<(view + 1) * small])
        _ = target.update(from: image.shrunk(toShorterSide: side).pixels)
      }
    }
    return pixels
  }
}
