/// Beside the matrix: the cell under the cursor, and the anchor's hardest negatives as pictures.
import Canvas
import Telemetry

extension Scene {
  /// What stands one below the other, each with the rows that it needs and those it can use. With few rows in all, words
  /// and numbers alone; with more, pictures; with many, plots.
  private enum ExplorerPart {
    case cell
    case section(SimilaritySection)

    func rows(of all: Int) -> ClosedRange<Int> {
      switch self {
      case .cell: (all < 14 ? 3 : 6)...18
      case .section(.negatives): (all < 14 ? 3 : 6)...14
      case .section(.temperatures): (all < 26 ? 4 : 8)...14
      case .section(.cosines): 5...12
      }
    }
  }

  /// The cell first, then the sections from the chosen one on, as many as have room; what is left makes them taller.
  mutating func drawParts(_ explored: ExploredBatch, in area: Rect) {
    guard area.width >= 14 else { return }
    let all = SimilaritySection.allCases
    let first = all.firstIndex(of: state.similarity.section)!
    var parts: [(part: ExplorerPart, rows: Int, most: Int)] = []
    var left = area.height
    for part in [.cell] + (all[first...] + all[..<first]).map({ ExplorerPart.section($0) }) {
      let rows = part.rows(of: area.height)
      let needed = rows.lowerBound + (parts.isEmpty ? 0 : 1)
      guard left >= needed else { break }
      parts.append((part, rows.lowerBound, rows.upperBound))
      left -= needed
    }
    while left > 0, parts.contains(where: { $0.rows < $0.most }) {
      for index in parts.indices where left > 0 && parts[index].rows < parts[index].most {
        parts[index].rows += 1
        left -= 1
      }
    }
    var rest = area
    for (part, rows, _) in parts {
      let (room, below) = rest.cutTop(rows, gap: 1)
      draw(part, explored, in: room)
      rest = below
    }
  }

  private mutating func draw(_ part: ExplorerPart, _ explored: ExploredBatch, in area: Rect) {
    switch part {
    case .cell: drawCell(explored, in: area)
    case .section(.negatives): drawNegatives(explored, in: area)
    case .section(.temperatures): drawTemperatures(explored, in: area)
    case .section(.cosines): drawCosines(explored, in: area)
    }
  }

  // MARK: the cell under the cursor

  private mutating func drawCell(_ explored: ExploredBatch, in area: Rect) {
    let (anchor, other) = (state.similarity.anchor, state.similarity.other)
    // Two pictures side by side leave the words 22 columns.
    let rows = min(area.height - 1, (area.width - 26) / 4)
    var words = area
    if rows >= 3 {
      for (place, view) in [anchor, other].enumerated() {
        let room = Rect(x: area.x + place * (2 * rows + 1), y: area.y, width: 2 * rows, height: rows + 1)
        put(text(place == 0 ? "anchor" : "other", role(of: view, explored)), in: room.row(0))
        picture(explored.analysis.batch.views.picture(view), in: room.cutTop(1).1)
      }
      words = area.cutLeft(4 * rows + 3).1
    }
    let lines = cellLines(explored, anchor, other, in: words)
    for (y, line) in lines.prefix(words.height).enumerated() { put(line, in: words.row(y)) }
  }

  private func cellLines(_ explored: ExploredBatch, _ anchor: Int, _ other: Int, in area: Rect) -> [Text] {
    let analysis = explored.analysis
    let temperature = explored.present.temperature
    var lines = [text("cosine ", .faint) + text(Figures.fixed(Double(analysis.cosine(anchor, other)), 3), .title)]
    if let weight = analysis.weight(of: other, for: anchor, temperature: temperature) {
      let share = text("weight ", .faint) + text(Figures.significant(weight * 100, 3) + " %", .title)
      lines.append(
        longest([share + text(" at τ \(Figures.significant(temperature, 3))", .faint), share], in: area.width))
    }
    lines.append(relation(analysis, anchor, other))
    if let rank = rank(analysis, anchor, other) { lines.append(rank) }
    let isNamed = area.height >= lines.count + 4
    return lines + [anchor, other].flatMap { describe($0, analysis, withFile: isNamed) }
  }

  private func relation(_ analysis: SimilarityAnalysis, _ anchor: Int, _ other: Int) -> Text {
    if anchor == other { return text("the view itself", .faint) }
    if analysis.partner(of: anchor) == other { return text("positive: its partner", .positive) }
    guard let label = analysis.label(of: anchor) else { return text("negative", .negative) }
    return label == analysis.label(of: other)
      ? text("negative of the same class", .warning) : text("negative, other class", .negative)
  }

  private func rank(_ analysis: SimilarityAnalysis, _ anchor: Int, _ other: Int) -> Text? {
    guard anchor != other, analysis.partner(of: anchor) != other,
      let place = analysis.negatives(of: anchor).firstIndex(of: other)
    else { return nil }
    return text("hardness ", .faint) + text("\(place + 1)")
      + text(" of \(2 * analysis.images - 2)", .faint)
  }

