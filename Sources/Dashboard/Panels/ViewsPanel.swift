/// A picture with the two crops on it, the two views, and what was drawn for them.
import Canvas
import Telemetry

extension Scene {
  mutating func drawViews(in area: Rect) {
    let frozen = state.frozen == nil ? Text() : text(", ", .title) + text("frozen", .asked)
    let inside = frame(.views, in: area, title: text("views", .title) + frozen, note: pairNote)
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
      let applied = stages.filter(\.isOn)
      for (index, line) in drawnLines(applied, width: area.width - 2, atMost: each).enumerated() {
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
