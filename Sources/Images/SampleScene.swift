/// One sample picture: four copies of a figure on a background, lit from somewhere, in colours that go together. Four,
/// so that a crop that misses one shows another: what two crops of a picture share is the figure's shape.
import Basics
import Foundation

struct SampleScene {
  private let figure: SampleFigure
  private let palette: SamplePalette
  private let backdrop: SampleBackdrop
  private let copies: [Copy]
  /// Towards the light.
  private let light: Point
  private let gloss: Double
  private let shadow: Double
  private let grain: Double
  private var random: RandomStream

  /// Where a copy stands: its own frame's origin, unit and axis in the picture's −1…1.
  private struct Copy {
    let centre: Point
    let scale: Double
    let turn: Point

    func rotated(_ p: Point) -> Point { Point(p.x * turn.x + p.y * turn.y, p.y * turn.x - p.x * turn.y) }
    func frame(_ p: Point) -> Point { rotated((p - centre) / scale) }
    /// How near a point is, in the copy's own unit.
    func nearness(_ p: Point) -> Double { ((p - centre) * (p - centre)).sum() / (scale * scale) }
  }

  init(_ kind: SampleFigure.Kind, using random: inout RandomStream) {
    figure = SampleFigure(kind, using: &random)
    palette = SamplePalette(using: &random)
    copies = Self.scatter(figure.lean, using: &random)
    let angle = 2 * .pi * random.double(0, 1)
    light = Point(cos(angle), sin(angle))
    backdrop = SampleBackdrop(palette, light: light, using: &random)
    gloss = random.double(0.03, 0.12)
    shadow = random.double(0.1, 0.24)
    grain = random.double(0.4, 1.4)
    self.random = random
  }

  /// One in each quarter, none the same size, leaning the same way by and large.
  private static func scatter(_ lean: Double, using random: inout RandomStream) -> [Copy] {
    let size = random.double(0.36, 0.46)
    let common = random.double(-lean, lean)
    return [Point(-0.5, -0.5), Point(0.5, -0.5), Point(-0.5, 0.5), Point(0.5, 0.5)].map { quarter in
      let angle = 2 * .pi * (common + random.double(-0.04, 0.04))
      return Copy(
        centre: quarter + Point(random.double(-0.08, 0.08), random.double(-0.08, 0.08)),
        scale: size * random.double(0.88, 1.12), turn: Point(cos(angle), sin(angle)))
    }
  }

  private func nearest(_ p: Point) -> Copy { copies.min { $0.nearness(p) < $1.nearness(p) }! }

  /// The picture, size × size, averaged from samples × samples points a pixel, with a sensor's grain.
  func render(size: Int) -> Image {
    let samples = size < 64 ? 3 : 2
    let step = 2 / Double(size * samples)
    var random = random
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * size * size)
    for y in 0..<size {
      for x in 0..<size {
        var sum = OKLab.zero
        for sample in 0..<samples * samples {
          let column = Double(x * samples + sample % samples) + 0.5
          let row = Double(y * samples + sample / samples) + 0.5
          sum += color(at: Point(column * step - 1, row * step - 1), pixel: step)
        }
        let screen = (sum / Double(samples * samples)).screen + grain * random.double(-1.7, 1.7)
        for channel in 0..<3 { bytes.append(UInt8(min(max(screen[channel].rounded(), 0), 255))) }
      }
    }
    return Image(width: size, height: size, pixels: bytes)
  }

  /// - Parameter pixel: the distance between samples, over which edges are softened.
  private func color(at p: Point, pixel: Double) -> OKLab {
    let copy = nearest(p)
    let own = copy.frame(p)
    let distance = figure.distance(own) * copy.scale
    let cover = softStep(-distance / pixel + 0.5)
    var ground = OKLab.zero
    if cover < 1 {
      ground = backdrop.color(at: p)
      let shade = p + light * 0.07
      let thrower = nearest(shade)
      let fall = figure.distance(thrower.frame(shade)) * thrower.scale
      ground.x -= shadow * softStep(0.6 - fall / 0.1)
    }
    return cover > 0 ? ground + (body(at: p, copy, distance, pixel: pixel) - ground) * cover : ground
  }

  private func body(at p: Point, _ copy: Copy, _ distance: Double, pixel: Double) -> OKLab {
    let own = copy.frame(p)
    let across = 0.5 - 0.5 * (own * copy.rotated(light)).sum()
    var color = palette.body.0 + (palette.body.1 - palette.body.0) * across
    color += (palette.ink - color) * softStep(figure.ink(own) * copy.scale / pixel + 0.5)
    color.x += bevel(at: p, copy, distance) + gloss * highlight(at: own - 0.45 * copy.rotated(light))
    return color
  }

  /// The rim is bright towards the light and dark away from it, as if rounded.
  private func bevel(at p: Point, _ copy: Copy, _ distance: Double) -> Double {
    let rim = max(0, 1 + distance / (0.18 * copy.scale))
    guard rim > 0 else { return 0 }
    let probe = 0.01
    func height(_ dx: Double, _ dy: Double) -> Double { figure.distance(copy.frame(p + Point(dx, dy))) }
    let slope = Point(height(probe, 0) - height(-probe, 0), height(0, probe) - height(0, -probe))
    return 0.13 * rim * rim * (slope * copy.scale / (2 * probe) * light).sum()
  }

  private func highlight(at away: Point) -> Double { exp(-(away * away).sum() / 0.12) }
}

/// 0 below 0, 1 above 1, smooth between.
func softStep(_ value: Double) -> Double {
  let t = min(max(value, 0), 1)
  return t * t * (3 - 2 * t)
}
