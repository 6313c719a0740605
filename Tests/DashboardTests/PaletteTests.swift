// The command palette and files of keys.
import Canvas
import Telemetry
import Testing

@testable import Dashboard

@discardableResult
private func press(_ keys: [Key], _ state: inout DashboardState) -> [Command] {
  keys.flatMap { key in intent(for: key, in: state).map { update(&state, $0) } ?? [] }
}

@discardableResult
private func type(_ text: String, _ state: inout DashboardState) -> [Command] {
  press(text.unicodeScalars.map { Key.character($0) }, &state)
}

@Test func aKnobIsFoundByTheBeginningsOfItsWordsAndTakesItsValue() {
  for name in ["temperature", "temp", "τ", "w d", "weight decay", "weight_decay", "lr", "batch"] {
    var state = FakeRun.state()
    type(":\(name.replacing("τ", with: "temperature"))", &state)
    let expected =
      name.hasPrefix("w")
      ? "weight decay" : name == "lr" ? "learning rate" : name == "batch" ? "batch size" : "temperature"
    #expect(state.chosenEntry?.name == expected, "\(name)")
  }
  var state = FakeRun.state()
  #expect(type(":temperature 0.2", &state).isEmpty)
  #expect(press([.enter], &state) == [.turn("temperature", to: 0.2)])
  #expect(state.palette == nil && state.asked["temperature"]?.value == 0.2)
}

@Test func aValueThatCannotBeIsToldAndTypingGoesOn() {
  var state = FakeRun.state()
  type(":momentum 7", &state)
  #expect(press([.enter], &state).isEmpty)
  #expect(state.message?.text == "momentum must be 0…0.9999, not 7" && state.palette?.text == "momentum 7")
  press([.backspace], &state)
  type("0.5", &state)
  #expect(press([.enter], &state) == [.turn("momentum", to: 0.5)])
}

@Test func aKnobWithoutAValueIsChosen() {
  var state = FakeRun.state()
  type(":blur", &state)
  #expect(press([.enter], &state).isEmpty)
  #expect(state.chosenKnob.key == "blur_probability" && state.palette == nil)
}

@Test func actionsAreDoneByName() {
  var state = FakeRun.state()
  type(":pau", &state)
  #expect(press([.enter], &state) == [.pause])
  type(":eval", &state)
  #expect(press([.enter], &state) == [.evaluate])
  type(":panel sim", &state)
  press([.enter], &state)
  #expect(state.screen == .panel(.similarity))
  type(":quit", &state)
  press([.enter], &state)
  #expect(state.asksToQuit && state.palette == nil)
}

/// Every action that can be done now is found by its whole name, as the first.
@Test func everyActionIsFoundByItsName() {
  var state = FakeRun.state()
  type(":", &state)
  let names = state.paletteEntries.map(\.name)
  #expect(Set(names).count == names.count && names.count > 30)
  for name in names {
    state.palette = Palette(text: name)
    #expect(state.chosenEntry?.name == name)
  }
}

@Test func thePaletteIsLeftWithoutATrace() {
  var state = FakeRun.state()
  let before = view(state, columns: 120, rows: 36)
  type(":temp", &state)
  #expect(view(state, columns: 120, rows: 36) != before)
  press([.escape], &state)
  #expect(view(state, columns: 120, rows: 36) == before)
  type(":ab", &state)
  press([.backspace, .backspace, .backspace], &state)
  #expect(state.palette == nil)
  type(":zzz", &state)
  press([.enter], &state)
  #expect(state.palette != nil && state.message?.text == "nothing here is called “zzz”")
}

@Test func tabCompletesAndArrowsChoose() {
  var state = FakeRun.state()
  type(":tem", &state)
  press([.tab], &state)
  #expect(state.palette?.text == "temperature ")
  state.palette = Palette(text: "turn")
  let entries = state.paletteEntries.map(\.name)
  press([.down], &state)
  #expect(state.chosenEntry?.name == entries[1])
  press([.up, .up], &state)
  #expect(state.chosenEntry?.name == entries.last)
}

