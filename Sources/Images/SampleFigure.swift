/// The figures of the sample data: each class is a shape, given by its signed distance (negative inside), in its own
/// frame, where it fits into the unit circle. Proportions vary within a class; what makes it the class does not.
import Basics
import Foundation

typealias Point = SIMD2<Double>

struct SampleFigure {
  enum Kind: String, CaseIterable {
    case disc, ring, cross, star, stripes, checker, blobs, spiral, house, text, heart, arrow
  }

  let kind: Kind
  /// Proportions in 0…1; what they mean depends on the kind.
  private let a: Double
  private let b: Double
  private let points: [Point]

  init(_ kind: Kind, using random: inout RandomStream) {
    self.kind = kind
    (a, b) = (random.double(0, 1), random.double(0, 1))
    switch kind {
    case .blobs:
      let count = 4 + random.below(3)
      points = (0..<count).map { blob in
        let angle = 2 * .pi * (Double(blob) + random.double(-0.25, 0.25)) / Double(count)
        return random.double(0.42, 0.66) * Point(cos(angle), sin(angle))
      }
    case .text: points = Self.strokes(using: &random)
    case .house:
      points = [Point(-0.72, 0.75), Point(-0.72, -0.1), Point(0, -0.95), Point(0.72, -0.1), Point(0.72, 0.75)]
    case .arrow:
      let shaft = 0.16 + 0.1 * a
      points = [
        Point(-0.95, -shaft), Point(0.1, -shaft), Point(0.1, -0.62), Point(0.95, 0), Point(0.1, 0.62),
        Point(0.1, shaft), Point(-0.95, shaft),
      ]
    default: points = []
    }
  }

  /// How far this kind may lean, in turns to either side: a house on its head would be another thing.
  var lean: Double {
    switch kind {
    case .house, .text, .heart: 0.06
    default: 0.5
    }
  }

  /// Distance to the outline; negative inside.
  func distance(_ p: Point) -> Double {
    switch kind {
    case .disc: length(p) - 0.9
    case .ring: abs(length(p) - 0.72) - (0.14 + 0.1 * a)
    case .cross:
      min(box(p, Point(0.95, 0.2 + 0.12 * a), round: 0.06), box(p, Point(0.2 + 0.12 * a, 0.95), round: 0.06))
    case .star: star(p, tips: 5 + Int(2.99 * a), sharpness: 0.35 + 0.3 * b) - 0.03
    case .stripes, .checker: box(p, Point(0.84, 0.84), round: 0.1 + 0.6 * a)
    case .blobs: points.dropFirst().reduce(length(p - points[0]) - 0.3) { merged($0, length(p - $1) - 0.3) }
    case .spiral: spiral(p)
    case .house: polygon(p) - 0.04
    case .text: stroked(p) - 0.075
    case .heart: heart(p)
    case .arrow: polygon(p) - 0.04
    }
  }

  /// How far a point is inside the second colour, positive inside; −1 where the figure has only one.
  func ink(_ p: Point) -> Double {
    switch kind {
    case .stripes:
      let width = 0.17 + 0.09 * b
      return width / 2 - abs(wrapped(p.x, 2 * width))
    case .checker:
      let side = 0.3 + 0.13 * b
      let (x, y) = (side / 2 - abs(wrapped(p.x, 2 * side)), side / 2 - abs(wrapped(p.y, 2 * side)))
      return x * y > 0 ? min(abs(x), abs(y)) : -min(abs(x), abs(y))
    case .house:
      let door = -box(p - Point(0.28 * (2 * a - 1), 0.5), Point(0.14, 0.3), round: 0.02)
      let window = -box(p - Point(a > 0.5 ? -0.34 : 0.34, 0.16), Point(0.16, 0.14), round: 0.02)
      return max(-0.08 - p.y, max(door, window))
    default: return -1
    }
  }
}

// MARK: - Distances

/// After Quilez, "2D distance functions".
extension SampleFigure {
  private func length(_ p: Point) -> Double { (p * p).sum().squareRoot() }

  /// Into −period/2 … period/2.
  private func wrapped(_ value: Double, _ period: Double) -> Double { value - period * (value / period).rounded() }

