/// What lies behind the figure of a sample picture: a gradient, soft blotches, a faint texture, light from one side.
import Basics
import Foundation

struct SampleBackdrop {
  private let colors: [OKLab]
  private let light: Point
  private let direction: Point
  private let blotches: [(centre: Point, radius: Double, strength: Double)]
  private let texture: Double
  private let frequency: Double
  private let origin: Point

  init(_ palette: SamplePalette, light: Point, using random: inout RandomStream) {
    colors = palette.background
    self.light = light
    let angle = 2 * .pi * random.double(0, 1)
    direction = Point(cos(angle), sin(angle))
    blotches = (0..<random.below(5)).map { _ in
      (
        Point(random.double(-1, 1), random.double(-1, 1)), random.double(0.25, 0.7),
        random.double(0.4, 0.9)
      )
    }
    texture = random.chance(0.6) ? random.double(0.01, 0.05) : 0
    frequency = random.double(2.5, 7)
    origin = Point(random.double(0, 1000), random.double(0, 1000))
  }

  func color(at p: Point) -> OKLab {
    var color = colors[0] + (colors[1] - colors[0]) * softStep(0.5 + 0.45 * (p * direction).sum())
    for blotch in blotches {
      let away = p - blotch.centre
      color += (colors[2] - color) * (blotch.strength * exp(-(away * away).sum() / (blotch.radius * blotch.radius)))
    }
    color.x += 0.03 * (p * light).sum() - 0.02 * (p * p).sum()
    if texture > 0 { color.x += texture * (noise(p * frequency + origin) + 0.5 * noise(p * 2.3 * frequency + origin)) }
    return color
  }

  /// Smooth noise in −1…1: values on a lattice, blended.
  private func noise(_ p: Point) -> Double {
    let (column, row) = (p.x.rounded(.down), p.y.rounded(.down))
    let (x, y) = (softStep(p.x - column), softStep(p.y - row))
    func corner(_ dx: Double, _ dy: Double) -> Double { Self.value(Int(column + dx), Int(row + dy)) }
    let top = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * x
    let bottom = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * x
    return top + (bottom - top) * y
  }

  /// A number in −1…1 for a lattice point: Wellons' integer hash.
  private static func value(_ x: Int, _ y: Int) -> Double {
    var hash = UInt32(truncatingIfNeeded: x &* 73_856_093 ^ y &* 19_349_663)
    hash = (hash ^ hash >> 16) &* 0x7feb_352d
    hash = (hash ^ hash >> 15) &* 0x846c_a68b
    return Double(hash ^ hash >> 16) / Double(UInt32.max) * 2 - 1
  }
}
