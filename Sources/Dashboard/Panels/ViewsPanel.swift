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
    let pictures: [(Text, Picture)] = [
      (text("original", .faint), pair.original), (text("view 1", .viewOne), pair.view(0)),
      (text("view 2", .viewTwo), pair.view(1)),
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

  /// What was drawn for each view, in its order: a line a view, wrapped where there is room.
  private mutating func drawDraws(_ pair: ViewPair, in area: Rect) {
    let each = area.height / 2
    var y = 0
    for (number, stages) in pair.stages.prefix(2).enumerated() {
      let words = dotted(stages.map { stageText($0) })
      let head = text("\(number + 1) ", number == 0 ? .viewOne : .viewTwo)
      let lines = each > 1 ? Array(words.wrapped(to: area.width - 2).prefix(each)) : [words]
      for (index, line) in lines.enumerated() {
        put((index == 0 ? head : text("  ")) + line, in: area.row(y))
        y += 1
      }
    }
  }

  private func stageText(_ stage: ViewStage) -> Text {
    text(stage.name) + (stage.parameters.isEmpty ? Text() : text(" " + stage.parameters, .faint))
  }
}

// MARK: every stage, on the whole screen

extension Scene {
  mutating func drawStages(in area: Rect) {
    let inside = frame(.views, in: area, title: text("views, stage by stage", .title), note: pairNote)
    guard let pair = state.pair else {
      return drawWaitingNote(state.pairRequest == nil ? "appear once the pictures are read" : "drawing…", in: inside)
    }
    let (upper, rest) = inside.cutTop((inside.height - 1) / 2, gap: 1)
    let columns = (pair.stages.map(\.count).max() ?? 0) + 1
    for (number, room) in [upper, rest].enumerated() where number < pair.stages.count {
      drawStrip(pair, number, columns, in: room)
    }
  }

  /// The original and then one picture a stage, from left to right, each with its name and numbers.
  private mutating func drawStrip(_ pair: ViewPair, _ number: Int, _ columns: Int, in area: Rect) {
    let width = min(area.width / max(1, columns), max(14, (area.height - 3) * 2 + 2))
    let role = number == 0 ? Theme.Role.viewOne : .viewTwo
    let outlines = number < pair.crops.count ? [cropOutlines(pair)[number]] : []
    let first = ("view \(number + 1) of", pair.name, pair.original)
    let stages = [first] + pair.stages[number].map { ($0.name, $0.parameters, $0.picture) }
    for (index, stage) in stages.enumerated() {
      let column = Rect(x: area.x + index * width, y: area.y, width: width - 1, height: area.height)
      put(text(stage.0, index == 0 ? role : .text), in: column.row(0))
      let drawn = picture(stage.2, in: column.cutTop(1).1.cutBottom(2).0, outlines: index == 0 ? outlines : [])
      let below = column.cutTop(1 + drawn.height).1
      for (y, line) in text(stage.1, .faint).wrapped(to: column.width).prefix(below.height).enumerated() {
        put(line, in: below.row(y))
      }
    }
  }
}
