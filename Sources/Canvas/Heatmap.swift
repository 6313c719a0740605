/// A square or oblong field of numbers as colours: half blocks, or shades where there are few colours.
public struct Heatmap {
  public var rows: Int
  public var columns: Int
  /// Row-major, rows × columns.
  public var values: [Float]
  public var range: ClosedRange<Double>
  public var colors: ColorMap
  public var abilities: Abilities
  /// The style of shades and of the legend's numbers.
  public var style: Style

  public init(
    rows: Int, columns: Int, values: [Float], range: ClosedRange<Double>, colors: ColorMap, abilities: Abilities,
    style: Style
  ) {
    precondition(values.count == rows * columns, "\(values.count) values for \(rows)×\(columns)")
    (self.rows, self.columns, self.values, self.range) = (rows, columns, values, range)
    (self.colors, self.abilities, self.style) = (colors, abilities, style)
  }

  private var usesColors: Bool { abilities.colors >= .palette256 && abilities.unicode }

  static let shades = Array(" ░▒▓█".unicodeScalars)
  static let asciiShades = Array(" .:-=+*#%@".unicodeScalars)

  /// The largest square part of an area, at its upper left; a cell is half as wide as high.
  public static func square(in area: Rect) -> Rect {
    let side = min(area.width / 2, area.height)
    return Rect(x: area.x, y: area.y, width: side * 2, height: side)
  }

  public func draw(in area: Rect, of grid: inout Grid) {
    guard rows > 0, columns > 0, !area.isEmpty else { return }
    if usesColors { drawBlocks(area, &grid) } else { drawShades(area, &grid) }
  }

  /// The cells of an area that show a value.
  public func cells(row: Int, column: Int, in area: Rect) -> Rect {
    let (down, wide) = usesColors ? (2, 1) : (1, width(ofValueIn: area))
    let (y, x) = (
      Self.fields(of: row, of: rows, in: area.height * down),
      Self.fields(of: column, of: columns, in: area.width / wide)
    )
    let top = y.lowerBound / down
    return Rect(
      x: area.x + x.lowerBound * wide, y: area.y + top, width: x.count * wide,
      height: (y.upperBound + down - 1) / down - top)
  }

  /// The fields that show a value alone, or the one that shows it among others.
  private static func fields(of index: Int, of total: Int, in count: Int) -> Range<Int> {
    let last = ((index + 1) * count - 1) / total
    return min(last, (index * count + total - 1) / total)..<last + 1
  }

  /// Columns of a shade: two make it square.
  private func width(ofValueIn area: Rect) -> Int { area.width >= 2 * area.height ? 2 : 1 }

  private func drawBlocks(_ area: Rect, _ grid: inout Grid) {
    let pooled = pooled(rows: area.height * 2, columns: area.width)
    for y in 0..<area.height {
      for x in 0..<area.width {
        let upper = colors[share(pooled[2 * y * area.width + x])]
        let lower = colors[share(pooled[(2 * y + 1) * area.width + x])]
        // A plain blank where both halves agree: fewer bytes, and no seam between the halves.
        let cell = upper == lower ? Cell(" ", Style(nil, on: upper)) : Cell("▀", Style(upper, on: lower))
        grid[area.x + x, area.y + y] = cell
      }
    }
  }

  private func drawShades(_ area: Rect, _ grid: inout Grid) {
    let wide = width(ofValueIn: area)
    let count = area.width / wide
    let pooled = pooled(rows: area.height, columns: count)
    for y in 0..<area.height {
      for x in 0..<count * wide {
        grid[area.x + x, area.y + y] = Cell(shade(share(pooled[y * count + x / wide])), style)
      }
    }
  }

  private func shade(_ share: Double) -> Unicode.Scalar {
    let ramp = abilities.unicode ? Self.shades : Self.asciiShades
    return ramp[ColorMap.level(share, of: ramp.count)]
  }

