// Panels arranged by a person, and words looked for in the log.
import Canvas
import Telemetry
import Testing

@testable import Dashboard

private func press(_ text: String, _ state: inout DashboardState) {
  for letter in text.unicodeScalars { _ = intent(for: .character(letter), in: state).map { update(&state, $0) } }
}

private func panels(_ state: DashboardState, _ columns: Int = 120, _ rows: Int = 36) -> [Panel: Rect] {
  Dictionary(
    uniqueKeysWithValues: layout(state, columns: columns, rows: rows).compactMap { placed in
      if case .panel(let panel) = placed.part { (panel, placed.area) } else { nil }
    })
}

@Test func panelsAreWidenedHeightenedHiddenAndShown() throws {
  var state = FakeRun.state()
  let first = panels(state)
  press(">>}", &state)
  let second = panels(state)
  #expect(second[.loss]!.width > first[.loss]!.width && second[.loss]!.height > first[.loss]!.height)
  press("=", &state)
  #expect(panels(state) == first && state.arrangement.isStandard)
  press("x", &state)
  let third = panels(state)
  #expect(third[.loss] == nil && third[.similarity]!.width == 120 && state.focus == .similarity)
  // What remains when all but one are hidden cannot be.
  press("xxxxx", &state)
  #expect(panels(state).keys.filter { $0 != .log }.count == 1 && state.message?.tone == .warning)
  press("X", &state)
  #expect(panels(state) == first)
}

@Test func everyArrangementFillsTheScreenAtEverySize() {
  var state = FakeRun.state()
  for preset in Arrangement.Preset.allCases {
    for (top, left) in [(nil, nil), (0.2, 0.8), (0.8, 0.2)] as [(Double?, Double?)] {
      (state.arrangement.preset, state.arrangement.top, state.arrangement.left) = (preset, top, left)
      for (columns, rows) in [(60, 18), (61, 22), (80, 24), (120, 36), (200, 60), (400, 120)] {
        let placed = layout(state, columns: columns, rows: rows).map(\.area)
        let screen = Rect(x: 0, y: 0, width: columns, height: rows)
        #expect(placed.allSatisfy { screen.contains($0) })
        #expect(placed.reduce(0) { $0 + $1.width * $1.height } == columns * rows, "\(preset) \(columns)×\(rows)")
        for (index, area) in placed.enumerated() { #expect(!placed[..<index].contains { $0.intersects(area) }) }
        #expect(view(state, columns: columns, rows: rows).grid.columns == columns)
      }
    }
  }
}

@Test func theLogIsSearchedForWords() {
  var state = FakeRun.state()
  state.logLines = ["OpenBLAS warning: something", "all is well"]
  press("m", &state)
  let whole = view(state, columns: 100, rows: 30).grid.description
  #expect(whole.contains("all is well") && whole.contains("went on"))
  press("/WARN", &state)
  #expect(state.isSearching)
  let found = view(state, columns: 100, rows: 30).grid.description
  #expect(found.contains("OpenBLAS warning") && !found.contains("all is well") && !found.contains("went on"))
  _ = update(&state, intent(for: .enter, in: state)!)
  #expect(!state.isSearching && state.logSearch?.text == "WARN")
  press("/", &state)
  _ = update(&state, intent(for: .escape, in: state)!)
  #expect(state.logSearch == nil && view(state, columns: 100, rows: 30).grid.description == whole)
}
