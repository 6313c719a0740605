/// h and z of pictures without augmentation, batch norm in inference mode: an image's answer does not depend on the
/// others beside it, and the model stays as it is.
import Basics
import Images
import Tensors

public struct Embedder: ~Copyable {
  private static let chunk = 64

  private var model: SimCLR
  private let maker: ViewMaker
  private let normalization: PixelNormalization
  private let size: Int
  private let workers: WorkerPool
  private var workspace: Workspace

  /// Plans its own workspace.
  public init(_ model: SimCLR, imageSize: Int, normalization: PixelNormalization, workers: WorkerPool) throws {
    self.model = model
    (size, self.normalization, self.workers) = (imageSize, normalization, workers)
    maker = ViewMaker(Augmentation(imageSize: imageSize), seed: 0)
    workspace = try Workspace(Self.plan(model, imageSize: imageSize, workers: workers), workers: workers)
  }

  /// The layout of its workspace.
  static func plan(_ model: SimCLR, imageSize: Int, workers: WorkerPool) -> Workspace.Plan {
    Workspace.plan(workers: workers) { workspace in
      var model = model
      let input = workspace.input(
        UnsafeBufferPointer(start: nil, count: 0), images: chunk, size: imageSize, mean: [], standardDeviation: [])
      _ = model.forwardBoth(input, .inference, &workspace)
    }
  }

  /// h [n, D] and z [n, d] of the pictures at these indices.
  /// - Parameter progress: called with the share done; returning false ends early.
  /// - Returns: nil when ended early.
  public mutating func embed(_ data: DataSet, _ indices: [Int], progress: (Double) -> Bool) -> (h: Tensor, z: Tensor)? {
    var h: [Float] = []
    var z: [Float] = []
    var bytes = [UInt8](repeating: 0, count: Self.chunk * size * size * 3)
    for start in stride(from: 0, to: indices.count, by: Self.chunk) {
      guard progress(Double(start) / Double(indices.count)) else { return nil }
      let part = Array(indices[start..<min(start + Self.chunk, indices.count)])
      bytes.withUnsafeMutableBufferPointer {
        maker.makeInputs(
          of: data, indices: part, into: UnsafeMutableBufferPointer(rebasing: $0[..<(part.count * size * size * 3)]),
          workers: workers)
      }
      workspace.restart()
      let input = bytes.withUnsafeBufferPointer {
        workspace.input(
          $0, images: Self.chunk, size: size, mean: normalization.mean,
          standardDeviation: normalization.standardDeviation)
      }
      let (hs, zs) = model.forwardBoth(input, .inference, &workspace)
      h += workspace.read(hs).scalars.prefix(part.count * hs.channels)
      z += workspace.read(zs).scalars.prefix(part.count * zs.channels)
    }
    guard !indices.isEmpty else { return nil }
    return (Tensor([indices.count, h.count / indices.count], h), Tensor([indices.count, z.count / indices.count], z))
  }
}
