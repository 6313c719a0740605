// A frozen draw, key by key.
import Canvas
import Telemetry
import Testing

@testable import Dashboard

/// Presses keys, answers each with the pair that is asked for, and gathers what is sent to the trainer.
@discardableResult
private func press(_ keys: [Key], _ state: inout DashboardState) -> [Command] {
  keys.flatMap { key -> [Command] in
    let commands = intent(for: key, in: state).map { update(&state, $0) } ?? []
    FakeRun.answer(&state)
    return commands
  }
}

@discardableResult
private func press(_ text: String, _ state: inout DashboardState) -> [Command] {
  press(text.unicodeScalars.map { Key.character($0) }, &state)
}

/// On the views' own screen.
private func viewsState(_ abilities: Abilities = FakeRun.plenty) -> DashboardState {
  var state = FakeRun.state(abilities)
  state.screen = .panel(.views)
  return state
}

private func frozenState(_ abilities: Abilities = FakeRun.plenty) -> DashboardState {
  var state = viewsState(abilities)
  press("f", &state)
  return state
}

/// The chosen number as "1 hue turns".
private func chosen(_ state: DashboardState) -> String {
  state.chosenNumber.map { "\($0.place.view + 1) \($0.place.stage) \($0.place.number)" } ?? ""
}

private func changes(_ state: DashboardState) -> [DrawChange] { state.pairRequest?.changes ?? [] }

private func change(_ view: Int, _ stage: String, _ number: String, _ value: Double) -> DrawChange {
  DrawChange(view: view - 1, stage: stage, number: number, value: value)
}

