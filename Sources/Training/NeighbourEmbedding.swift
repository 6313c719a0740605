/// t-SNE (van der Maaten and Hinton 2008), exact: for some hundred rows.
import Basics
import Foundation
import Telemetry
import Tensors

struct NeighbourEmbedding {
  /// Of each row's distribution over the others: about how many neighbours it has.
  var perplexity = 30.0
  var rounds = 500
  /// Attraction is this much stronger in the first quarter of the rounds, so that clusters form.
  var exaggeration = 12.0

  /// - Parameters:
  ///   - x: [n, D], rows of unit length.
  ///   - start: where the points begin; an earlier map of the same rows keeps its look.
  ///   - isWanted: asked now and then; false ends early with the points so far.
  /// - Returns: a point a row.
  func points(of x: Tensor, from start: [EmbeddingMap.Point], isWanted: () -> Bool = { true }) -> [EmbeddingMap.Point] {
    let n = x.rows
    guard n > 3 else { return start }
    let affinities = affinities(of: x)
    var y = Self.small(start)
    var velocity = [Float](repeating: 0, count: 2 * n)
    var gains = [Float](repeating: 1, count: 2 * n)
    // A step too large for few points throws them apart (Belkina et al. 2019).
    let rate = Float(max(Double(n) / exaggeration / 4, 10))
    for round in 0..<rounds {
      guard round % 10 > 0 || isWanted() else { break }
      let factor = Float(round < rounds / 4 ? exaggeration : 1)
      let gradient = Self.gradient(y, affinities, factor)
      let momentum: Float = round < rounds / 4 ? 0.5 : 0.8
      for k in y.indices {
        gains[k] = max(0.01, (gradient[k] > 0) == (velocity[k] > 0) ? gains[k] * 0.8 : gains[k] + 0.2)
        velocity[k] = momentum * velocity[k] - rate * gains[k] * gradient[k]
        y[k] += velocity[k]
      }
    }
    return (0..<n).map { EmbeddingMap.Point(y[2 * $0], y[2 * $0 + 1]) }
  }

  /// The start's shape, 1e-2 wide, so that the first rounds are free to move it.
  private static func small(_ start: [EmbeddingMap.Point]) -> [Float] {
    let squares = start.reduce(0.0) { $0 + Double($1.x * $1.x + $1.y * $1.y) }
    let scale = Float(squares > 0 ? 1e-2 / (squares / Double(2 * start.count)).squareRoot() : 0)
    var random = RandomStream(seed: 0, .map)
    return start.flatMap { [$0.x * scale + random.uniform(-1e-4, 1e-4), $0.y * scale + random.uniform(-1e-4, 1e-4)] }
  }

  /// Symmetric joint probabilities p [n × n], summing to 1.
  func affinities(of x: Tensor) -> [Float] {
    let n = x.rows
    let cosines = productWithTranspose(x, x, workers: WorkerPool(threads: 1)).scalars
    var p = [Float](repeating: 0, count: n * n)
    for i in 0..<n {
      // Between unit rows the squared distance is 2 − 2 cos.
      let distances = (0..<n).map { Double(max(0, 2 - 2 * cosines[i * n + $0])) }
      let weights = conditional(distances, own: i)
      for j in 0..<n {
        p[i * n + j] += Float(weights[j] / Double(2 * n))
        p[j * n + i] += Float(weights[j] / Double(2 * n))
      }
    }
    return p
  }

  /// Gaussian weights of the others with the asked perplexity, found by bisection on the precision.
  private func conditional(_ distances: [Double], own: Int) -> [Double] {
    let wanted = log(min(perplexity, Double(distances.count - 1) / 3))
    var (low, high, beta) = (0.0, Double.infinity, 1.0)
    var weights = distances
    let nearest = distances.enumerated().filter { $0.offset != own }.map(\.element).min() ?? 0
    for _ in 0..<60 {
      var (sum, moment) = (0.0, 0.0)
      for j in distances.indices {
        weights[j] = j == own ? 0 : exp(-beta * (distances[j] - nearest))
        sum += weights[j]
        moment += weights[j] * (distances[j] - nearest)
      }
      let entropy = log(sum) + beta * moment / sum
      for j in weights.indices { weights[j] /= sum }
      if abs(entropy - wanted) < 1e-5 { break }
      if entropy > wanted {
        low = beta
        beta = high.isInfinite ? 2 * beta : (low + high) / 2
      } else {
        high = beta
        beta = (low + high) / 2
      }
    }
    return weights
  }

  /// 4 Σⱼ (f·pᵢⱼ − qᵢⱼ)(yᵢ − yⱼ)/(1 + ‖yᵢ − yⱼ‖²).
  static func gradient(_ y: [Float], _ p: [Float], _ factor: Float) -> [Float] {
    let n = y.count / 2
    var attraction = [Float](repeating: 0, count: 2 * n)
    var repulsion = attraction
    var total = 0.0
    y.withUnsafeBufferPointer { y in
      p.withUnsafeBufferPointer { p in
        for i in 0..<n {
          let (xi, yi) = (y[2 * i], y[2 * i + 1])
          var (ax, ay, rx, ry, sum) = (Float(0), Float(0), Float(0), Float(0), Float(0))
          for j in 0..<n {
            let (dx, dy) = (xi - y[2 * j], yi - y[2 * j + 1])
            let q = 1 / (1 + dx * dx + dy * dy)
            sum += q
            let pull = p[i * n + j] * q
            ax += pull * dx
            ay += pull * dy
            rx += q * q * dx
            ry += q * q * dy
          }
          // Itself is counted once, with q = 1.
          total += Double(sum) - 1
          (attraction[2 * i], attraction[2 * i + 1]) = (ax, ay)
          (repulsion[2 * i], repulsion[2 * i + 1]) = (rx, ry)
        }
      }
    }
    let share = Float(1 / max(total, 1e-12))
    return attraction.indices.map { 4 * (factor * attraction[$0] - share * repulsion[$0]) }
  }
}