  /// Colours or shades from the largest value at the top to the smallest, with round numbers at the right.
  public func drawLegend(in area: Rect, of grid: inout Grid) {
    guard area.height >= 2, area.width >= 2 else { return }
    let steps = Double(2 * area.height - 1)
    for y in 0..<area.height {
      let (upper, lower) = (1 - Double(2 * y) / steps, 1 - Double(2 * y + 1) / steps)
      let blocks = Cell("▀", Style(colors[upper], on: colors[lower]))
      let cell = usesColors ? blocks : Cell(shade((upper + lower) / 2), style)
      for x in 0..<2 { grid[area.x + x, area.y + y] = cell }
    }
    let ticks = Ticks(in: range, atMost: area.height <= 4 ? area.height : (area.height + 1) / 2)
    for value in ticks.values {
      let row = Int(((1 - share(value)) * Double(area.height - 1)).rounded())
      let room = Rect(x: area.x + 3, y: area.y + row, width: area.width - 3, height: 1)
      Text((value < 0 ? "" : " ") + ticks.label(value), style).draw(in: room, of: &grid)
    }
  }

  /// Colours or shades from the smallest value at the left to the largest, in one row between the two numbers.
  public func drawScale(in area: Rect, of grid: inout Grid) {
    let ends = [range.lowerBound, range.upperBound].map { Text(Figures.fixed($0, 2), style) }
    let bar = Rect(
      x: area.x + ends[0].width + 1, y: area.y, width: area.width - ends[0].width - ends[1].width - 2, height: 1)
    guard bar.width >= 4, area.height >= 1 else { return }
    ends[0].draw(in: area, of: &grid)
    ends[1].draw(in: area, of: &grid, .right)
    for x in 0..<bar.width {
      let share = Double(x) / Double(bar.width - 1)
      grid[bar.x + x, bar.y] = usesColors ? Cell(" ", Style(nil, on: colors[share])) : Cell(shade(share), style)
    }
  }

  private func share(_ value: Double) -> Double {
    (value - range.lowerBound) / max(range.upperBound - range.lowerBound, 1e-12)
  }

  /// The values that an area of the screen will show, widened to round numbers: averages over many values lie close
  /// together, and on a fixed scale they would all look the same.
  public func fittingRange(in area: Rect, within limits: ClosedRange<Double>) -> ClosedRange<Double> {
    guard !area.isEmpty, rows > 0, columns > 0 else { return limits }
    let shown = pooled(rows: usesColors ? area.height * 2 : area.height, columns: usesColors ? area.width : area.height)
    let finite = shown.filter(\.isFinite)
    guard let least = finite.min(), let largest = finite.max() else { return limits }
    let step = Ticks(in: least...max(largest, least + 0.05), atMost: 5).step
    let (low, high) = ((least / step).rounded(.down) * step, (largest / step).rounded(.up) * step)
    let start = max(limits.lowerBound, low)
    return start...max(min(limits.upperBound, high), start + step)
  }

  /// Averages over the values each new field covers; a field smaller than a value takes that value.
  func pooled(rows newRows: Int, columns newColumns: Int) -> [Double] {
    var pooled: [Double] = []
    pooled.reserveCapacity(newRows * newColumns)
    let spans = (0..<newColumns).map { span($0, newColumns, columns) }
    // Rows are added up whole before columns are: the processor does several columns at once.
    var sums = [Float](repeating: 0, count: columns)
    for y in 0..<newRows {
      let ySpan = span(y, newRows, rows)
      for column in sums.indices { sums[column] = values[ySpan.lowerBound * columns + column] }
      for row in ySpan.dropFirst() {
        for column in sums.indices { sums[column] += values[row * columns + column] }
      }
      for xSpan in spans {
        pooled.append(sums[xSpan].reduce(0.0) { $0 + Double($1) } / Double(ySpan.count * xSpan.count))
      }
    }
    return pooled
  }

  private func span(_ index: Int, _ count: Int, _ total: Int) -> Range<Int> {
    let start = index * total / count
    return start..<max(start + 1, (index + 1) * total / count)
  }
}
