/// One batch for the similarity explorer: where each view lies on the sphere, and what it shows. A value whose arrays are
/// shared by all snapshots that carry it.
public struct SimilarityBatch: Sendable, Equatable {
  /// At most so many images are told of, which are 512 views: more could not be seen, and their pairs grow as the square.
  public static let imageLimit = 256

  /// What the screen may want to see.
  public enum Source: Sendable, Equatable {
    /// Always the same pictures in the same drawn views, by the newest weights.
    case probe
    /// A batch that was trained on, by the weights before its step.
    case live
  }

  public let source: Source
  /// Finished steps: of the weights for the probe, with the batch's own for a live one.
  public let step: Int
  /// [2N, d], each row of length one: rows 0..<N first views, N..<2N second views in the same order.
  public let z: [Float]
  /// ‖z‖ of the 2N rows, before they were brought to length one.
  public let lengths: [Float]
  public let views: SimilarityViews
  /// What the step found; nil for the probe.
  public let trained: Trained?

  /// What a live batch's step found.
  public struct Trained: Sendable, Equatable {
    /// On the objective's scale, over the whole batch.
    public let loss: Double
    /// τ of that step.
    public let temperature: Double
    /// Images of the whole batch: more than N where only its first are told of.
    public let images: Int

    public init(loss: Double, temperature: Double, images: Int) {
      (self.loss, self.temperature, self.images) = (loss, temperature, images)
    }
  }

  public init(
    source: Source, step: Int, z: [Float], lengths: [Float], views: SimilarityViews, trained: Trained? = nil
  ) {
    precondition(lengths.count == 2 * views.indices.count, "\(lengths.count) rows for \(views.indices.count) images")
    precondition(!lengths.isEmpty && z.count % lengths.count == 0, "\(z.count) numbers in \(lengths.count) rows")
    (self.source, self.step, self.z, self.lengths) = (source, step, z, lengths)
    (self.views, self.trained) = (views, trained)
  }

  /// N.
  public var images: Int { views.indices.count }
  /// d.
  public var dimension: Int { z.count / lengths.count }
}

/// What the views of a batch show: N images, two views each.
public struct SimilarityViews: Sendable, Equatable {
  /// Of the N images in the data set, and their names.
  public let indices: [Int]
  public let names: [String]
  /// Nil without labels; else each is a place among `RunDescription.classes`.
  public let labels: [Int]?
  /// Of a thumbnail, in pixels.
  public let side: Int
  /// Thumbnails [2N, side, side, 3], rows as those of z.
  public let pixels: [UInt8]

  public init(indices: [Int], names: [String], labels: [Int]?, side: Int, pixels: [UInt8]) {
    precondition(names.count == indices.count && (labels?.count ?? names.count) == names.count)
    precondition(pixels.count == 2 * indices.count * side * side * 3, "\(pixels.count) bytes of thumbnails")
    (self.indices, self.names, self.labels) = (indices, names, labels)
    (self.side, self.pixels) = (side, pixels)
  }

  /// The view in a row of z.
  public func picture(_ view: Int) -> Picture {
    let size = side * side * 3
    return Picture(width: side, height: side, pixels: Array(pixels[view * size..<(view + 1) * size]))
  }
}
