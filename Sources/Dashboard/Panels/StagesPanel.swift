/// Every stage of both views on the whole screen, in the drawn order; of a frozen draw also what is turned by hand.
import Canvas
import Telemetry

extension Scene {
  mutating func drawStages(in area: Rect) {
    let titles = state.frozen == nil ? viewsTitles("stage by stage") : frozenTitles
    let inside = frame(.views, in: area, title: longest(titles, in: area.width - 30), note: pairNote)
    guard let pair = state.pair else {
      return drawWaitingNote(state.pairRequest == nil ? "appear once the pictures are read" : "drawing…", in: inside)
    }
    let tiles = StageTiles(pair, in: inside, isFrozen: state.showsFrozen)
    for number in pair.stages.indices { drawStages(of: pair, number, tiles) }
    drawChosenNumber(in: tiles.number)
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

  private var frozenTitles: [Text] {
    let title = text("views, ", .title) + text("frozen", .asked)
    let count = state.frozen?.changes.count ?? 0
    let turned = count > 0 ? text("\(count) turned by hand", .asked) : Text()
    return [dotted([title, turned, text("knobs leave it as it is", .faint)]), dotted([title, turned]), title]
  }

  /// The original with its crop, then one picture a stage; a stage that is left out has none.
  private mutating func drawStages(of pair: ViewPair, _ number: Int, _ tiles: StageTiles) {
    let outlines = number < pair.crops.count ? [cropOutlines(pair)[number]] : []
    let file = pair.name.split(separator: "/").last.map(String.init) ?? pair.name
    guard let first = tiles.place(of: 0, view: number) else { return }
    let caption = text("\(number + 1) ", number == 0 ? .viewOne : .viewTwo) + text("original")
    drawTile(caption, pair.original, [text(file, .faint)], outlines, in: first)
    for (index, stage) in pair.stages[number].enumerated() {
      guard let room = tiles.place(of: index + 1, view: number) else { return }
      drawTile(stageCaption(stage, number), stage.isOn ? stage.picture : nil, stageWords(stage), in: room)
    }
  }

  private mutating func drawTile(
    _ caption: Text, _ picture: Picture?, _ words: [Text], _ outlines: [BitmapView.Outline] = [], in room: Rect
  ) {
    put(caption, in: room.row(0))
    let canvas = room.inset(0, 1).cutTop(room.height - 3).0
    let used = picture.map { self.picture($0, in: canvas, outlines: outlines).height } ?? canvas.height
    // The first way of saying it that is told in two lines.
    let lines = words.map { $0.wrapped(to: room.width) }
    let shown = lines.first { $0.count <= 2 } ?? lines.last ?? []
    for (line, words) in shown.prefix(2).enumerated() { put(words, in: room.row(1 + used + line)) }
  }

  /// The chosen stage is marked; where it has several numbers, the chosen one's name stands behind.
  private func stageCaption(_ stage: ViewStage, _ view: Int) -> Text {
    guard state.showsFrozen, let place = state.chosenNumber?.place, (place.view, place.stage) == (view, stage.name)
    else { return text(stage.name, stage.isOn ? .text : .faint) }
    return text("▸" + stage.name + (stage.name == "crop" ? " " + place.number : ""), .focus)
  }

  /// What was drawn, and what a person has made of it.
  private func stageWords(_ stage: ViewStage) -> [Text] {
    guard stage.isChanged else { return [text(stage.parameters, .faint)] }
    func words(_ parameters: String) -> String { parameters.isEmpty ? "on" : parameters }
    let now = text("→ " + words(stage.parameters), .asked)
    return [text(words(stage.asDrawn) + " ", .faint) + now, now]
  }

  // MARK: the chosen number

  /// In one row: which number it is, its value, where that lies in its range, and what chance had drawn.
  private mutating func drawChosenNumber(in area: Rect) {
    guard let frozen = state.frozen, let (place, number) = state.chosenNumber, !area.isEmpty else { return }
    let isWide = area.width >= 60
    let view = text("\(isWide ? "view " : "")\(place.view + 1) ", place.view == 0 ? .viewOne : .viewTwo)
    let name = place.number == DrawnNumber.isOn ? Text() : text(" " + place.number)
    put(text("▸", .focus) + view + text(place.stage, .title) + name, in: area)
    let (value, rest) = area.cutLeft(isWide ? 26 : 20).1.cutLeft(6, gap: 2)
    let length = min(30, rest.width - 24)
    let (track, note) = rest.cutLeft(length, gap: length > 0 ? 2 : 0)
    let now = frozen.value(of: number, at: place)
    let isOn = state.chosenStage?.isOn ?? true
    put(text(isOn ? words(for: now, of: number) : "off", now == number.drawn ? .title : .asked), in: value, .right)
    if track.width >= 3 {
      let (low, high) = (number.range.lowerBound, number.range.upperBound)
      Slider(
        fraction: high > low ? (now - low) / (high - low) : 0.5, knob: theme[isOn ? .slider : .border],
        track: theme[.border]
      ).draw(in: track, of: &grid)
    }
    put(longest(numberNotes(number, isOn: isOn), in: note.width), in: note)
  }

  private func numberNotes(_ number: DrawnNumber, isOn: Bool) -> [Text] {
    let drawn = text("drawn \(words(for: number.drawn, of: number))", .faint)
    if number.name == DrawnNumber.isOn { return [drawn] }
    if !isOn { return [dotted([drawn, text("turning it applies it", .faint)]), drawn] }
    let (low, high) = (number.range.lowerBound, number.range.upperBound)
    return [dotted([drawn, text("\(words(for: low, of: number))…\(words(for: high, of: number))", .faint)]), drawn]
  }

  private func words(for value: Double, of number: DrawnNumber) -> String {
    if number.name == DrawnNumber.isOn { return value != 0 ? "on" : "off" }
    return Figures.fixed(value, number.fineStep < 1 ? 2 : 1)
  }
}
