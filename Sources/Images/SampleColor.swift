/// Colours that go together: chosen by lightness, chroma and hue in OKLab (Ottosson 2020), where equal steps look equal.
import Basics
import Foundation

/// Lightness 0…1, then the two colour axes. Light and shade are added to the lightness.
typealias OKLab = SIMD3<Double>

extension OKLab {
  /// - Parameter hue: in turns.
  init(lightness: Double, chroma: Double, hue: Double) {
    self.init(lightness, chroma * cos(2 * .pi * hue), chroma * sin(2 * .pi * hue))
  }

  /// Red, green, blue in 0…255, not yet rounded; colours beyond what a screen shows are clipped.
  var screen: SIMD3<Double> {
    let l = cube(x + 0.3963377774 * y + 0.2158037573 * z)
    let m = cube(x - 0.1055613458 * y - 0.0638541728 * z)
    let s = cube(x - 0.0894841775 * y - 1.2914855480 * z)
    return SIMD3(
      encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
      encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
      encoded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s))
  }

  private func cube(_ value: Double) -> Double { value * value * value }

  /// sRGB's curve.
  private func encoded(_ linear: Double) -> Double {
    let value = Swift.min(Swift.max(linear, 0), 1)
    return 255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055)
  }
}

/// The colours of one sample picture.
struct SamplePalette {
  /// Two ends of the background's gradient, and its blotches.
  let background: [OKLab]
  /// Two ends of the figure's gradient.
  let body: (OKLab, OKLab)
  /// Stripes, doors, squares.
  let ink: OKLab

  /// The figure lies across the wheel from the background and well apart in lightness, whichever is the lighter.
  init(using random: inout RandomStream) {
    let isLight = random.chance(0.55)
    let hue = (Double(random.below(4)) + random.double(-0.15, 0.15)) / 4
    let lightness = isLight ? random.double(0.83, 0.91) : random.double(0.34, 0.42)
    let chroma = isLight ? random.double(0.03, 0.05) : random.double(0.06, 0.08)
    let spread = random.double(0.04, 0.08) * (random.chance(0.5) ? 1 : -1)
    background = [
      OKLab(lightness: lightness, chroma: chroma, hue: hue),
      OKLab(lightness: lightness - random.double(0.04, 0.14), chroma: chroma * 1.2, hue: hue + spread),
      OKLab(lightness: lightness + random.double(-0.05, 0.06), chroma: chroma * 1.5, hue: hue - spread),
    ]
    let across = hue + (random.chance(0.5) ? 0.33 : 0.58) + random.double(-0.04, 0.04)
    let figure = Self.lifted(isLight ? random.double(0.5, 0.62) : random.double(0.7, 0.82), hue: across)
    let vivid = random.double(0.14, 0.17)
    body = (
      OKLab(lightness: figure + 0.05, chroma: vivid, hue: across - 0.02),
      OKLab(lightness: figure - 0.07, chroma: vivid, hue: across + random.double(0.02, 0.1))
    )
    let isPale = random.chance(0.6)
    ink = OKLab(
      lightness: isPale ? random.double(0.92, 0.97) : random.double(0.22, 0.32), chroma: isPale ? 0.03 : 0.06,
      hue: across + random.double(-0.15, 0.15))
  }

  /// Dark yellow is mud: lightness rises towards 0.78 around its hue.
  private static func lifted(_ lightness: Double, hue: Double) -> Double {
    let away = hue - 0.25 - (hue - 0.25).rounded()
    return lightness + max(0, 0.78 - lightness) * 0.75 * exp(-away * away / 0.012)
  }
}

extension RandomStream {
  /// Uniform in [low, high).
  mutating func double(_ low: Double, _ high: Double) -> Double { low + (high - low) * Double(unit()) }
}
