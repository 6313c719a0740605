/// What the cosines of a batch say about the representation, and their picture for the screen.
import Basics
import Foundation
import Telemetry
import Tensors

/// Alignment and uniformity (Wang and Isola 2020) and mean cosines of 2N unit vectors, from their cosines [2N, 2N].
public struct BatchStatistics: Sendable, Equatable {
  public var positiveSimilarity = 0.0
  public var negativeSimilarity = 0.0
  public var alignment = 0.0
  public var uniformity = 0.0

  public init(similarities: Tensor, workers: WorkerPool) {
    let views = similarities.rows
    // A row's sums: negatives, and exp(−2‖u − v‖²) over all others, where ‖u − v‖² = 2 − 2·cos.
    var rows = [(positive: Double, negative: Double, potential: Double)](repeating: (0, 0, 0), count: views)
    rows.withUnsafeMutableBufferPointer { rows in
      workers.run(views) { i, _ in
        let partner = (i + views / 2) % views
        var (negative, potential) = (0.0, 0.0)
        for (j, cosine) in similarities.row(i).enumerated() where j != i {
          if j != partner { negative += Double(cosine) }
          potential += Double(exp(4 * cosine - 4))
        }
        rows[i] = (Double(similarities.scalars[i * views + partner]), negative, potential)
      }
    }
    let count = Double(views)
    positiveSimilarity = rows.reduce(0) { $0 + $1.positive } / count
    negativeSimilarity = views > 2 ? rows.reduce(0) { $0 + $1.negative } / (count * (count - 2)) : 0
    alignment = 2 - 2 * positiveSimilarity
    uniformity = log(rows.reduce(0) { $0 + $1.potential } / (count * (count - 1)))
  }
}

extension SimilarityMap {
  /// The cosines [2N, 2N] with partners side by side and, given labels of the N images, sorted by class; averaged down
  /// to at most `limit` cells a side.
  public init(averaging similarities: Tensor, labels: [Int]?, limit: Int = 128, step: Int) {
    let views = similarities.rows
    let images = views / 2
    let order =
      labels.map { labels in (0..<images).sorted { (labels[$0], $0) < (labels[$1], $1) } } ?? Array(0..<images)
    let size = min(views, limit)
    let sorted = order.flatMap { [$0, $0 + images] }
    var sums = [Float](repeating: 0, count: size * size)
    var counts = [Float](repeating: 0, count: size * size)
    for (row, i) in sorted.enumerated() {
      for (column, j) in sorted.enumerated() where i != j || size == views {
        let cell = row * size / views * size + column * size / views
        sums[cell] += similarities.scalars[i * views + j]
        counts[cell] += 1
      }
    }
    for cell in sums.indices where counts[cell] > 0 { sums[cell] /= counts[cell] }
    self.init(size: size, views: views, values: sums, sortedByClass: labels != nil, step: step)
  }
}
