/// Colours of a style turned into the numbers a terminal knows them by.
import Canvas

struct ColorMap {
  /// A colour number of curses; −1 is the terminal's own.
  typealias Number = Int32
  static let own: Number = -1

  let depth: Abilities.ColorDepth
  private let palette: [(number: Number, color: Oklab)]
  private var cache: [RGB: Number] = [:]

  /// `count` is how many colours the terminal has; it matters among the sixteen, which may be eight.
  init(depth: Abilities.ColorDepth, count: Int) {
    self.depth = depth
    palette =
      switch depth {
      case .mono, .truecolor: []
      case .sixteen: ColorMap.ansi.prefix(count).enumerated().map { (Number($0.offset), Oklab($0.element)) }
      case .palette256: (16...255).map { (Number($0), Oklab(ColorMap.color256($0))) }
      }
  }

  /// xterm's sixteen. Terminals differ; the names (red, bright blue, …) hold everywhere.
  static let ansi = [
    0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
    0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
  ].map { RGB(hex: $0) }

  /// Colours 16 to 255, which every terminal agrees on: a cube of 6×6×6, then 24 greys.
  static func color256(_ number: Int) -> RGB {
    let levels: [UInt8] = [0, 95, 135, 175, 215, 255]
    let i = number - 16
    if i < 216 { return RGB(levels[i / 36], levels[i / 6 % 6], levels[i % 6]) }
    let grey = UInt8(8 + 10 * (i - 216))
    return RGB(grey, grey, grey)
  }

  /// The pair of numbers for a style. With few colours, `text` keeps apart what was apart: there, being read goes before
  /// being true. Block glyphs are no text: two halves of one colour are what the picture wants.
  mutating func numbers(for style: Style, text: Bool) -> (foreground: Number, background: Number) {
    let (foreground, background) = (number(for: style.foreground), number(for: style.background))
    guard text, depth == .sixteen, let front = style.foreground, let back = style.background else {
      return (foreground, background)
    }
    return (readable(foreground, for: Oklab(front), over: background, for: Oklab(back)), background)
  }

  private mutating func number(for color: RGB?) -> Number {
    guard let color, depth != .mono else { return ColorMap.own }
    if depth == .truecolor {
      // 0…7 would be taken for ANSI colours, in the user's own shades
      return max(8, Number(color.red) << 16 | Number(color.green) << 8 | Number(color.blue))
    }
    if let known = cache[color] { return known }
    let found = nearest(to: Oklab(color)) { _ in true }!
    if cache.count >= 65536 { cache.removeAll(keepingCapacity: true) }
    cache[color] = found
    return found
  }

  private func nearest(to color: Oklab, where allowed: (Oklab) -> Bool) -> Number? {
    var best: (number: Number?, distance: Float) = (nil, .infinity)
    for entry in palette where allowed(entry.color) {
      let distance = color.squaredDistance(to: entry.color)
      if distance < best.distance { best = (entry.number, distance) }
    }
    return best.number
  }

  /// The number itself, or, when it would be lost on its ground though the colour asked for is not, the nearest that
  /// stands off the ground, on the side (lighter, darker) where the colour was.
  private func readable(_ number: Number, for front: Oklab, over ground: Number, for back: Oklab) -> Number {
    let shown = palette[Int(ground)].color
    let asked = abs(front.lightness - back.lightness)
    let given = abs(palette[Int(number)].color.lightness - shown.lightness)
    let isLost = number == ground ? front.squaredDistance(to: back) > 0.0025 : given < min(0.2, 0.6 * asked)
    guard isLost else { return number }
    let stands: (Oklab) -> Bool = { abs($0.lightness - shown.lightness) > 0.2 }
    let isLighter = front.lightness >= back.lightness
    return nearest(to: front) { stands($0) && ($0.lightness > shown.lightness) == isLighter }
      ?? nearest(to: front, where: stands) ?? number
  }
}
