/// Vectors of labelled pictures: what the protocols on frozen representations see of a data set.
import Basics
import Images
import Tensors

public struct LabelledFeatures: Sendable, Equatable {
  /// [n, D]
  public let features: Tensor
  /// One a row, each below `classes`.
  public let labels: [Int]
  public let classes: Int

  public init(_ features: Tensor, labels: [Int], classes: Int) {
    precondition(features.rows == labels.count, "\(labels.count) labels for \(features.rows) rows")
    (self.features, self.labels, self.classes) = (features, labels, classes)
  }

  /// The rows at these places, in this order.
  func subset(_ indices: [Int]) -> LabelledFeatures {
    var scalars: [Float] = []
    scalars.reserveCapacity(indices.count * features.columns)
    for index in indices { scalars += features.row(index) }
    return LabelledFeatures(
      Tensor([indices.count, features.columns], scalars), labels: indices.map { labels[$0] }, classes: classes)
  }
}

/// The encoder's output, or the projection head's.
public enum Representation: String, Sendable, CaseIterable { case h, z }

extension Embedder {
  /// h or z of all pictures of a labelled data set.
  /// - Throws: `CancellationError` when `progress` ends it.
  public mutating func features(
    of data: DataSet, on representation: Representation, progress: ProgressReport
  ) throws -> LabelledFeatures {
    guard let found = embed(data, Array(0..<data.count), progress: progress) else { throw CancellationError() }
    try data.checkPictures()
    return LabelledFeatures(
      representation == .h ? found.h : found.z, labels: data.labels!, classes: data.classes.count)
  }
}

extension LabelledFeatures {
  /// The pictures themselves, as the encoder sees them before normalisation: numbers 0…1, [n, 3 · size²]. A floor that
  /// no encoder may stay below.
  public static func pixels(
    of data: DataSet, imageSize: Int, workers: WorkerPool, progress: ProgressReport
  ) throws -> LabelledFeatures {
    let maker = ViewMaker(Augmentation(imageSize: imageSize), seed: 0)
    let width = maker.bytesPerView
    var scalars = [Float](repeating: 0, count: data.count * width)
    let chunk = 256
    var bytes = [UInt8](repeating: 0, count: chunk * width)
    for start in stride(from: 0, to: data.count, by: chunk) {
      try (Double(start) / Double(data.count)).report(to: progress)
      let indices = start..<min(start + chunk, data.count)
      bytes.withUnsafeMutableBufferPointer {
        maker.makeInputs(
          of: data, indices: indices, into: UnsafeMutableBufferPointer(rebasing: $0[..<(indices.count * width)]),
          workers: workers)
      }
      for place in 0..<indices.count * width { scalars[start * width + place] = Float(bytes[place]) / 255 }
    }
    try data.checkPictures()
    return LabelledFeatures(
      Tensor([data.count, width], scalars), labels: data.labels!, classes: data.classes.count)
  }
}
