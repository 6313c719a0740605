/// UMAP (McInnes, Healy and Melville 2018) with exact neighbours: for some hundred rows.
import Basics
import Foundation
import Telemetry
import Tensors

struct ManifoldEmbedding {
  /// Of each row, itself among them.
  var neighbours = 15
  var rounds = 500
  /// Rows pushed away for each one that is pulled near.
  var negatives = 5

  /// The curve 1 / (1 + a·d^2b) nearest to one that is 1 up to a distance of 0.1 and falls as e^(0.1 − d) beyond it.
  static let (a, b) = (1.576_943_5, 0.895_060_9)

  /// Two rows that are near each other, and how surely: 0…1.
  struct Edge: Equatable {
    let from: Int, to: Int
    let weight: Double
  }

  /// - Parameters:
  ///   - x: [n, D], rows of unit length.
  ///   - start: where the points begin; an earlier map of the same rows keeps its look.
  ///   - isWanted: asked now and then; false ends early with the points so far.
  /// - Returns: a point a row.
  func points(of x: Tensor, from start: [EmbeddingMap.Point], isWanted: () -> Bool = { true }) -> [EmbeddingMap.Point] {
    let n = x.rows
    guard n > 3 else { return start }
    let graph = edges(of: x)
    let strongest = graph.map(\.weight).max() ?? 0
    // Too weak to be drawn in any round.
    var draws = graph.filter { $0.weight * Double(rounds) >= strongest }.map {
      Draws($0, every: strongest / $0.weight, negatives)
    }
    var y = Self.spread(start)
    var random = RandomStream(seed: 1, .map)
    for round in 0..<rounds {
      guard round % 10 > 0 || isWanted() else { break }
      let rate = 1 - Double(round) / Double(rounds)
      for k in draws.indices { move(&y, &draws[k], round, rate, &random) }
    }
    return (0..<n).map { EmbeddingMap.Point(Float(y[2 * $0]), Float(y[2 * $0 + 1])) }
  }

  // MARK: the graph

  /// The fuzzy union of what each row takes for its neighbours; both directions of an edge are in it.
  func edges(of x: Tensor) -> [Edge] {
    let n = x.rows
    let cosines = productWithTranspose(x, x, workers: WorkerPool(threads: 1)).scalars
    var near = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      // Between unit rows the squared distance is 2 − 2 cos.
      let distances = (0..<n).map { Double(max(0, 2 - 2 * cosines[i * n + $0])).squareRoot() }
      let nearest = (0..<n).filter { $0 != i }.sorted { (distances[$0], $0) < (distances[$1], $1) }
        .prefix(neighbours - 1)
      for (j, weight) in zip(nearest, memberships(nearest.map { distances[$0] })) { near[i * n + j] = weight }
    }
    return (0..<n * n).compactMap { k in
      let (one, other) = (near[k], near[k % n * n + k / n])
      return one + other > 0 ? Edge(from: k / n, to: k % n, weight: one + other - one * other) : nil
    }
  }

  /// 1 for the nearest, falling so that all together come to log₂ of the neighbours asked for.
  /// - Parameter distances: of the neighbours without the row itself, the nearest first.
  func memberships(_ distances: [Double]) -> [Double] {
    let nearest = distances.first { $0 > 0 } ?? 0
    let wanted = log2(Double(neighbours))
    func weights(_ width: Double) -> [Double] { distances.map { $0 > nearest ? exp((nearest - $0) / width) : 1 } }
    var (low, high, width) = (0.0, Double.infinity, 1.0)
    for _ in 0..<64 {
      let sum = weights(width).reduce(0, +)
      if abs(sum - wanted) < 1e-5 { break }
      if sum > wanted { high = width } else { low = width }
      width = high.isInfinite ? 2 * width : (low + high) / 2
    }
    // Among equals no width comes to the sum.
    return weights(max(width, 1e-3 * distances.reduce(0, +) / Double(distances.count)))
  }

  // MARK: the layout

  /// When an edge pulls next, and when it pushes: rounds, fractions of them counted.
  private struct Draws {
    let edge: Edge
    let every: Double, everyNegative: Double
    var next: Double, nextNegative: Double

    init(_ edge: Edge, every: Double, _ negatives: Int) {
      (self.edge, self.every, everyNegative) = (edge, every, every / Double(negatives))
      (next, nextNegative) = (every, everyNegative)
    }
  }

  /// The start's shape, ten wide.
  private static func spread(_ start: [EmbeddingMap.Point]) -> [Double] {
    let largest = start.map { max(abs($0.x), abs($0.y)) }.max() ?? 0
    let scale = largest > 0 ? 5 / largest : 0
    var random = RandomStream(seed: 0, .map)
    return start.flatMap { point in
      [point.x, point.y].map { Double($0 * scale + random.uniform(-1e-3, 1e-3)) }
    }
  }

  private func move(
    _ y: inout [Double], _ draws: inout Draws, _ round: Int, _ rate: Double, _ random: inout RandomStream
  ) {
    guard draws.next <= Double(round) else { return }
    draws.next += draws.every
    let (i, j) = (draws.edge.from, draws.edge.to)
    let pull = Self.step(y, i, j, Self.attraction)
    y[2 * i] += rate * pull.x
    y[2 * i + 1] += rate * pull.y
    y[2 * j] -= rate * pull.x
    y[2 * j + 1] -= rate * pull.y
    let count = Int((Double(round) - draws.nextNegative) / draws.everyNegative)
    for _ in 0..<max(0, count) {
      let k = random.below(y.count / 2)
      guard k != i else { continue }
      let push = Self.step(y, i, k, Self.repulsion)
      y[2 * i] += rate * push.x
      y[2 * i + 1] += rate * push.y
    }
    draws.nextNegative += Double(max(0, count)) * draws.everyNegative
  }

  /// How far a point goes along the line to another one, no more than 4 each way.
  private static func step(
    _ y: [Double], _ i: Int, _ j: Int, _ force: (Double) -> Double
  ) -> (x: Double, y: Double) {
    let (dx, dy) = (y[2 * i] - y[2 * j], y[2 * i + 1] - y[2 * j + 1])
    let square = dx * dx + dy * dy
    guard square > 0 else { return (0, 0) }
    let factor = force(square)
    return (min(max(factor * dx, -4), 4), min(max(factor * dy, -4), 4))
  }

  /// ∂ log φ / ∂yᵢ over yᵢ − yⱼ, with φ = 1 / (1 + a·d^2b), at a squared distance.
  static func attraction(_ square: Double) -> Double {
    -2 * a * b * pow(square, b - 1) / (1 + a * pow(square, b))
  }

  /// ∂ log (1 − φ) / ∂yᵢ over yᵢ − yⱼ; 0.001 keeps it finite where points meet.
  static func repulsion(_ square: Double) -> Double {
    2 * b / ((0.001 + square) * (1 + a * pow(square, b)))
  }
}
