/// The pointer on the cells that are drawn.
import Canvas
import Telemetry
import Testing

@testable import Dashboard

private let (columns, rows) = (120, 36)

/// Does it with the pointer, and gathers what is sent to the trainer.
private func point(_ event: MouseEvent, _ state: inout DashboardState) -> [Command] {
  intent(for: event, in: state, columns: columns, rows: rows).map { update(&state, $0) } ?? []
}

/// The cell of a text on the screen.
private func place(of text: String, in state: DashboardState, after column: Int = 0) throws -> (x: Int, y: Int) {
  let glyphs = Array(text.unicodeScalars)
  let grid = view(state, columns: columns, rows: rows).grid
  for y in 0..<rows {
    for x in column..<columns where glyphs.indices.allSatisfy({ grid[x + $0, y].glyph == glyphs[$0] }) { return (x, y) }
  }
  throw NotOnTheScreen(text: text)
}

private struct NotOnTheScreen: Error { let text: String }

/// The handle of a knob's slider.
private func handle(of knob: String, in state: DashboardState) throws -> (x: Int, y: Int) {
  let name = try place(of: knob, in: state)
  let grid = view(state, columns: columns, rows: rows).grid
  let x = try #require((name.x..<columns).first { grid[$0, name.y].glyph == "●" })
  return (x, name.y)
}

@Test func aClickFocusesAPanelAndItsTitleZoomsIt() throws {
  var state = FakeRun.state()
  let title = try place(of: "similarity ·", in: state)
  #expect(point(MouseEvent(.press, column: title.x, row: title.y + 4), &state).isEmpty)
  #expect(state.focus == .similarity && state.screen == .overview)
  _ = point(MouseEvent(.press, column: title.x, row: title.y + 4, clicks: 2), &state)
  #expect(state.screen == .panel(.similarity))
  let alone = try place(of: "similarity ·", in: state)
  _ = point(MouseEvent(.press, column: alone.x, row: alone.y), &state)
  #expect(state.screen == .overview)
  _ = point(MouseEvent(.press, column: title.x + 4, row: title.y), &state)
  #expect(state.screen == .panel(.similarity))
}

@Test func aKnobIsChosenByItsNameAndTurnedByTheWheel() throws {
  var state = FakeRun.state()
  let name = try place(of: "strength", in: state)
  #expect(point(MouseEvent(.press, column: name.x, row: name.y), &state).isEmpty)
  #expect(state.chosenKnob.key == "strength")
  let batch = try place(of: "batch size", in: state)
  #expect(point(MouseEvent(.wheelUp, column: batch.x, row: batch.y), &state) == [.turn("batch_size", to: 512)])
  #expect(state.chosenKnob.key == "batch_size")
}

@Test func aSliderGoesWithThePointerAndIsAskedForOnceWhenLetGo() throws {
  var state = FakeRun.state()
  let handle = try handle(of: "flip", in: state)
  #expect(point(MouseEvent(.press, column: handle.x, row: handle.y), &state).isEmpty)
  // Beyond the end, and off the row: the slider is held all the same.
  #expect(point(MouseEvent(.drag, column: columns - 1, row: 0), &state).isEmpty)
  #expect(state.shownValue(of: Knob.named("flip_probability")!) == 1)
  state.snapshot.step += 1
  #expect(state.shownValue(of: Knob.named("flip_probability")!) == 1, "news do not move it")
  #expect(point(MouseEvent(.release, column: 0, row: 0), &state) == [.turn("flip_probability", to: 1)])
  #expect(point(MouseEvent(.release, column: 0, row: 0), &state).isEmpty)
}

@Test func aClickOnASliderPutsItsHandleThere() throws {
  var state = FakeRun.state()
  for knob in ["temperature", "batch size", "strength", "learning rate"] {
    let (x, y) = try handle(of: knob, in: state)
    _ = point(MouseEvent(.press, column: x - 3, row: y), &state)
    let shown = try handle(of: knob, in: state)
    // Values are round, so the handle may stand beside the pointer.
    #expect(abs(shown.x - (x - 3)) <= 1 && shown.y == y, "\(knob)")
    #expect(point(MouseEvent(.release, column: x - 3, row: y), &state).count == 1, "\(knob)")
  }
}

