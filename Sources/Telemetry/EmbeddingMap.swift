/// A fixed set of pictures as a model sees them at one step, laid out in the plane.
public struct EmbeddingMap: Sendable, Equatable {
  /// What is laid out: the representation h, or the projection z.
  public enum Space: String, Sendable, CaseIterable { case h, z }
  /// Principal components; t-distributed stochastic neighbour embedding; uniform manifold approximation and projection.
  public enum Method: String, Sendable, CaseIterable { case pca, tsne, umap }

  public struct Point: Sendable, Equatable {
    public var x: Float, y: Float
    public init(_ x: Float, _ y: Float) { (self.x, self.y) = (x, y) }
  }

  public var step: Int
  /// The pictures' numbers in the data set, and their classes, if there are any.
  public var indices: [Int]
  public var labels: [Int]?
  /// A row a picture, scaled to unit length: [n × width].
  public var rows: [Space: [Float]]
  /// A point a picture, turned and mirrored so that the map changes little from one step to the next.
  public var points: [Space: [Method: [Point]]]
  /// Share of the variance that the two principal components hold, 0…1.
  public var explained: [Space: Double]

  public init(
    step: Int, indices: [Int], labels: [Int]?, rows: [Space: [Float]] = [:], points: [Space: [Method: [Point]]] = [:],
    explained: [Space: Double] = [:]
  ) {
    (self.step, self.indices, self.labels) = (step, indices, labels)
    (self.rows, self.points, self.explained) = (rows, points, explained)
  }

  /// The nearest others to a picture by cosine, the nearest first.
  /// - Parameter place: among `indices`.
  public func neighbours(of place: Int, in space: Space, count: Int) -> [(place: Int, cosine: Float)] {
    guard let rows = rows[space], !indices.isEmpty, indices.indices.contains(place) else { return [] }
    let width = rows.count / indices.count
    return rows.withUnsafeBufferPointer { rows in
      let own = place * width
      let all = indices.indices.filter { $0 != place }.map { other -> (place: Int, cosine: Float) in
        var sum: Float = 0
        for k in 0..<width { sum += rows[own + k] * rows[other * width + k] }
        return (other, sum)
      }
      return Array(all.sorted { $0.cosine > $1.cosine }.prefix(count))
    }
  }
}

/// A picture with its names, small enough to be shown beside others.
public struct Thumbnail: Sendable, Equatable {
  public var picture: Picture
  public var name: String
  public var label: String?

  public init(_ picture: Picture, name: String, label: String?) {
    (self.picture, self.name, self.label) = (picture, name, label)
  }
}
