/// The similarity explorer: the matrix of a batch with a cursor, and beside it what the cursor reads.
import Canvas
import Telemetry

extension Scene {
  private var explored: ExploredBatch? { state.similarity.explored }

  mutating func drawExplorer(in area: Rect) {
    let inside = frame(
      .similarity, in: area, title: longest(explorerTitles, in: area.width - 20), note: explorerNote)
    guard let explored else { return drawWaitingNote(live(waitingWords), in: inside) }
    let square = Self.matrix(in: inside)
    let heatmap = explorerMap(explored, in: square)
    heatmap.draw(in: square, of: &grid)
    if square.y > inside.y {
      drawRuler(explored, heatmap, square)
      heatmap.drawScale(in: Rect(x: square.x, y: square.maxY, width: min(square.width, 48), height: 1), of: &grid)
    }
    drawCursor(heatmap, in: square)
    drawParts(explored, in: inside.cutLeft(square.maxX - inside.x, gap: 2).1)
  }

  /// The square of the matrix; where there is room, with a row above and a column for where the cursor stands, and a row
  /// below for the colours.
  static func matrix(in inside: Rect) -> Rect {
    let room = inside.cutLeft(max(inside.width * 11 / 20, inside.width - 90)).0
    guard inside.height >= 10 else { return Heatmap.square(in: room) }
    return Heatmap.square(in: Rect(x: room.x + 1, y: room.y + 1, width: room.width - 1, height: room.height - 2))
  }

  // MARK: words

  private var explorerTitles: [Text] {
    let title = text("similarity", .title)
    guard let explored else { return [title] }
    let batch = explored.analysis.batch
    let name = text(batch.source == .probe ? "probe batch" : "batch of step \(Figures.grouped(batch.step))")
    let views = text("\(explored.analysis.views) views \(state.similarity.sort.words)")
    let layout = text(state.similarity.isInterleaved ? "partners together" : "first views, then second", .faint)
    let part = wholeBatchNote(batch)
    return [
      dotted([title, name, views, layout, part]), dotted([title, name, views, part]), dotted([title, name]), title,
    ]
  }

  /// Where only a part of a batch is told of.
  private func wholeBatchNote(_ batch: SimilarityBatch) -> Text {
    guard let trained = batch.trained, trained.images > batch.images else { return Text() }
    return text("first \(batch.images) of \(Figures.grouped(trained.images)) images", .warning)
  }

  private var explorerNote: Text {
    guard let explored else { return Text() }
    if state.similarity.isHeld { return text("held", .asked) }
    if explored.analysis.batch.source != state.similarity.source { return text("asking for another", .asked) }
    return text("step \(Figures.grouped(explored.analysis.batch.step))", .faint)
  }

  private var waitingWords: String {
    if snapshot.state.isOver { return "the run is over: no more batches" }
    return snapshot.step == 0 ? "appears with the first step" : "embedding the batch…"
  }

  // MARK: the matrix

  /// The part that is seen, in colours that tell its values apart.
  private func explorerMap(_ explored: ExploredBatch, in square: Rect) -> Heatmap {
    let (views, seen) = (explored.analysis.views, state.similarity.seen)
    let (top, left) = (state.similarity.top, state.similarity.left)
    let values =
      seen == views
      ? explored.cosines
      : (top..<top + seen).flatMap { explored.cosines[$0 * views + left..<$0 * views + left + seen] }
    var heatmap = Heatmap(
      rows: seen, columns: seen, values: values, range: -1...1, colors: theme.heatmap, abilities: state.abilities,
      style: theme[.text])
    heatmap.range = heatmap.fittingRange(in: square, within: -1...1)
    return heatmap
  }

  private mutating func drawCursor(_ heatmap: Heatmap, in square: Rect) {
    guard !square.isEmpty else { return }
    let similarity = state.similarity
    drawValues(heatmap, in: square)
    let cells = heatmap.cells(
      row: similarity.row - similarity.top, column: similarity.column - similarity.left, in: square)
    let middle = (x: cells.x + (cells.width - 1) / 2, y: cells.y + (cells.height - 1) / 2)
    guard cells.width < Self.valueWidth else { return invert(cells) }
    grid[middle.x, middle.y] = Cell("┼", readable(on: grid[middle.x, middle.y].style.background, .bold))
  }

  /// Columns that a value needs to be written in.
  private static let valueWidth = 4