@Test func placesOnASliderAreValuesAPersonWouldSay() {
  let temperature = Knob.named("temperature")!
  #expect(temperature.value(at: 0, in: temperature.range) == 0.01)
  #expect(temperature.value(at: 1, in: temperature.range) == 2)
  #expect(abs(temperature.value(at: 0.5, in: temperature.range) - 0.14) < 1e-12)
  #expect(Knob.named("batch_size")!.value(at: 0.5, in: 2...9000) == 128)
  #expect(Knob.named("flip_probability")!.value(at: 0.333, in: 0...1) == 0.33)
  #expect(Knob.named("weight_decay")!.value(at: 0, in: 0...1) == 0)
}

@Test func theWheelScrollsTheLogAndHelpAndStepsPairs() throws {
  var state = FakeRun.state()
  let views = try place(of: "view 1", in: state)
  _ = point(MouseEvent(.wheelDown, column: views.x, row: views.y + 3), &state)
  #expect(state.pairIndex == 1)
  _ = update(&state, .help)
  _ = point(MouseEvent(.wheelDown, column: 30, row: 10), &state)
  #expect(state.scroll == 3)
  _ = update(&state, .help)
  _ = update(&state, .showLog)
  _ = point(MouseEvent(.wheelUp, column: 30, row: 10), &state)
  #expect(state.scroll == 3, "the log goes back into the past")
}

@Test func panelsThatKnowTheirCellsAreToldThePlace() throws {
  var state = FakeRun.state()
  _ = update(&state, .mouse(.zoom(.similarity)))
  let event = MouseEvent(.press, column: 30, row: 12)
  guard case .mouse(.point(let place))? = intent(for: event, in: state, columns: columns, rows: rows) else {
    return #expect(Bool(false))
  }
  #expect(place.panel == .similarity && place.event == event && place.area.contains(x: 30, y: 12))
}

@Test func aQuestionLeavesThePointerWithoutMeaning() {
  var state = FakeRun.state()
  _ = update(&state, .quit)
  for y in 0..<rows {
    #expect(intent(for: MouseEvent(.press, column: 80, row: y), in: state, columns: columns, rows: rows) == nil)
  }
}

@Test func theFrameBetweenPanelsIsDragged() throws {
  var state = FakeRun.state()
  func area(_ panel: Panel) -> Rect {
    layout(state, columns: columns, rows: rows).first { $0.part == .panel(panel) }!.area
  }
  for edge in [area(.loss).maxX - 1, area(.similarity).x] {
    state.arrangement = Arrangement()
    #expect(point(MouseEvent(.press, column: edge, row: 20), &state).isEmpty)
    _ = point(MouseEvent(.drag, column: 50, row: 30), &state)
    _ = point(MouseEvent(.drag, column: 47, row: 3), &state)
    #expect(area(.loss).maxX == 48 && area(.similarity).x == 48 && area(.views).maxX == 48)
    _ = point(MouseEvent(.release, column: 47, row: 3), &state)
    _ = point(MouseEvent(.drag, column: 80, row: 3), &state)
    #expect(area(.loss).maxX == 48)
  }
  // Never so far that a panel is gone; the rows' edge likewise. A title zooms as before.
  _ = point(MouseEvent(.press, column: 47, row: 20), &state)
  _ = point(MouseEvent(.drag, column: 0, row: 20), &state)
  #expect(area(.loss).width == 24)
  _ = point(MouseEvent(.release, column: 0, row: 20), &state)
  _ = point(MouseEvent(.press, column: 5, row: area(.views).y - 1), &state)
  _ = point(MouseEvent(.drag, column: 5, row: 24), &state)
  #expect(area(.loss).maxY == 25 && area(.similarity).maxY == 25 && state.screen == .overview)
  _ = point(MouseEvent(.release, column: 5, row: 24), &state)
  #expect(state.held == nil)
  _ = point(MouseEvent(.press, column: 5, row: 25), &state)
  #expect(state.screen == .panel(.views))
}

@Test func everyCellOfEverySizeCanBePressed() {
  for (columns, rows) in [(200, 60), (120, 36), (80, 24), (40, 12), (20, 5), (1, 1)] {
    for screen in [Screen.overview, .panel(.loss), .panel(.knobs), .panel(.views), .help] {
      for y in stride(from: 0, to: rows, by: 2) {
        for x in stride(from: 0, to: columns, by: 3) {
          for kind in [MouseEvent.Kind.press, .drag, .release, .wheelUp] {
            var state = FakeRun.pressed
            state.screen = screen
            let event = MouseEvent(kind, column: x, row: y)
            if let intent = intent(for: event, in: state, columns: columns, rows: rows) { _ = update(&state, intent) }
            #expect(state.knobs.indices.contains(state.selectedKnob))
          }
        }
      }
    }
  }
}

extension FakeRun {
  fileprivate static let pressed = state()
}
