/// A picture with the two crops on it, the two views, and what was drawn for them.
import Canvas
import Telemetry

extension Scene {
  mutating func drawViews(in area: Rect) {
    let inside = frame(.views, in: area, title: text("views", .title), note: pairNote)
    guard let pair = state.pair else {
      return drawWaitingNote(state.pairRequest == nil ? "appear once the pictures are read" : "drawing…", in: inside)
    }
    let gap = 2
    let width = max(1, (inside.width - 2 * gap) / 3)
    let fit = BitmapView.fit(
      width: pair.original.width, height: pair.original.height,
      in: Rect(x: 0, y: 0, width: width, height: max(1, inside.height - 3)))
    let isWide = fit.width >= 8
    let pictures: [(Text, Picture)] = [
      (text(isWide ? "original" : "of", .faint), pair.original),
      (text(isWide ? "view 1" : "1", .viewOne), pair.view(0)),
      (text(isWide ? "view 2" : "2", .viewTwo), pair.view(1)),
    ]
    for (index, (caption, picture)) in pictures.enumerated() {
      let column = Rect(x: inside.x + index * (fit.width + gap), y: inside.y, width: fit.width, height: inside.height)
      put(caption, in: column.row(0))
      let room = Rect(x: column.x, y: column.y + 1, width: fit.width, height: min(fit.height, inside.height - 1))
      self.picture(picture, in: room, outlines: index == 0 ? cropOutlines(pair) : [])
    }
    drawDraws(pair, in: inside.cutTop(1 + fit.height).1)
  }

  var pairNote: Text {
    guard let pair = state.pair else { return Text() }
    return dotted([text("#\(Figures.grouped(pair.index))", .faint), text(pair.label ?? pair.name)])
  }

  func cropOutlines(_ pair: ViewPair) -> [BitmapView.Outline] {
    zip(pair.crops, [(Theme.Role.viewOne, "1"), (.viewTwo, "2")] as [(Theme.Role, Unicode.Scalar)]).map { crop, look in
      BitmapView.Outline(
        x: crop.x, y: crop.y, width: crop.width, height: crop.height, style: theme[look.0], glyph: look.1)
    }
  }

  /// What was drawn for each view, in its order; what has no room is counted.
  private mutating func drawDraws(_ pair: ViewPair, in area: Rect) {
    let each = area.height / 2
    for (number, stages) in pair.stages.prefix(2).enumerated() {
      let head = text("\(number + 1) ", number == 0 ? .viewOne : .viewTwo)
      for (index, line) in drawnLines(stages, width: area.width - 2, atMost: each).enumerated() {
        put((index == 0 ? head : text("  ")) + line, in: area.row(number * each + index))
      }
    }
  }

  private func drawnLines(_ stages: [ViewStage], width: Int, atMost limit: Int) -> [Text] {
    if stages.isEmpty { return [text("as it is", .faint)] }
    let ways = (1...stages.count).reversed().map { count -> [Text] in
      let rest = stages.count - count
      let more = rest > 0 ? [text("+\(rest)", .faint)] : []
      return dotted(stages.prefix(count).map { stageText($0) } + more).wrapped(to: width)
    }
    return ways.first { $0.count <= limit } ?? Array(ways[ways.count - 1].prefix(limit))
  }

  private func stageText(_ stage: ViewStage) -> Text {
    text(stage.name) + (stage.parameters.isEmpty ? Text() : text(" " + stage.parameters, .faint))
  }
}

// MARK: every stage, on the whole screen

extension Scene {
  mutating func drawStages(in area: Rect) {
    let inside = frame(
      .views, in: area, title: longest(viewsTitles("stage by stage"), in: area.width - 30), note: pairNote)
    guard let pair = state.pair else {
      return drawWaitingNote(state.pairRequest == nil ? "appear once the pictures are read" : "drawing…", in: inside)
    }
    let half = inside.cutTop((inside.height - 1) / 2).0
    let most = (pair.stages.map(\.count).max() ?? 0) + 1
    let tile = Self.tile(for: pair.original, count: most, in: half)
    let across = max(1, inside.width / max(1, tile.width))
    let used = min(half.height, (most + across - 1) / across * tile.height)
    let (upper, lower) = inside.cutTop(used, gap: min(2, max(0, inside.height - 2 * used)))
    for (number, room) in [upper, lower].enumerated() where number < pair.stages.count {
      drawStages(of: pair, number, tile, in: room)
    }
  }

  /// What is shown, and how far colour alone would tell which views belong together.
  func viewsTitles(_ what: String) -> [Text] {
    let title = text("views, \(what)", .title)
    guard let sheet = state.sheet, sheet.matched > 1 else { return [title] }
    let share = text(Figures.percent(sheet.colorMatch, 0), .accuracy)
    let chance = text(" by chance \(Figures.percent(1 / Double(sheet.matched), 0))", .faint)
    return [
      dotted([title, text("colour alone finds ", .faint) + share + text(" of the partners,", .faint) + chance]),
      dotted([title, text("by colour ", .faint) + share]), title,
    ]
  }

  /// Columns and rows of a stage with its name above and two lines of numbers below: the number of tiles in a row is
  /// chosen so that the pictures are largest.
  private static func tile(for picture: Picture, count: Int, in area: Rect) -> Rect {
    let tiles = (1...count).map { across -> (Rect, Int) in
      let rows = (count + across - 1) / across
      let room = Rect(x: 0, y: 0, width: area.width / across - 1, height: area.height / rows - 3)
      let fit = BitmapView.fit(width: picture.width, height: picture.height, in: room)
      // Names like "saturation" want ten columns.
      return (Rect(x: 0, y: 0, width: max(fit.width, min(room.width, 11)) + 1, height: fit.height + 3), fit.height)
    }
    return tiles.max { $0.1 < $1.1 }?.0 ?? area
  }

  /// The original with its crop, then one picture a stage, in the drawn order.
  private mutating func drawStages(of pair: ViewPair, _ number: Int, _ tile: Rect, in area: Rect) {
    let role = number == 0 ? Theme.Role.viewOne : .viewTwo
    let outlines = number < pair.crops.count ? [cropOutlines(pair)[number]] : []
    let file = pair.name.split(separator: "/").last.map(String.init) ?? pair.name
    let original = (text("\(number + 1) ", role) + text("original"), file, pair.original)
    let stages = [original] + pair.stages[number].map { (text($0.name), $0.parameters, $0.picture) }
    let across = max(1, area.width / max(1, tile.width))
    for (index, stage) in stages.enumerated() {
      let y = area.y + index / across * tile.height
      guard y + tile.height <= area.maxY else { return }
      let room = Rect(x: area.x + index % across * tile.width, y: y, width: tile.width - 1, height: tile.height)
      put(stage.0, in: room.row(0))
      let drawn = picture(stage.2, in: room.inset(0, 1).cutTop(tile.height - 3).0, outlines: index == 0 ? outlines : [])
      for (line, words) in text(stage.1, .faint).wrapped(to: room.width).prefix(2).enumerated() {
        put(words, in: room.row(1 + drawn.height + line))
      }
    }
  }
}
