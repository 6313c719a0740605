/// The cosines of one batch as a heatmap, its legend, and what they come to.
import Canvas
import Telemetry

extension Scene {
  mutating func drawSimilarity(in area: Rect) {
    let map = snapshot.similarities
    let inside = frame(
      .similarity, in: area, title: longest(similarityTitles, in: area.width - 10),
      note: text(map.map { "step \(Figures.grouped($0.step))" } ?? "", .faint))
    guard let map, map.size > 0 else { return drawWaitingNote(live("appears with the first step"), in: inside) }
    let side = Heatmap.square(in: inside.cutLeft(max(0, inside.width - 18)).0)
    let square = side.height < 4 ? Heatmap.square(in: inside) : side
    var heatmap = Heatmap(
      rows: map.size, columns: map.size, values: map.values, range: -1...1, colors: theme.heatmap,
      abilities: state.abilities, style: theme[.text])
    heatmap.range = heatmap.fittingRange(in: square, within: -1...1)
    heatmap.draw(in: square, of: &grid)
    drawSimilarityNumbers(heatmap, in: inside.cutLeft(square.width, gap: 2).1)
  }

  /// Words of what a run's files do not hold.
  func live(_ words: String) -> String { state.isReplay ? "a run's files do not keep this" : words }

  mutating func drawWaitingNote(_ words: String, in area: Rect) {
    put(text(words, .faint), in: area.row(max(0, area.height / 2 - 1)), .center)
  }

  private var similarityTitles: [Text] {
    let title = text("similarity", .title)
    guard let map = snapshot.similarities else { return [title] }
    let views = text("\(Figures.grouped(map.views)) views")
    return [dotted([title, views + text(map.sortedByClass ? " by class" : "")]), dotted([title, views]), title]
  }

  /// Beside the map, from the top: its legend and the numbers, as the room allows.
  private mutating func drawSimilarityNumbers(_ heatmap: Heatmap, in area: Rect) {
    guard area.width >= 8 else { return }
    let rows = Array(similarityRows.prefix(max(0, area.height - 3)))
    let gap = area.height >= rows.count + 7 ? 1 : 0
    let (legend, rest) = area.cutTop(min(area.height - rows.count - gap, 13), gap: gap)
    heatmap.drawLegend(in: legend, of: &grid)
    let narrow = rest.cutLeft(18).0
    for (y, row) in rows.enumerated() {
      put(row.0, in: narrow.row(y))
      put(row.1, in: narrow.row(y), .right)
    }
  }

  private var similarityRows: [(Text, Text)] {
    [
      numberRow(.positiveSimilarity, "positive", .positive) { Figures.fixed($0, 2) },
      numberRow(.negativeSimilarity, "negative", .negative) { Figures.fixed($0, 2) },
      numberRow(.contrastiveTop1, "top-1", .accuracy) { Figures.percent($0) },
      numberRow(.effectiveRank, "rank", .rank) { Figures.fixed($0, 1) },
    ].compactMap { $0 }
  }

  private func numberRow(
    _ metric: Metric, _ name: String, _ role: Theme.Role, _ write: (Double) -> String
  ) -> (Text, Text)? {
    guard let value = snapshot.curves[metric]?.last?.smooth else { return nil }
    return (text(name, .faint), text(write(value), role))
  }
}
