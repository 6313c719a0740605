/// The room of a line plot: where its axes lie and how numbers become cells and dots.
import Foundation

struct PlotScale {
  /// The cells inside the axes.
  let inside: Rect
  private let area: Rect
  private let plot: LinePlot
  private let yTicks: Ticks

  init(of plot: LinePlot, in area: Rect) {
    (self.plot, self.area) = (plot, area)
    let hasAxes = area.width >= 16 && area.height >= 3
    let rows = hasAxes ? area.height - 1 : area.height
    let limit = hasAxes ? min(8, max(2, rows * 4 / 9)) : 0
    let ticks = Ticks(in: plot.yRange, atMost: limit, plot.isLogarithmic ? .logarithmic : .linear)
    let gutter = hasAxes ? (ticks.values.map { ticks.label($0).unicodeScalars.count }.max() ?? 0) + 1 : 0
    yTicks = ticks
    inside = Rect(x: area.x + gutter, y: area.y, width: area.width - gutter, height: rows)
  }

  func raster() -> DotRaster { DotRaster(area: inside, isBraille: plot.unicode) }

  /// Column of dots of an x.
  func dotX(_ x: Double, _ raster: DotRaster) -> Int { place(share(x, plot.xRange), raster.width) }

  /// Row of dots of a y; outside the raster when the y lies outside.
  func dotY(_ y: Double, _ raster: DotRaster) -> Int { place(1 - height(y), raster.height) }

  func column(_ x: Double) -> Int { inside.x + place(share(x, plot.xRange), inside.width) }
  func row(_ y: Double) -> Int { inside.y + place(1 - height(y), inside.height) }

  /// 0 at the lower edge, 1 at the upper. What has no logarithm lies far below.
  private func height(_ y: Double) -> Double {
    guard plot.isLogarithmic else { return share(y, plot.yRange) }
    return y > 0 ? share(log(y), log(plot.yRange.lowerBound)...log(plot.yRange.upperBound)) : -.infinity
  }

  private func share(_ value: Double, _ range: ClosedRange<Double>) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  private func place(_ share: Double, _ count: Int) -> Int {
    Int((min(max(share.isNaN ? -4 : share, -4), 5) * Double(count - 1)).rounded())
  }

  func drawAxes(on grid: inout Grid) {
    guard inside.x > area.x else { return }
    let axis = inside.x - 1
    for y in inside.y..<inside.maxY { grid[axis, y] = Cell("│", plot.styles.axis) }
    for value in yTicks.values {
      let label = Text(yTicks.label(value), plot.styles.axis)
      let room = Rect(x: area.x, y: row(value), width: axis - area.x, height: 1)
      label.draw(in: room, of: &grid, .right)
      grid[axis, row(value)] = Cell("┤", plot.styles.axis)
    }
    drawXAxis(axis, &grid)
  }

  /// The numbers stand in the axis itself, so that it takes one row.
  private func drawXAxis(_ axis: Int, _ grid: inout Grid) {
    let bottom = inside.maxY
    for x in axis..<area.maxX { grid[x, bottom] = Cell("─", plot.styles.axis) }
    for x in plot.notes where plot.xRange.contains(x) { grid[column(x), bottom] = Cell("┴", plot.styles.marker) }
    grid[axis, bottom] = Cell("╰", plot.styles.axis)
    let name = Text(plot.xName.isEmpty ? "" : " " + plot.xName, plot.styles.axis)
    let end = area.maxX - name.width
    name.draw(in: Rect(x: end, y: bottom, width: name.width, height: 1), of: &grid)
    let ticks = Ticks(in: plot.xRange, atMost: max(1, inside.width / 10), plot.xIsDuration ? .duration : .linear)
    for value in ticks.values where value > plot.xRange.lowerBound {
      let label = Text(" " + ticks.label(value) + " ", plot.styles.axis)
      let start = column(value) - label.width / 2
      guard start > axis, start + label.width < end else { continue }
      label.draw(in: Rect(x: start, y: bottom, width: label.width, height: 1), of: &grid)
    }
  }
}