  private func box(_ p: Point, _ half: Point, round: Double) -> Double {
    let x = abs(p.x) - half.x + round
    let y = abs(p.y) - half.y + round
    return length(Point(max(x, 0), max(y, 0))) + min(max(x, y), 0) - round
  }

  /// Two distances joined with a soft neck.
  private func merged(_ a: Double, _ b: Double) -> Double {
    let neck = 0.22
    let share = max(neck - abs(a - b), 0) / neck
    return min(a, b) - share * share * neck / 4
  }

  private func star(_ p: Point, tips: Int, sharpness: Double) -> Double {
    let half = Double.pi / Double(tips)
    let edge = .pi / (2 + (1 - sharpness) * (Double(tips) - 2))
    let angle = wrapped(atan2(p.x, -p.y), 2 * half)
    let folded = length(p) * Point(cos(angle), abs(sin(angle)))
    // From the tip along the edge to the notch.
    let tip = Point(0.95, 0)
    let along = Point(-cos(edge / 2), sin(edge / 2))
    let notch = 0.95 * sin(half) / sin(half + edge / 2)
    let step = min(max(((folded - tip) * along).sum(), 0), notch)
    let away = folded - tip - step * along
    let isInside = (folded.x - tip.x) * along.y - folded.y * along.x > 0
    return isInside ? length(away) : -length(away)
  }

  private func spiral(_ p: Point) -> Double {
    let spacing = 0.42 + 0.1 * a
    let radius = length(p)
    let arm = abs(wrapped(radius - spacing * atan2(p.y, p.x) / (2 * .pi), spacing)) - spacing * 0.24
    return max(arm, radius - 0.95)
  }

  private func heart(_ point: Point) -> Double {
    let size = 1.65
    let p = Point(abs(point.x), 0.9 - point.y) / size
    if p.x + p.y > 1 { return size * (length(p - Point(0.25, 0.75)) - 2.0.squareRoot() / 4) }
    let diagonal = 0.5 * max(p.x + p.y, 0)
    let near = min(length(p - Point(0, 1)), length(p - Point(diagonal, diagonal)))
    return size * (p.x > p.y ? near : -near)
  }

  private func polygon(_ p: Point) -> Double {
    var nearest = Double.infinity
    var isInside = false
    for (i, end) in points.enumerated() {
      let start = points[(i + points.count - 1) % points.count]
      nearest = min(nearest, segment(p, start, end))
      if (start.y > p.y) != (end.y > p.y), p.x < start.x + (p.y - start.y) / (end.y - start.y) * (end.x - start.x) {
        isInside.toggle()
      }
    }
    return isInside ? -nearest : nearest
  }

  private func stroked(_ p: Point) -> Double {
    stride(from: 0, to: points.count, by: 2).reduce(.infinity) { min($0, segment(p, points[$1], points[$1 + 1])) }
  }

  private func segment(_ p: Point, _ start: Point, _ end: Point) -> Double {
    let (along, from) = (end - start, p - start)
    let share = min(max((from * along).sum() / (along * along).sum(), 0), 1)
    return length(from - share * along)
  }

  /// Three lines of letters, each of two or three strokes: pairs of end points.
  private static func strokes(using random: inout RandomStream) -> [Point] {
    let choices: [(Point, Point)] = [
      (Point(0, 0), Point(0, 1)), (Point(1, 0), Point(1, 1)), (Point(0, 0), Point(1, 0)),
      (Point(0, 0.5), Point(1, 0.5)),
      (Point(0, 1), Point(1, 1)), (Point(0, 1), Point(1, 0)), (Point(0, 0), Point(1, 1)),
    ]
    var ends: [Point] = []
    for line in 0..<3 {
      for letter in 0..<(line == 2 ? 2 : 3) {
        let corner = Point(-0.85 + 0.62 * Double(letter), -0.82 + 0.62 * Double(line))
        for _ in 0..<2 + random.below(2) {
          let (start, end) = choices[random.below(choices.count)]
          let size = Point(0.38, 0.38)
          ends += [corner + start * size, corner + end * size]
        }
      }
    }
    return ends
  }
}
