/// The layers of a line plot, from the back to the front.
extension LinePlot {
  func drawReferences(_ plot: PlotScale, _ grid: inout Grid) {
    for reference in references where yRange.contains(reference.value) {
      for x in plot.inside.x..<plot.inside.maxX { grid[x, plot.row(reference.value)] = Cell("┈", styles.reference) }
    }
  }

  /// Labels stand at the right, on the line, or as an arrow at the edge beyond which the line lies.
  func drawReferenceLabels(_ plot: PlotScale, _ grid: inout Grid) {
    for reference in references where reference.value.isFinite {
      let isAbove = reference.value > yRange.upperBound
      let isBelow = reference.value < yRange.lowerBound
      let arrow = isAbove ? " ↑" : isBelow ? " ↓" : ""
      let row = isAbove ? plot.inside.y : isBelow ? plot.inside.maxY - 1 : plot.row(reference.value)
      let label = Text(" \(reference.label)\(arrow) ", styles.reference)
      guard label.width < plot.inside.width else { continue }
      let start = Self.freeRun(label.width, row, plot.inside, grid)
      label.draw(in: Rect(x: start, y: row, width: label.width, height: 1), of: &grid)
    }
  }

  /// The rightmost place in a row where a label hides no part of a curve; the right end when there is none.
  private static func freeRun(_ width: Int, _ row: Int, _ inside: Rect, _ grid: Grid) -> Int {
    let last = inside.maxX - width
    for start in stride(from: last, through: inside.x, by: -1) {
      let isFree = (start..<start + width).allSatisfy { x in
        let glyph = grid[x, row].glyph
        return glyph == " " || glyph == "┈"
      }
      if isFree { return start }
    }
    return last
  }

  func drawBand(_ series: Series, _ plot: PlotScale, _ grid: inout Grid) {
    guard let style = series.band else { return }
    var raster = plot.raster()
    for point in series.points where point.low <= point.high {
      let (top, bottom) = (plot.dotY(point.high, raster), plot.dotY(point.low, raster))
      for x in plot.dotX(point.firstX, raster)...plot.dotX(point.lastX, raster) {
        // Without a colour the band is told from the line by its texture.
        raster.fillColumn(x, from: top, to: bottom, sparse: unicode && style.foreground == nil)
      }
    }
    raster.draw(on: &grid, style, mark: ".")
  }

  func drawLine(_ series: Series, _ plot: PlotScale, _ grid: inout Grid) {
    var raster = plot.raster()
    var previous: (x: Int, y: Int)?
    for point in series.points {
      guard point.smooth.isFinite, point.low <= point.high else {
        previous = nil
        continue
      }
      let here = (x: plot.dotX(point.lastX, raster), y: plot.dotY(point.smooth, raster))
      raster.line(from: previous ?? here, to: here)
      previous = here
    }
    raster.draw(on: &grid, series.line, mark: "*")
  }

  /// × where a sample was not a number, ▲ and ▼ where one lies beyond the edge.
  func drawAlarms(_ series: Series, _ plot: PlotScale, _ grid: inout Grid) {
    for point in series.points where xRange.contains(point.lastX) {
      let column = plot.column(point.lastX)
      if point.hasNonFinite { grid[column, plot.inside.y] = Cell("×", styles.alarm) }
      guard series.band != nil, point.low <= point.high else { continue }
      if point.high > yRange.upperBound { grid[column, plot.inside.y] = Cell("▲", styles.alarm) }
      if point.low < yRange.lowerBound { grid[column, plot.inside.maxY - 1] = Cell("▼", styles.alarm) }
    }
  }

  func drawMarkers(_ plot: PlotScale, _ grid: inout Grid) {
    for marker in markers where xRange.contains(marker.x) {
      for y in plot.inside.y..<plot.inside.maxY { grid[plot.column(marker.x), y] = Cell("╎", styles.marker) }
    }
  }

  func drawCrosshair(_ plot: PlotScale, _ grid: inout Grid) {
    guard let x = crosshair, xRange.contains(x) else { return }
    for y in plot.inside.y..<plot.inside.maxY { grid[plot.column(x), y] = Cell("┊", styles.crosshair) }
  }

  /// At the last point that is seen.
  func drawName(_ series: Series, _ plot: PlotScale, _ grid: inout Grid) {
    let seen = series.points.last { $0.smooth.isFinite && xRange.contains($0.lastX) }
    guard !series.name.isEmpty, let seen else { return }
    let row = min(max(plot.row(seen.smooth), plot.inside.y), plot.inside.maxY - 1)
    let name = Text(series.name, series.line)
    let start = min(plot.column(seen.lastX) + 1, plot.inside.maxX - name.width)
    name.draw(in: Rect(x: start, y: row, width: name.width, height: 1), of: &grid)
  }

  func draw(_ mark: Mark, _ plot: PlotScale, _ grid: inout Grid) {
    let (column, row) = (plot.column(mark.x), plot.row(mark.y))
    guard xRange.contains(mark.x), plot.inside.contains(x: column, y: row) else { return }
    let label = Text(mark.label, mark.style)
    let rooms = [0, -1, 1, -2, 2, -3, 3].flatMap { down in
      [column + 2, column - 1 - label.width, column - label.width / 2].map {
        Rect(x: $0, y: row + down, width: label.width, height: 1)
      }
    }
    if !label.isEmpty, let room = rooms.first(where: { plot.inside.contains($0) && Self.isBlank($0, grid) }) {
      label.draw(in: room, of: &grid)
    }
    grid[column, row] = Cell("●", mark.style)
  }

  /// Each label takes the highest of the upper rows where it hides nothing but blanks; without one it is left out.
  func drawMarkerLabels(_ plot: PlotScale, _ grid: inout Grid) {
    for marker in markers where xRange.contains(marker.x) && !marker.label.isEmpty {
      let column = plot.column(marker.x)
      let label = Text(marker.label, styles.marker)
      for row in plot.inside.y..<plot.inside.y + max(1, plot.inside.height / 2) where row < plot.inside.maxY {
        let right = Rect(x: column + 1, y: row, width: label.width, height: 1)
        let left = Rect(x: column - label.width, y: row, width: label.width, height: 1)
        let room = [right, left].first { plot.inside.contains($0) && Self.isBlank($0, grid) }
        guard let room else { continue }
        label.draw(in: room, of: &grid)
        break
      }
    }
  }

  private static func isBlank(_ area: Rect, _ grid: Grid) -> Bool {
    (area.x..<area.maxX).allSatisfy { grid[$0, area.y].glyph == " " }
  }
}
