/// One sample picture: a figure somewhere on a background, lit from somewhere, in colours that go together.
import Basics
import Foundation

struct SampleScene {
  private let figure: SampleFigure
  private let palette: SamplePalette
  private let backdrop: SampleBackdrop
  private let centre: Point
  private let scale: Double
  private let turn: Point
  /// Towards the light.
  private let light: Point
  private let gloss: Double
  private let shadow: Double
  private let grain: Double
  private var random: RandomStream

  init(_ kind: SampleFigure.Kind, using random: inout RandomStream) {
    figure = SampleFigure(kind, using: &random)
    palette = SamplePalette(using: &random)
    scale = random.double(0.58, 0.88)
    let room = 1.02 - scale
    centre = Point(random.double(-room, room), random.double(-room, room))
    let lean = 2 * .pi * random.double(-figure.lean, figure.lean)
    turn = Point(cos(lean), sin(lean))
    let angle = 2 * .pi * random.double(0, 1)
    light = Point(cos(angle), sin(angle))
    backdrop = SampleBackdrop(palette, light: light, using: &random)
    gloss = random.double(0.03, 0.12)
    shadow = random.double(0.1, 0.24)
    grain = random.double(0.4, 1.4)
    self.random = random
  }

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
    let own = ownFrame(p)
    let distance = figure.distance(own) * scale
    let cover = softStep(-distance / pixel + 0.5)
    var ground = OKLab.zero
    if cover < 1 {
      ground = backdrop.color(at: p)
      let fall = figure.distance(ownFrame(p + light * 0.1)) * scale
      ground.x -= shadow * softStep(0.6 - fall / 0.16)
    }
    return cover > 0 ? ground + (body(at: p, own, distance, pixel: pixel) - ground) * cover : ground
  }

  private func body(at p: Point, _ own: Point, _ distance: Double, pixel: Double) -> OKLab {
    let across = 0.5 - 0.5 * (own * rotated(light)).sum()
    var color = palette.body.0 + (palette.body.1 - palette.body.0) * across
    color += (palette.ink - color) * softStep(figure.ink(own) * scale / pixel + 0.5)
    color.x += bevel(at: p, distance) + gloss * highlight(at: own)
    return color
  }

  /// The rim is bright towards the light and dark away from it, as if rounded.
  private func bevel(at p: Point, _ distance: Double) -> Double {
    let rim = max(0, 1 + distance / 0.13)
    guard rim > 0 else { return 0 }
    let probe = 0.01
    let slope =
      Point(
        figure.distance(ownFrame(p + Point(probe, 0))) - figure.distance(ownFrame(p - Point(probe, 0))),
        figure.distance(ownFrame(p + Point(0, probe))) - figure.distance(ownFrame(p - Point(0, probe))))
      * (scale / (2 * probe))
    return 0.13 * rim * rim * (slope * light).sum()
  }

  private func highlight(at own: Point) -> Double {
    let away = own - 0.45 * rotated(light)
    return exp(-(away * away).sum() / 0.12)
  }

  private func rotated(_ p: Point) -> Point { Point(p.x * turn.x + p.y * turn.y, p.y * turn.x - p.x * turn.y) }
  private func ownFrame(_ p: Point) -> Point { rotated((p - centre) / scale) }
}

/// 0 below 0, 1 above 1, smooth between.
func softStep(_ value: Double) -> Double {
  let t = min(max(value, 0), 1)
  return t * t * (3 - 2 * t)
}