  /// Values written into single cells, once these are large enough.
  private mutating func drawValues(_ heatmap: Heatmap, in square: Rect) {
    guard heatmap.cells(row: 0, column: 0, in: square).width >= Self.valueWidth else { return }
    for row in 0..<heatmap.rows {
      for column in 0..<heatmap.columns {
        let cells = heatmap.cells(row: row, column: column, in: square)
        let line = cells.row((cells.height - 1) / 2)
        let ground = grid[line.x, line.y].style.background
        let value = Double(heatmap.values[row * heatmap.columns + column])
        // One row of a cell may show two values by its halves; then there is no room.
        guard cells.height >= 2 || heatmap.rows == square.height else { continue }
        let number = Text(valueWords(value), readable(on: ground))
        let words = number.padded(to: min(number.width + 2, line.width), .center)
        put(ground.map { words.on($0) } ?? words, in: line, .center)
      }
    }
  }

  /// "1.00", ".83", "−.07".
  private func valueWords(_ value: Double) -> String {
    let words = Figures.fixed(value, 2)
    return words.hasPrefix("0.") ? String(words.dropFirst()) : words.hasPrefix("−0.") ? "−" + words.dropFirst(2) : words
  }

  private func readable(on ground: RGB?, _ attributes: Style.Attributes = []) -> Style {
    guard let ground else { return Style(nil, on: nil, .reverse) }
    return Style(RGB(hex: ground.luminance > 0.45 ? 0x000000 : 0xffffff), on: ground, attributes)
  }

  private mutating func invert(_ cells: Rect) {
    for y in cells.y..<cells.maxY {
      for x in cells.x..<cells.maxX {
        let style = readable(on: grid[x, y].style.background)
        let glyph = grid[x, y].glyph == "▀" ? " " : grid[x, y].glyph
        grid[x, y] = Cell(
          glyph, style.foreground == nil ? style : Style(style.background, on: style.foreground, .bold))
      }
    }
  }

  /// Where the cursor stands, on the left and above; above also which classes or which views the columns show.
  private mutating func drawRuler(_ explored: ExploredBatch, _ heatmap: Heatmap, _ square: Rect) {
    let similarity = state.similarity
    let above = Rect(x: square.x, y: square.y - 1, width: square.width, height: 1)
    for span in rulerSpans(explored) {
      let seen = (span.places.lowerBound - similarity.left, span.places.upperBound - 1 - similarity.left)
      guard seen.1 >= 0, seen.0 < similarity.seen else { continue }
      let first = heatmap.cells(row: 0, column: max(0, seen.0), in: square)
      // Up to a blank before the next name; a cell may hold the end of one and the start of another.
      let last = heatmap.cells(row: 0, column: min(similarity.seen - 1, seen.1 + 1), in: square)
      let end = seen.1 + 1 < similarity.seen ? last.x - 1 : last.maxX
      let room = Rect(x: first.x, y: above.y, width: end - first.x, height: 1)
      // Of a name that has no room for its cut to be shown there are its first letters.
      if room.width >= 3 {
        put(span.name, in: room)
      } else if room.width > 0 {
        put(span.name.prefix(room.width), in: room)
      }
    }
    let cells = heatmap.cells(
      row: similarity.row - similarity.top, column: similarity.column - similarity.left, in: square)
    point(at: (cells.x + (cells.width - 1) / 2, above.y))
    put(text("▸", .focus), in: Rect(x: square.x - 1, y: cells.y + (cells.height - 1) / 2, width: 1, height: 1))
  }

  /// Down to the cursor's column; a letter that stands there can still be read.
  private mutating func point(at place: (x: Int, y: Int)) {
    let cell = grid[place.x, place.y]
    let style = theme[.focus]
    grid[place.x, place.y] =
      cell.glyph == " "
      ? Cell("▼", style)
      : Cell(cell.glyph, Style(style.foreground, on: style.background, style.attributes.union(.reverse)))
  }

  /// Neighbouring places of the matrix with one name.
  private func rulerSpans(_ explored: ExploredBatch) -> [(name: Text, places: Range<Int>)] {
    let count = explored.analysis.views
    let isByClass = state.similarity.sort == .byClass && explored.analysis.batch.views.labels != nil
    guard isByClass else {
      if state.similarity.isInterleaved { return [] }
      return [(text("first views", .viewOne), 0..<count / 2), (text("second views", .viewTwo), count / 2..<count)]
    }
    var spans: [(name: Text, places: Range<Int>)] = []
    var start = 0
    for place in 1...count {
      let label = explored.analysis.label(of: explored.order[start])
      if place < count, explored.analysis.label(of: explored.order[place]) == label { continue }
      let color = CategoryColors.color(label ?? 0, onDark: theme.isDark)
      spans.append((Text(className(label) ?? "", Style(color)), start..<place))
      start = place
    }
    return spans
  }

  func className(_ label: Int?) -> String? {
    label.flatMap { snapshot.run.classes.indices.contains($0) ? snapshot.run.classes[$0] : nil }
  }
}
