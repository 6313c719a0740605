/// Beside the matrix: how often each cosine occurs, and what other temperatures would make of the batch.
import Canvas
import Foundation
import Telemetry

extension Scene {
  // MARK: cosines

  /// Positive pairs above, solid; negative ones below, shaded; each on its own scale, for there are 2N − 2 times as many.
  mutating func drawCosines(_ explored: ExploredBatch, in area: Rect) {
    let analysis = explored.analysis
    let (title, plots) = area.cutTop(1)
    put(longest(cosineTitles(analysis), in: title.width), in: title)
    let (bars, axis) = plots.cutBottom(1)
    let range = occupied(analysis)
    let (upper, lower) = bars.cutTop(bars.height / 2)
    let positive = pooled(analysis.positiveCounts, range, columns: bars.width)
    let negative = pooled(analysis.negativeCounts, range, columns: bars.width)
    Histogram(counts: positive).draw(in: upper, of: &grid, theme[.positive])
    Histogram(counts: negative).draw(in: lower, of: &grid, theme[.negative], isShaded: true)
    let edges = [range.lowerBound, range.upperBound].map { Double($0) / Double(SimilarityAnalysis.bins) * 2 - 1 }
    put(text(Figures.fixed(edges[0], 2), .faint), in: axis)
    put(text(Figures.fixed(edges[1], 2), .faint), in: axis, .right)
    put(text(Figures.fixed((edges[0] + edges[1]) / 2, 2), .faint), in: axis, .center)
  }

  private func cosineTitles(_ analysis: SimilarityAnalysis) -> [Text] {
    let (title, n) = (text("cosines ", .title), analysis.images)
    let positive = text("█ positive", .positive), negative = text("▒ negative", .negative)
    return [
      title + positive + text(" \(Figures.grouped(n)) pairs ", .faint) + negative
        + text(" \(Figures.grouped(2 * n * (n - 1))) pairs", .faint),
      title + positive + text(" ") + negative, title,
    ]
  }

  /// The bins from the first to the last that is not empty.
  private func occupied(_ analysis: SimilarityAnalysis) -> Range<Int> {
    let isThere = { analysis.positiveCounts[$0] + analysis.negativeCounts[$0] > 0 }
    let bins = 0..<SimilarityAnalysis.bins
    return (bins.first(where: isThere) ?? 0)..<(bins.last(where: isThere) ?? bins.count - 1) + 1
  }

  /// Sums over as many neighbouring bins as fall on a column.
  private func pooled(_ counts: [Int], _ range: Range<Int>, columns: Int) -> [Int] {
    let columns = min(columns, range.count)
    return (0..<columns).map { column in
      let first = range.lowerBound + column * range.count / columns
      return counts[first..<range.lowerBound + (column + 1) * range.count / columns].reduce(0, +)
    }
  }

  // MARK: temperatures

  private static let sweepColumns: [(name: String, path: KeyPath<TemperaturePoint, Double> & Sendable, isShare: Bool)] =
    [
      ("loss", \.loss, false), ("entropy", \.entropy, false), ("partner", \.partnerShare, true),
      ("hard 1%", \.hardestMass, true),
    ]

  /// Four small plots over a logarithmic τ, their axes with the present temperature (┴) and the chosen one (●); below, the
  /// numbers at both. Without room for plots, only the numbers.
  mutating func drawTemperatures(_ explored: ExploredBatch, in area: Rect) {
    put(longest(sweepTitles(explored), in: area.width), in: area.row(0))
    let chosen = state.similarity.crosshair.map { explored.sweep[$0] }
    let (labels, columns) = area.cutTop(1).1.cutLeft(9, gap: 1)
    let numbers = 2
    let plots = columns.height - 1 - numbers
    let rows =
      [("now", explored.present, Theme.Role.marker)] + (chosen.map { [("what if", $0, Theme.Role.slider)] } ?? [])
    for (index, column) in Self.sweepColumns.enumerated() {
      let start = columns.width * index / Self.sweepColumns.count
      let end = columns.width * (index + 1) / Self.sweepColumns.count
      // From 16 columns on a plot would have axes of its own.
      let room = Rect(x: columns.x + start, y: columns.y, width: min(end - start - 1, 15), height: columns.height)
      put(text(column.name, .faint), in: room.row(0))
      if plots >= 3 { drawSweep(explored, column.path, chosen, in: room.cutTop(1).1.cutTop(plots).0) }
      for (line, row) in rows.enumerated() {
        let value = row.1[keyPath: column.path]
        let words = column.isShare ? Figures.percent(value) : Figures.fixed(value, 3)
        put(text(words, row.2), in: room.row(columns.height - numbers + line))
      }
    }
    for (line, row) in rows.enumerated() {
      let words = text("τ ", .faint) + text(Figures.significant(row.1.temperature, 3), row.2)
      put(words, in: labels.row(columns.height - numbers + line))
    }
    if chosen == nil { put(text("[ ]: others", .faint), in: columns.row(columns.height - 1)) }
  }

  private func sweepTitles(_ explored: ExploredBatch) -> [Text] {
    let title = text("temperature what-if", .title)
    let objective = snapshot.run.objective
    let name = objective.loss == .ntXent ? Text() : text("NT-Xent’s, not this run’s \(objective.name)", .warning)
    let top =
      text("top-1 ", .faint) + text(Figures.percent(explored.analysis.top1), .accuracy) + text(" at every τ", .faint)
    let trained = explored.analysis.batch.trained.map {
      text("step’s loss \(Figures.fixed($0.loss, 3)) at τ \(Figures.significant($0.temperature, 3))", .faint)
    }
    return [
      dotted([title, name, top, trained ?? Text()]), dotted([title, name, trained ?? top]), dotted([title, name]),
      title,
    ]
  }

  private mutating func drawSweep(
    _ explored: ExploredBatch, _ path: KeyPath<TemperaturePoint, Double>, _ chosen: TemperaturePoint?, in area: Rect
  ) {
    let points = explored.sweep.map { point -> LinePlot.Point in
      let (x, y) = (log(point.temperature), point[keyPath: path])
      return LinePlot.Point(firstX: x, lastX: x, low: y, high: y, smooth: y)
    }
    let range = points[0].firstX...points[points.count - 1].lastX
    let (room, axis) = area.cutBottom(1)
    let plot = LinePlot(
      series: [LinePlot.Series(points: points, line: theme[.loss])], xRange: range, yRange: valueRange(of: points),
      styles: plotStyles, unicode: unicode)
    plot.draw(in: room, of: &grid)
    for x in axis.x..<axis.maxX { grid[x, axis.y] = Cell("─", theme[.border]) }
    func mark(_ temperature: Double, _ glyph: Unicode.Scalar, _ role: Theme.Role) {
      let share = (log(temperature) - range.lowerBound) / (range.upperBound - range.lowerBound)
      guard share.isFinite else { return }
      let column = Int((min(max(share, 0), 1) * Double(axis.width - 1)).rounded())
      grid[axis.x + column, axis.y] = Cell(glyph, theme[role])
    }
    mark(explored.present.temperature, "┴", .marker)
    if let chosen { mark(chosen.temperature, "●", .slider) }
  }
}
