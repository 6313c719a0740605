/// A map of pictures by what the encoder makes of them, and the chosen one with its nearest neighbours.
import Canvas
import Telemetry

extension Scene {
  mutating func drawEmbedding(in area: Rect) {
    let map = snapshot.embedding
    let inside = frame(.embedding, in: area, title: longest(embeddingTitles, in: area.width - 10), note: mapNote)
    guard let map, !map.indices.isEmpty, !state.mapPoints.isEmpty else {
      let words = snapshot.state.isOver ? "no map was made: it wants a run that goes on" : "the map is being made"
      return drawWaitingNote(live(words), in: inside)
    }
    let side = inside.width >= 60 ? max(24, inside.width / 3) : 0
    let (plot, right) = inside.cutLeft(inside.width - side, gap: side > 0 ? 2 : 0)
    drawMap(map, in: side > 0 ? plot : plot.cutBottom(2).0)
    if side > 0 {
      drawSurroundings(map, in: right)
    } else {
      drawChosenLine(map, in: plot.cutBottom(2).1)
    }
  }

  private var embeddingTitles: [Text] {
    let title = text("embedding", .title)
    let parts = [title, text("\(state.embedding.space.rawValue) by \(state.embedding.method.words)")]
    guard state.embedding.method == .pca, let share = snapshot.embedding?.explained[state.embedding.space] else {
      return [dotted(parts), title]
    }
    return [dotted(parts + [text("\(Figures.percent(share, 0)) of the variance", .faint)]), dotted(parts), title]
  }

  private var mapNote: Text {
    guard let map = snapshot.embedding else { return Text() }
    let method = state.embedding.method
    return map.points[state.embedding.space]?[method] == nil
      ? text("\(method.words) is being made", .warning) : text("step \(Figures.grouped(map.step))", .faint)
  }

  // MARK: the map

  /// A letter a picture, its class's; where several fall into a cell, that of the most, in bold.
  private mutating func drawMap(_ map: EmbeddingMap, in area: Rect) {
    let points = state.mapPoints
    guard area.width >= 2, area.height >= 2 else { return }
    let (xs, ys) = (points.map(\.x), points.map(\.y))
    func span(_ values: [Float]) -> ClosedRange<Float> { values.min()!...max(values.min()! + 1e-6, values.max()!) }
    let (across, down) = (span(xs), span(ys))
    func cell(_ point: EmbeddingMap.Point) -> (x: Int, y: Int) {
      let x = (point.x - across.lowerBound) / (across.upperBound - across.lowerBound)
      let y = (down.upperBound - point.y) / (down.upperBound - down.lowerBound)
      return (Int((x * Float(area.width - 1)).rounded()), Int((y * Float(area.height - 1)).rounded()))
    }
    var counts: [Int: [Int: Int]] = [:]
    for (place, point) in points.enumerated() {
      let (x, y) = cell(point)
      counts[y * area.width + x, default: [:]][map.labels?[place] ?? 0, default: 0] += 1
    }
    for (position, classes) in counts {
      let label = classes.max { ($0.value, -$0.key) < ($1.value, -$1.key) }!.key
      var style = categoryStyle(label, isLabelled: map.labels != nil)
      if classes.values.reduce(0, +) > 1 { style.attributes.insert(.bold) }
      grid[area.x + position % area.width, area.y + position / area.width] = Cell(
        map.labels == nil ? "•" : Self.letter(of: label), style)
    }
    markChosen(cell(points[min(state.embedding.chosen, points.count - 1)]), in: area)
  }

  private mutating func markChosen(_ cell: (x: Int, y: Int), in area: Rect) {
    let (x, y) = (area.x + cell.x, area.y + cell.y)
    grid[x, y].style = Style(theme[.selection].foreground, on: theme[.selection].background, [.bold, .reverse])
    if cell.x > 0 { grid[x - 1, y] = Cell("[", theme[.asked]) }
    if cell.x < area.width - 1 { grid[x + 1, y] = Cell("]", theme[.asked]) }
  }

  static func letter(of label: Int) -> Unicode.Scalar {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".unicodeScalars)
    return label < letters.count ? letters[label] : "•"
  }

  private func categoryStyle(_ label: Int, isLabelled: Bool) -> Style {
    guard isLabelled, state.abilities.colors != .mono else { return theme[.text] }
    return Style(CategoryColors.color(label, onDark: theme.isDark))
  }

  // MARK: beside it

  private mutating func drawSurroundings(_ map: EmbeddingMap, in area: Rect) {
    let chosen = min(state.embedding.chosen, map.indices.count - 1)
    let near = map.neighbours(of: chosen, in: state.embedding.space, count: DashboardState.neighboursShown)
    put(text("chosen", .title), in: area.row(0))
    let big = area.cutTop(1).1.cutTop(min(8, area.height / 3)).0
    let used = drawThumbnail(map.indices[chosen], in: big)
    let words = Rect(x: used.maxX + 2, y: big.y, width: max(0, area.maxX - used.maxX - 2), height: big.height)
    drawNames(map, chosen, in: words)
    let rest = area.cutTop(1 + used.height + 1).1
    // Without the legend the letters say nothing: the neighbours take what it leaves.
    let rows = min(12, rest.height - legendRows(map, width: rest.width) - 1)
    let (neighbours, legend) = rest.cutTop(rows >= 4 ? rows : 0, gap: rows >= 4 ? 1 : 0)
    if rows >= 4 { drawNeighbours(map, chosen, near, in: neighbours) }
    drawLegend(map, in: legend)
  }

