/// The plane in which rows of numbers differ most, and maps that stay as they were.
import Basics
import Foundation
import Telemetry
import Tensors

/// The first two principal components of some rows.
struct PrincipalPlane: Sendable {
  /// A point a row.
  var points: [EmbeddingMap.Point]
  /// Share of the variance in the plane, 0…1.
  var explained: Double

  /// - Parameters:
  ///   - x: [n, D].
  ///   - rounds: of subspace iteration; each brings the plane nearer by the ratio of its variance to the next one's.
  init(of x: Tensor, rounds: Int = 60) {
    let (n, d) = (x.rows, x.columns)
    var centred = x.scalars
    var mean = [Float](repeating: 0, count: d)
    for row in 0..<n { for k in 0..<d { mean[k] += centred[row * d + k] / Float(n) } }
    for row in 0..<n { for k in 0..<d { centred[row * d + k] -= mean[k] } }
    let total = centred.reduce(0.0) { $0 + Double($1) * Double($1) }
    var random = RandomStream(seed: 0, .map)
    var axes = (0..<2).map { _ in (0..<d).map { _ in random.uniform(-1, 1) } }
    var places = [[Float]](repeating: [], count: 2)
    for _ in 0..<rounds {
      Self.orthonormalize(&axes)
      places = axes.map { Self.products(centred, $0) }
      axes = places.map { Self.weightedSum(centred, $0, width: d) }
    }
    Self.orthonormalize(&axes)
    places = axes.map { Self.products(centred, $0) }
    // Inside the plane, along the axes of largest and least spread.
    let (a, b, c) = (Self.dot(places[0], places[0]), Self.dot(places[0], places[1]), Self.dot(places[1], places[1]))
    let angle = 0.5 * atan2(2 * b, a - c)
    let (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
    points = (0..<n).map { row in
      let (u, v) = (places[0][row], places[1][row])
      return EmbeddingMap.Point(cosine * u + sine * v, cosine * v - sine * u)
    }
    explained = total > 0 ? (a + c) / total : 0
  }

  private static func dot(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  private static func products(_ rows: [Float], _ axis: [Float]) -> [Float] {
    let d = axis.count
    return rows.withUnsafeBufferPointer { rows in
      (0..<rows.count / d).map { row in
        var sum: Float = 0
        for k in 0..<d { sum += rows[row * d + k] * axis[k] }
        return sum
      }
    }
  }

  private static func weightedSum(_ rows: [Float], _ weights: [Float], width d: Int) -> [Float] {
    var sum = [Float](repeating: 0, count: d)
    rows.withUnsafeBufferPointer { rows in
      for (row, weight) in weights.enumerated() { for k in 0..<d { sum[k] += weight * rows[row * d + k] } }
    }
    return sum
  }

  /// Gram–Schmidt; an axis of nothing becomes a unit axis.
  private static func orthonormalize(_ axes: inout [[Float]]) {
    for index in axes.indices {
      for earlier in 0..<index {
        let share = Float(dot(axes[index], axes[earlier]))
        for k in axes[index].indices { axes[index][k] -= share * axes[earlier][k] }
      }
      let length = Float(dot(axes[index], axes[index]).squareRoot())
      guard length > 1e-20 else {
        axes[index] = axes[index].indices.map { $0 == index % axes[index].count ? 1 : 0 }
        continue
      }
      for k in axes[index].indices { axes[index][k] /= length }
    }
  }
}

extension [EmbeddingMap.Point] {
  /// Turned and mirrored about their middle to lie as near as may be to earlier points of the same rows (orthogonal
  /// Procrustes in the plane).
  func aligned(to earlier: [EmbeddingMap.Point]) -> [EmbeddingMap.Point] {
    guard count == earlier.count, !isEmpty else { return self }
    // Σ of products of coordinates: here with there.
    var (xx, xy, yx, yy) = (0.0, 0.0, 0.0, 0.0)
    for (p, q) in zip(centred, earlier.centred) {
      xx += Double(p.x * q.x)
      xy += Double(p.x * q.y)
      yx += Double(p.y * q.x)
      yy += Double(p.y * q.y)
    }
    // The best turn has the angle of (xx + yy, xy − yx); the best turn after a mirror in the x axis, (xx − yy, xy + yx).
    let turn = ((xx + yy) * (xx + yy) + (xy - yx) * (xy - yx)).squareRoot()
    let mirrored = ((xx - yy) * (xx - yy) + (xy + yx) * (xy + yx)).squareRoot()
    let sign: Float = mirrored > turn ? -1 : 1
    let angle = mirrored > turn ? atan2(xy + yx, xx - yy) : atan2(xy - yx, xx + yy)
    let (c, s) = (Float(cos(angle)), Float(sin(angle)))
    return centred.map { EmbeddingMap.Point(c * $0.x - s * sign * $0.y, s * $0.x + c * sign * $0.y) }
  }

  private var centred: [EmbeddingMap.Point] {
    let x = reduce(Float(0)) { $0 + $1.x } / Float(count)
    let y = reduce(Float(0)) { $0 + $1.y } / Float(count)
    return map { EmbeddingMap.Point($0.x - x, $0.y - y) }
  }
}