@Test func aFrozenDrawStaysWhateverKnobsAndRollsDo() {
  var state = viewsState()
  press("rr", &state)
  let before = state.pairRequest
  press("f", &state)
  var frozen = before
  frozen?.changes = []
  #expect(state.pairRequest == frozen && state.pairRequest?.roll == 2)
  // Knobs still reach the trainer.
  guard case .turn("temperature", let value)? = press("l", &state).first else { return #expect(Bool(false)) }
  (state.snapshot.knobs.temperature, state.snapshot.knobs.strength) = (value, 1.3)
  #expect(state.pairRequest == frozen)
  press("r", &state)
  #expect(state.pairRequest == frozen && state.message?.text == "the draw is frozen: let it go to draw another")
  // Let go, it follows them.
  press("f", &state)
  #expect(state.frozen == nil && state.pairRequest?.knobs.strength == 1.3 && state.pairRequest?.changes == nil)
  #expect(state.pairRequest?.roll == 2)
}

@Test func thePreviewsKnobsLeaveAFrozenDrawToo() {
  var state = DashboardState(themes: [.builtin], abilities: FakeRun.plenty, isPreview: true)
  (state.snapshot.run, state.snapshot.state, state.pair) = (FakeRun.description(), .paused, FakeRun.pair())
  press("f", &state)
  let frozen = state.pairRequest
  press("ll", &state)
  #expect(state.previewKnobs.strength == 0.7 && state.pairRequest == frozen && frozen?.knobs.strength == 0.5)
  // What is told of the colours of many pairs goes with the knobs.
  press("o", &state)
  #expect(state.sheetRequest?.knobs.strength == 0.7 && state.sheetRequest?.changes == nil)
  press("o", &state)
  press([.right, .escape], &state)
  #expect(state.frozen == nil && state.pairRequest?.knobs.strength == 0.7 && state.screen == .panel(.views))
}

@Test func arrowsChooseAmongAllStagesAndTurnTheChosenNumber() {
  var state = frozenState()
  #expect(chosen(state) == "1 crop area")
  press([.right, .shiftLeft], &state)
  #expect(changes(state) == [change(1, "crop", "area", 0.35)])
  press([.down], &state)
  #expect(chosen(state) == "1 crop across")
  press([.left], &state)
  #expect(changes(state).last == change(1, "crop", "across", 16))
  press([.down, .down, .down, .right], &state)
  #expect(chosen(state) == "1 saturation factor" && changes(state).last == change(1, "saturation", "factor", 1.4))
  press([.down, .right, .right], &state)
  #expect(changes(state).last == change(1, "hue", "turns", 0.06) && changes(state).count == 4)
  press([.shiftRight], &state)
  #expect(changes(state).last == change(1, "hue", "turns", 0.07) && changes(state).count == 4)
  // Upwards from the first one to the last.
  var other = frozenState()
  press([.up], &other)
  #expect(chosen(other) == "2 blur σ")
  press([.down], &other)
  #expect(chosen(other) == "1 crop area")
}

@Test func whatIsTurnedIsAppliedAndStagesAreSwitched() {
  var state = frozenState()
  press([.up, .right], &state)
  #expect(Set(changes(state).map(\.number)) == ["on", "σ"] && state.chosenStage?.isOn == true)
  press("x", &state)
  #expect(changes(state) == [change(2, "blur", "σ", 2)] && state.chosenStage?.isOn == false)
  press("x", &state)
  #expect(state.chosenStage?.isOn == true)
  // Grey and flip have nothing but their switch.
  press([.up, .left], &state)
  #expect(chosen(state) == "2 grey on" && changes(state).last == change(2, "grey", "on", 0))
  press([.right], &state)
  #expect(!changes(state).contains { $0.stage == "grey" })
  press("xv", &state)
  #expect(changes(state).last == change(2, "grey", "on", 0) && chosen(state) == "1 grey on")
  var crop = frozenState()
  press("x", &crop)
  #expect(changes(crop).isEmpty && crop.message?.text == "the crop is always there: an area of 1 is the whole picture")
}

@Test func aDrawnValueIsPutBack() {
  var state = frozenState()
  press([.right, .down, .right, .down, .down, .right, .left], &state)
  #expect(chosen(state) == "1 flip on" && changes(state).map(\.number) == ["area", "across", "on"])
  press("d", &state)
  #expect(changes(state).map(\.stage) == ["crop", "crop"])
  press([.up], &state)
  press("d", &state)
  #expect(changes(state).isEmpty && state.frozen != nil)
  press([.right, .up, .right], &state)
  press("D", &state)
  #expect(changes(state).isEmpty && state.frozen != nil)
}

@Test func anotherPictureLetsTheDrawGo() {
  for keys in ["n", "P", ":picture 7\n", ":picture frog\n"] {
    var state = frozenState()
    press(keys.unicodeScalars.map { $0 == "\n" ? .enter : .character($0) }, &state)
    #expect(state.frozen == nil && state.pairRequest?.changes == nil, "\(keys)")
    #expect(state.message?.text == "the frozen draw was let go: this is another picture", "\(keys)")
  }
}

@Test func escapeLetsGoBeforeItLeaves() {
  var state = frozenState()
  press("?", &state)
  #expect(state.screen == .help)
  press([.escape], &state)
  #expect(state.screen == .panel(.views) && state.frozen != nil)
  press([.escape], &state)
  #expect(state.screen == .panel(.views) && state.frozen == nil)
  press([.escape], &state)
  #expect(state.screen == .overview)
}

@Test func freezingIsForTheViewsOwnScreen() {
  var state = FakeRun.state()
  press("f", &state)
  #expect(state.frozen == nil)
  // Once frozen it stays so on other screens, which say it; there the arrows turn knobs.
  state = frozenState()
  press("z", &state)
  #expect(state.screen == .overview && state.frozen != nil)
  #expect(view(state, columns: 120, rows: 36).grid.description.contains("views, frozen"))
  guard case .turn? = press([.right], &state).first else { return #expect(Bool(false)) }
  #expect(changes(state).isEmpty)
  var bare = viewsState()
  bare.pair = nil
  _ = intent(for: .character("f"), in: bare).map { update(&bare, $0) }
  #expect(bare.frozen == nil && bare.message?.text == "there is no draw yet to be frozen")
  let plain = ViewStage(name: "resize", parameters: "whole picture", picture: FakeRun.picture())
  bare.pair = ViewPair(
    index: 0, name: "", label: nil, original: FakeRun.picture(), crops: [], stages: [[plain], [plain]])
  _ = intent(for: .character("f"), in: bare).map { update(&bare, $0) }
  #expect(bare.frozen == nil && bare.message?.text == "nothing is drawn for these views: there is nothing to freeze")
}

@Test func theScreenSaysWhatIsFrozenChosenAndChanged() {
  var state = frozenState()
  func screen(_ columns: Int, _ rows: Int) -> String { view(state, columns: columns, rows: rows).grid.description }
  #expect(screen(120, 36).contains("views, frozen · knobs leave it as it is") && screen(120, 36).contains("▸crop area"))
  #expect(screen(80, 24).contains("views, frozen") && !screen(120, 36).contains("−0.04 →"))
  press([.down, .down, .down, .down, .down, .right, .right], &state)
  for size in [(120, 36), (80, 24)] {
    let text = screen(size.0, size.1)
    #expect(text.contains("▸hue") && text.contains("▸view 1 hue turns") && text.contains("drawn −0.04"))
    #expect(text.contains("−0.04 →") && text.contains("1 turned by hand"))
  }
  let footer = screen(120, 36).split(separator: "\n").last!
  for keys in ["←→ turn", "↑↓ choose", "x on/off", "d as drawn", "f let go"] { #expect(footer.contains(keys)) }
  #expect(!footer.contains("esc back") && !footer.contains("re-roll"))
}

@Test func theChosenStageIsMarkedWithoutColourToo() {
  let state = frozenState(FakeRun.plain)
  let text = view(state, columns: 80, rows: 24).grid.description
  #expect(text.contains("views, frozen") && text.contains(">crop") && text.contains(">view 1 crop area"))
}

@Test func aClickChoosesAStageAndTheWheelTurnsIt() throws {
  var state = frozenState()
  let rows = view(state, columns: 120, rows: 36).grid.description.split(separator: "\n").map { Array($0) }
  let contrast = Array("contrast")
  let y = try #require(rows.firstIndex { String($0).contains("contrast") })
  let x = try #require(rows[y].indices.first { rows[y][$0...].starts(with: contrast) })
  func point(_ kind: MouseEvent.Kind) {
    let event = MouseEvent(kind, column: x + 1, row: y + 2)
    if let intent = intent(for: event, in: state, columns: 120, rows: 36) { _ = update(&state, intent) }
    FakeRun.answer(&state)
  }
  point(.press)
  #expect(chosen(state) == "1 contrast factor" && changes(state).isEmpty)
  point(.wheelUp)
  point(.wheelUp)
  point(.wheelDown)
  #expect(changes(state) == [change(1, "contrast", "factor", 1.22)])
}

@Test(arguments: [(20, 5), (40, 12), (80, 24), (120, 36), (200, 60)])
func theFrozenDrawLooksAsRecorded(columns: Int, rows: Int) throws {
  var state = viewsState()
  FakeRun.freeze(&state)
  try expectGolden("frozen", state, columns, rows)
  state.abilities = FakeRun.plain
  if columns == 80 { try expectGolden("frozen-ascii", state, columns, rows) }
  var preview = DashboardState(themes: [.builtin], abilities: FakeRun.plenty, isPreview: true)
  (preview.snapshot.run, preview.snapshot.state) = (FakeRun.description(), .paused)
  FakeRun.freeze(&preview)
  if columns >= 80 { try expectGolden("frozen-preview", preview, columns, rows) }
}