  private mutating func drawNames(_ map: EmbeddingMap, _ chosen: Int, in area: Rect) {
    let index = map.indices[chosen]
    let name = state.thumbnails[index]?.name ?? ""
    let lines =
      [text("#\(Figures.grouped(index))", .faint), className(map, chosen)]
      + [text(name.split(separator: "/").last.map(String.init) ?? "", .faint)]
      + [Text(), dotted([text("kNN ", .faint) + knnText]), rankText].compactMap(\.self)
    for (y, line) in lines.prefix(area.height).enumerated() { put(line, in: area.row(y)) }
  }

  /// The effective rank of what is shown.
  private var rankText: Text? {
    let metric: Metric = state.embedding.space == .h ? .hEffectiveRank : .effectiveRank
    return snapshot.curves[metric]?.last.map {
      text("rank ", .faint) + text(Figures.fixed($0.smooth, 1), .rank)
    }
  }

  private func className(_ map: EmbeddingMap, _ place: Int) -> Text {
    guard let label = map.labels?[place], snapshot.run.classes.indices.contains(label) else { return Text() }
    return Text(
      "\(Character(Self.letter(of: label))) \(snapshot.run.classes[label])", categoryStyle(label, isLabelled: true))
  }

  /// How many of the neighbours are of the chosen one's class, then each with its cosine.
  private mutating func drawNeighbours(
    _ map: EmbeddingMap, _ chosen: Int, _ near: [(place: Int, cosine: Float)], in area: Rect
  ) {
    let (title, short) = (text("nearest by cosine", .title), text("nearest", .title))
    let same = map.labels.map { labels in near.count { labels[$0.place] == labels[chosen] } }
    let ways =
      same.map { same in
        let share = text("\(same) of \(near.count)", .faint)
        let words = share + text(" of its class", .faint)
        return [
          dotted([title, words]), dotted([short, words]), dotted([short, share + text(" alike", .faint)]), short,
        ]
      } ?? [title, short]
    put(longest(ways, in: area.width), in: area.row(0))
    let room = area.cutTop(1).1
    let across = max(1, min(4, room.width / 9))
    let (width, height) = (room.width / across, room.height >= 8 ? room.height / 2 : room.height)
    for (index, neighbour) in near.prefix(across * max(1, room.height / height)).enumerated() {
      let tile = Rect(
        x: room.x + index % across * width, y: room.y + index / across * height, width: width - 1, height: height)
      let same = map.labels.map { $0[neighbour.place] == $0[chosen] }
      drawThumbnail(map.indices[neighbour.place], in: tile.cutBottom(1).0)
      let mark = same.map { $0 ? text("=", .good) : text("≠", .bad) } ?? Text()
      put(mark + text(Figures.fixed(Double(neighbour.cosine), 2), .faint), in: tile.cutBottom(1).1)
    }
  }

  @discardableResult
  private mutating func drawThumbnail(_ index: Int, in area: Rect) -> Rect {
    guard let thumbnail = state.thumbnails[index] else { return Rect(x: area.x, y: area.y, width: 0, height: 0) }
    return picture(thumbnail.picture, in: area)
  }

  /// Columns that a class takes in the legend: long names are cut before there is room for one class a row only.
  private func legendWidth(_ width: Int) -> Int {
    min(max(width / 2, 12), (snapshot.run.classes.map(\.count).max() ?? 0) + 3)
  }

  private func legendRows(_ map: EmbeddingMap, width: Int) -> Int {
    guard map.labels != nil, width > 0 else { return 0 }
    let across = max(1, width / legendWidth(width))
    return (snapshot.run.classes.count + across - 1) / across
  }

  /// Letters and classes, in as many columns as there is room for.
  private mutating func drawLegend(_ map: EmbeddingMap, in area: Rect) {
    guard map.labels != nil, !area.isEmpty else { return }
    let (names, width) = (snapshot.run.classes, legendWidth(area.width))
    let across = max(1, area.width / width)
    for (label, name) in names.prefix(across * area.height).enumerated() {
      let place = Rect(
        x: area.x + label / area.height * width, y: area.y + label % area.height, width: width - 1, height: 1)
      put(
        Text("\(Character(Self.letter(of: label))) ", categoryStyle(label, isLabelled: true)) + text(name, .faint),
        in: place)
    }
  }

  /// For narrow screens: the chosen picture in words.
  private mutating func drawChosenLine(_ map: EmbeddingMap, in area: Rect) {
    let chosen = min(state.embedding.chosen, map.indices.count - 1)
    let near = map.neighbours(of: chosen, in: state.embedding.space, count: DashboardState.neighboursShown)
    put(dotted([text("#\(Figures.grouped(map.indices[chosen]))", .faint), className(map, chosen)]), in: area.row(0))
    guard let labels = map.labels else { return }
    let same = near.count { labels[$0.place] == labels[chosen] }
    put(text("\(same) of its \(near.count) nearest are of its class", .faint), in: area.row(1))
  }
}
