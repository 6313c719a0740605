/// What the cosines of a batch say about the representation, and their picture for the screen.
import Basics
import Foundation
import Telemetry
import Tensors

/// Uniformity and alignment (Wang and Isola 2020) and mean cosines of 2N vectors, row i the partner of row
/// (i + N) mod 2N.
public struct BatchStatistics: Sendable, Equatable {
  /// Mean cosine of partners; of all other pairs.
  public var positiveSimilarity = 0.0
  public var negativeSimilarity = 0.0
  /// log E exp(−2‖u − v‖²) over all pairs of unit vectors.
  public var uniformity = 0.0
  /// E‖u − v‖² of partners.
  public var alignment: Double { 2 - 2 * positiveSimilarity }

  /// - Parameter x: [2N, d].
  /// - Parameter isWanted: without it, only the room for it is taken.
  static func of(_ x: Activation, isWanted: Bool, _ workspace: inout Workspace) -> BatchStatistics? {
    let tiles = ContrastTiles(x, Objective(), hasGradient: false, &workspace)
    defer { tiles.release(&workspace) }
    guard isWanted && !workspace.isPlanning else { return nil }
    tiles.forward(temperature: 1, workspace)
    return tiles.statistics(workspace)
  }
}

/// The standard deviation of each dimension of x [n, d] at length one, over the rows; the mean of them.
public func standardDeviation(ofUnit x: Tensor) -> Double {
  let (unit, n, d) = (unitRows(x), x.rows, x.columns)
  let deviations = (0..<d).map { k in
    let column = (0..<n).map { Double(unit.scalars[$0 * d + k]) }
    let mean = column.reduce(0, +) / Double(n)
    return (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)).squareRoot()
  }
  return deviations.reduce(0, +) / Double(d)
}

extension SimilarityMap {
  /// The cosines of z [2N, d] with partners side by side and, given labels of the N images, sorted by class; averaged
  /// down to at most `limit` cells a side.
  public init(averaging z: Tensor, labels: [Int]?, limit: Int = 128, step: Int, workers: WorkerPool) {
    let (views, images, d) = (z.rows, z.rows / 2, z.columns)
    let order =
      labels.map { labels in (0..<images).sorted { (labels[$0], $0) < (labels[$1], $1) } } ?? Array(0..<images)
    let size = min(views, limit)
    let unit = unitRows(z)
    // The cosines of two groups of views sum to the product of the groups' sums.
    var sums = Tensor(zeros: [size, d])
    var squares = [Float](repeating: 0, count: size)
    var counts = [Float](repeating: 0, count: size)
    for (row, view) in order.flatMap({ [$0, $0 + images] }).enumerated() {
      let cell = row * size / views
      for (k, value) in unit.row(view).enumerated() {
        sums.scalars[cell * d + k] += value
        squares[cell] += value * value
      }
      counts[cell] += 1
    }
    var values = productWithTranspose(sums, sums, workers: workers).scalars
    for row in 0..<size {
      for column in 0..<size where row != column { values[row * size + column] /= counts[row] * counts[column] }
      // A view's cosine with itself says nothing, unless there is nothing else in the cell.
      let pairs = counts[row] * (counts[row] - 1)
      if size < views { values[row * size + row] = pairs > 0 ? (values[row * size + row] - squares[row]) / pairs : 0 }
    }
    self.init(size: size, views: views, values: values.map(\.clampedCosine), sortedByClass: labels != nil, step: step)
  }
}
