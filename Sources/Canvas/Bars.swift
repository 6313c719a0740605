/// Small bars in eighths of a cell: gauge, slider, sparkline, histogram.

/// How much of something is done, 0…1.
public struct Gauge {
  public var fraction: Double
  public var done: Style
  public var rest: Style

  public init(fraction: Double, done: Style, rest: Style) {
    (self.fraction, self.done, self.rest) = (fraction.isNaN ? 0 : min(max(fraction, 0), 1), done, rest)
  }

  public func draw(in area: Rect, of grid: inout Grid) {
    guard !area.isEmpty else { return }
    let full = Int((fraction * Double(area.width)).rounded())
    for x in 0..<area.width { grid[area.x + x, area.y] = x < full ? Cell("━", done) : Cell("─", rest) }
  }
}

/// Where a value stands in its range, 0…1: ──●───.
public struct Slider {
  public var fraction: Double
  public var knob: Style
  public var track: Style

  public init(fraction: Double, knob: Style, track: Style) {
    (self.fraction, self.knob, self.track) = (fraction.isNaN ? 0 : min(max(fraction, 0), 1), knob, track)
  }

  public func draw(in area: Rect, of grid: inout Grid) {
    guard !area.isEmpty else { return }
    for x in area.x..<area.maxX { grid[x, area.y] = Cell("─", track) }
    grid[area.x + Int((fraction * Double(area.width - 1)).rounded()), area.y] = Cell("●", knob)
  }
}

/// A series in one row of bars between its smallest and largest value.
public struct Sparkline {
  public var values: [Double]

  public init(_ values: [Double]) { self.values = values }

  private static let bars = Array("▁▂▃▄▅▆▇█".unicodeScalars)

  /// At most `width` bars; of more values each bar shows the last of its share.
  public func text(width: Int, _ style: Style) -> Text {
    guard width > 0, !values.isEmpty else { return Text() }
    let count = min(width, values.count)
    let shown = (1...count).map { values[$0 * values.count / count - 1] }
    let finite = shown.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return Text() }
    let glyphs = shown.map { value -> Unicode.Scalar in
      guard value.isFinite else { return "×" }
      return Self.bars[ColorMap.level(high > low ? (value - low) / (high - low) : 0.5, of: Self.bars.count)]
    }
    return Text(String(String.UnicodeScalarView(glyphs)), style)
  }
}

/// Counts as upright bars, each as wide as the room allows.
public struct Histogram {
  public var counts: [Int]

  public init(counts: [Int]) { self.counts = counts }

  /// - Parameter isShaded: bars of dots in halves of a cell, which are told from solid ones without colour.
  public func draw(in area: Rect, of grid: inout Grid, _ style: Style, isShaded: Bool = false) {
    guard !area.isEmpty, let largest = counts.max(), largest > 0 else { return }
    let bars = Array((isShaded ? " ░░░░▒▒▒▒" : " ▁▂▃▄▅▆▇█").unicodeScalars)
    for x in 0..<area.width {
      let count = counts[x * counts.count / area.width]
      // A bin that is not empty shows at least an eighth.
      let eighths = max(count > 0 ? 1 : 0, count * area.height * 8 / largest)
      for y in 0..<area.height {
        let level = min(8, max(0, eighths - (area.height - 1 - y) * 8))
        grid[area.x + x, area.y + y] = Cell(bars[level], style)
      }
    }
  }
}
