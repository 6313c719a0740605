/// The cosines of one batch as a heatmap, its legend, and what they come to.
import Canvas
import Telemetry

extension Scene {
  mutating func drawSimilarity(in area: Rect) {
    let map = snapshot.similarities
    let words = map.map { "\(Figures.grouped($0.views)) views\($0.sortedByClass ? " by class" : "")" } ?? ""
    let inside = frame(
      .similarity, in: area, title: dotted([text("similarity", .title), text(words)].filter { !$0.isEmpty }),
      note: text(map.map { "step \(Figures.grouped($0.step))" } ?? "", .faint))
    guard let map, map.size > 0 else { return drawWaitingNote("appears with the first step", in: inside) }
    let side = Heatmap.square(in: inside.cutLeft(max(0, inside.width - 18)).0)
    let square = side.height < 4 ? Heatmap.square(in: inside) : side
    let heatmap = Heatmap(
      rows: map.size, columns: map.size, values: map.values, range: Self.colorRange(map), colors: theme.heatmap,
      abilities: state.abilities, style: theme[.text])
    heatmap.draw(in: square, of: &grid)
    drawSimilarityNumbers(heatmap, in: inside.cutLeft(square.width, gap: 2).1)
  }

  /// From the smallest value, rounded down to a quarter so that colours keep their meaning, to 1.
  private static func colorRange(_ map: SimilarityMap) -> ClosedRange<Double> {
    let least = Double(map.values.filter(\.isFinite).min() ?? -1)
    return max(-1, min(0.75, (least * 4).rounded(.down) / 4))...1
  }

  mutating func drawWaitingNote(_ words: String, in area: Rect) {
    put(text(words, .faint), in: area.row(max(0, area.height / 2 - 1)), .center)
  }

  private mutating func drawSimilarityNumbers(_ heatmap: Heatmap, in area: Rect) {
    guard area.width >= 8 else { return }
    let rows = similarityRows
    let legendHeight = min(area.height >= rows.count + 5 ? area.height - rows.count - 1 : area.height - rows.count, 17)
    let legend = area.height - rows.count >= 3 ? legendHeight : area.height
    heatmap.drawLegend(in: area.cutTop(legend).0, of: &grid)
    guard legend < area.height else { return }
    let numbers = area.cutBottom(rows.count).1
    let narrow = numbers.cutLeft(20).0
    for (y, row) in rows.enumerated() {
      put(row.0, in: narrow.row(y))
      put(row.1, in: narrow.row(y), .right)
    }
    drawHistogram(heatmap, in: area.cutTop(legend + 1).1, above: rows.count + 1)
  }

  private var similarityRows: [(Text, Text)] {
    func row(_ metric: Metric, _ name: String, _ role: Theme.Role, _ write: (Double) -> String) -> (Text, Text)? {
      guard let value = snapshot.curves[metric]?.last?.smooth else { return nil }
      return (text(name, .faint), text(write(value), role))
    }
    return [
      row(.positiveSimilarity, "positive", .positive) { Figures.fixed($0, 2) },
      row(.negativeSimilarity, "negative", .negative) { Figures.fixed($0, 2) },
      row(.contrastiveTop1, "top-1", .accuracy) { Figures.percent($0) },
      row(.effectiveRank, "rank", .rank) { Figures.fixed($0, 1) },
    ].compactMap { $0 }
  }

  /// How often each similarity occurs among the cells, where a high panel leaves room for it.
  private mutating func drawHistogram(_ heatmap: Heatmap, in area: Rect, above rows: Int) {
    let room = area.cutTop(min(area.height - rows, 8)).0
    guard room.height >= 4, room.width >= 16, grid.rows >= 30 else { return }
    let bars = Rect(x: room.x, y: room.y + 1, width: min(40, room.width), height: room.height - 2)
    put(text("cells by similarity", .faint), in: room.row(0))
    Histogram(heatmap.values, in: heatmap.range, bins: bars.width).draw(in: bars, of: &grid, theme[.rank])
    let axis = Rect(x: bars.x, y: bars.maxY, width: bars.width, height: 1)
    put(text(Figures.fixed(heatmap.range.lowerBound, 2), .faint), in: axis)
    put(text(Figures.fixed(heatmap.range.upperBound, 2), .faint), in: axis, .right)
  }
}