  /// Which view, and of what: "view 1 #3,211 frog", and the file's name where there is room.
  private func describe(_ view: Int, _ analysis: SimilarityAnalysis, withFile: Bool) -> [Text] {
    let (views, image) = (analysis.batch.views, view % analysis.images)
    let isFirst = view < analysis.images
    let number =
      text(isFirst ? "view 1 " : "view 2 ", isFirst ? .viewOne : .viewTwo)
      + text("#\(Figures.grouped(views.indices[image])) ", .faint)
    let name = views.names[image].split(separator: "/").last.map(String.init) ?? ""
    let label = className(analysis.label(of: view))
    return [number + text(label ?? name)] + (label != nil && withFile ? [text(name, .faint)] : [])
  }

  private func role(of view: Int, _ explored: ExploredBatch) -> Theme.Role {
    view < explored.analysis.images ? .viewOne : .viewTwo
  }

  // MARK: hardest negatives

  private mutating func drawNegatives(_ explored: ExploredBatch, in area: Rect) {
    let (analysis, anchor) = (explored.analysis, state.similarity.anchor)
    put(
      longest([text("hardest negatives of the anchor", .title), text("hardest negatives", .title)], in: area.width),
      in: area.row(0))
    let (_, below) = area.cutTop(1)
    let (words, tiles) = below.cutTop(analysis.batch.views.labels == nil ? 0 : 1)
    if let share = falseNegativeWords(analysis, anchor, width: words.width) { put(share, in: words) }
    // A picture needs two rows, its cosine and its class one each.
    let rows = min(tiles.height - 2, 10)
    let width = max(2 * rows, 6) + 1
    let negatives = analysis.negatives(of: anchor)
    guard rows >= 2 else { return drawNegativeWords(analysis, anchor, negatives, in: tiles) }
    for (place, view) in negatives.prefix(max(0, (tiles.width + 1) / width)).enumerated() {
      let room = Rect(x: tiles.x + place * width, y: tiles.y, width: width - 1, height: tiles.height)
      picture(analysis.batch.views.picture(view), in: room.cutTop(rows).0)
      put(negativeWords(analysis, anchor, view, isShort: true), in: room.row(rows))
      put(classWords(analysis, anchor, view), in: room.row(rows + 1))
    }
  }

  /// Without room for pictures.
  private mutating func drawNegativeWords(
    _ analysis: SimilarityAnalysis, _ anchor: Int, _ negatives: [Int], in area: Rect
  ) {
    let parts = negatives.prefix(20).map {
      negativeWords(analysis, anchor, $0, isShort: false) + text(" ") + classWords(analysis, anchor, $0)
    }
    for (y, line) in dotted(parts).wrapped(to: area.width).prefix(area.height).enumerated() {
      put(line, in: area.row(y))
    }
  }

  /// Its cosine; the one under the cursor is marked.
  private func negativeWords(_ analysis: SimilarityAnalysis, _ anchor: Int, _ view: Int, isShort: Bool) -> Text {
    let isChosen = view == state.similarity.other
    let mark = isChosen ? "▸" : isShort ? " " : ""
    return text(mark + Figures.fixed(Double(analysis.cosine(anchor, view)), 2), isChosen ? .title : .negative)
  }

  /// The class, or the file's name; the anchor's own class is marked.
  private func classWords(_ analysis: SimilarityAnalysis, _ anchor: Int, _ view: Int) -> Text {
    let views = analysis.batch.views
    guard let label = analysis.label(of: view) else {
      return text("#\(Figures.grouped(views.indices[view % analysis.images]))", .faint)
    }
    let isSame = label == analysis.label(of: anchor)
    return text((isSame ? "=" : "") + (className(label) ?? "\(label)"), isSame ? .warning : .faint)
  }

  private func falseNegativeWords(_ analysis: SimilarityAnalysis, _ anchor: Int, width: Int) -> Text? {
    guard let found = analysis.falseNegatives(of: anchor) else { return nil }
    let (own, batch, all) = (
      text("\(found.ofView) of hardest \(analysis.hardestCount)", .warning),
      text(Figures.percent(found.ofBatch), .warning), text(Figures.percent(found.ofAll))
    )
    func faint(_ words: String) -> Text { text(words, .faint) }
    return longest(
      [
        faint("= own label: ") + own + faint(" · over the batch ") + batch + faint(" · by chance ") + all,
        faint("= own label: ") + own + faint(" · batch ") + batch + faint(" · chance ") + all,
        faint("= own: ") + own + faint(" · batch ") + batch + faint(" · chance ") + all,
        faint("own ") + own + faint(" · ") + batch + faint(" · ") + all, faint("own ") + own,
      ], in: width)
  }
}