@Test func aPictureIsLookedForByNumberClassAndName() throws {
  var state = FakeRun.state()
  type(":picture 77", &state)
  press([.enter], &state)
  #expect(state.pairRequest?.index == 77 && state.pairRequest?.search == nil)
  type(":picture frog", &state)
  press([.enter], &state)
  let request = try #require(state.pairRequest)
  #expect(request.index == 78 && request.search == "frog")
  let picture = Picture(width: 1, height: 1, pixels: [1, 2, 3])
  state.pair = ViewPair(index: 90, name: "a.png", label: "frog", original: picture, crops: [], stages: [[], []])
  #expect(state.pairRequest?.index == 90 && state.pairRequest?.search == nil && state.message == nil)
  type(":picture unicorn", &state)
  press([.enter], &state)
  state.pair = ViewPair(index: 91, name: "b.png", label: "dog", original: picture, crops: [], stages: [[], []])
  #expect(state.message?.text == "no picture's class or name has “unicorn” in it")
}

@Test func theListStaysOnTheScreenAtEverySize() {
  var state = FakeRun.state()
  type(":", &state)
  for (columns, rows) in [(1, 1), (20, 5), (40, 12), (80, 24), (120, 36), (200, 60)] {
    let frame = view(state, columns: columns, rows: rows)
    #expect(frame.grid.columns == columns && frame.grid.rows == rows)
    for picture in frame.pictures { #expect(picture.area.maxY <= rows) }
  }
}

@Test func otherKeysTakeThePlaceOfTheTables() throws {
  let pause = try #require(actions.first { $0.name == "pause" })
  let undo = try #require(actions.first { $0.name == "undo" })
  let keys = KeyChanges([(pause, [.character("p")]), (undo, [.control("z"), .character("u")])])
  #expect(keys.conflict == nil)
  var state = FakeRun.state(keys: keys)
  #expect(type("p", &state) == [.pause])
  // The space bar is free, and the previous pair has lost one of its keys.
  #expect(type(" ", &state).isEmpty)
  #expect(press([.control("z")], &state) == [.undo] && type("u", &state) == [.undo])
  // Letters are typed as ever.
  type(":p", &state)
  #expect(state.palette?.text == "p")
  #expect(state.bindings.contains { $0.label == "p" && $0.word == "pause" })
  let twice = KeyChanges([(pause, [.character("x")]), (undo, [.character("x")])]).conflict
  #expect(twice?.key == .character("x") && twice?.first == "pause" && twice?.second == "undo")
}

@Test func everyActionHasAKeyAndEveryKeysNameIsRead() {
  for action in actions { #expect(!action.standardKeys.isEmpty && !action.help.isEmpty, "\(action.name)") }
  let keys = actions.flatMap(\.standardKeys)
  for name in keys { #expect(Key(name: name)?.name == name) }
  #expect(
    Key(name: "space") == .character(" ") && Key(name: "ctrl-x") == .control("x") && Key(name: "f12") == .function(12))
  #expect(Key(name: "f13") == nil && Key(name: "ctrl-xy") == nil && Key(name: "") == nil && Key(name: "spcae") == nil)
}

@Test func epochsAndStepsGiveTheRunAnotherLength() {
  for (text, length) in [("epochs 200", RunLength.epochs(200)), ("steps 5000", .steps(5000))] {
    var state = FakeRun.state()
    type(":" + text, &state)
    #expect(press([.enter], &state) == [.extend(length)], "\(text)")
    #expect(state.palette == nil && state.message?.text.contains(length.words) == true)
    #expect(obey(line: text, &state).commands == [.extend(length)], "\(text)")
  }
  for text in ["epochs", "epochs 0", "epochs many", "steps -3", "epochs 99999999999999999999"] {
    var state = FakeRun.state()
    type(":" + text, &state)
    #expect(press([.enter], &state).isEmpty && state.message?.tone == .warning, "\(text)")
  }
}

@Test func pastedTextGoesIntoAnOpenPromptAndNowhereElse() {
  var state = FakeRun.state()
  let isTaken = state.paste("q y")
  #expect(!isTaken && !state.isDone && !state.asksToQuit && state.palette == nil)
  press([.character(":")], &state)
  let isTyped = state.paste(" temper\nquit ")
  #expect(isTyped)
  #expect(state.palette?.text == "temper quit")
}
