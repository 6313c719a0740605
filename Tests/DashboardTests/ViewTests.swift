import Canvas
import Foundation
import Telemetry
import Testing

@testable import Dashboard

/// Numbers as no run should give them: the screen shows them and lives.
private func wild() -> Snapshot {
  var snapshot = FakeRun.snapshot()
  for (index, metric) in Metric.allCases.enumerated() {
    let value = [Double.nan, .infinity, -.infinity, 1e300, -1e300, 0][index % 6]
    for step in 0...40 {
      snapshot.curves[metric, default: Curve()].append(step: 1204 + step, step % 7 == 0 ? value : 1e9)
    }
  }
  (snapshot.epoch, snapshot.imagesPerSecond, snapshot.secondsLeft) = (.nan, .infinity, .infinity)
  (snapshot.knobs.temperature, snapshot.knobs.batchSize, snapshot.knobs.learningRate) = (0, 1, .nan)
  snapshot.metrics?[.loss] = .nan
  snapshot.timing.forward = .nan
  snapshot.run.name = String(repeating: "名前\u{301}\n", count: 90)
  snapshot.similarities?.values[0] = .nan
  snapshot.events.append(Event(step: .max, time: .nan, .knob(key: "mystery", from: .nan, to: .infinity)))
  return snapshot
}

/// Every state in which the screen can be, for tests that look at all of them.
private func allStates(_ abilities: Abilities = FakeRun.plenty) -> [DashboardState] {
  let full = FakeRun.state(abilities)
  var states = [full, DashboardState(themes: [.builtin], abilities: abilities)]
  states += Panel.allCases.map { panel in
    var state = full
    state.screen = .panel(panel)
    return state
  }
  func changed(_ change: (inout DashboardState) -> Void) {
    var state = full
    change(&state)
    states.append(state)
  }
  changed { $0.screen = .help }
  changed { $0.snapshot.state = .failed("the loss became NaN, at step 1,205; go on with a smaller learning rate") }
  changed { $0.snapshot.state = .decoding(done: 3, of: 10) }
  changed { $0.asksToQuit = true }
  changed { $0.typed = "0.25" }
  changed { _ = update(&$0, .palette(.open)) }
  changed { _ = update(&$0, .turn(1, fine: false)) }
  for screen in [Screen.overview, .panel(.views)] {
    changed { state in
      state.screen = .panel(.views)
      FakeRun.freeze(&state)
      state.screen = screen
    }
  }
  changed { $0.snapshot = wild() }
  changed { ($0.snapshot, $0.screen) = (wild(), .panel(.loss)) }
  for axis in MetricsAxis.allCases {
    changed { state in
      (state.snapshot, state.screen, state.metrics.axis) = (wild(), .panel(.loss), axis)
      state.metrics.logarithmic = Set(Metric.allCases)
      (state.metrics.crosshair, state.metrics.isAlone) = (600, axis == .time)
    }
  }
  changed { $0.overlay(FakeRun.recorded(8)) }
  changed { state in
    (state.screen, state.runList) = (.panel(.loss), RunList())
    state.foundRuns(FakeRun.listed(30))
  }
  states.append(FakeRun.comparison(abilities))
  states.append(DashboardState(themes: [.builtin], abilities: abilities, isComparison: true))
  var preview = DashboardState(themes: [.builtin], abilities: abilities, isPreview: true)
  (preview.snapshot.run, preview.pair) = (FakeRun.description(), FakeRun.pair())
  return states + [preview]
}

private let sizes: [(Int, Int)] = {
  let small = (1...24).flatMap { columns in (1...12).map { (columns, $0) } }
  let widths = [25, 29, 30, 31, 40, 59, 60, 61, 79, 80, 81, 99, 100, 120, 150, 199, 250, 400]
  let heights = [1, 2, 5, 7, 8, 9, 13, 17, 18, 19, 24, 31, 40, 57, 80, 120]
  return small + widths.flatMap { columns in heights.map { (columns, $0) } }
}()

@Test func panelsAreDisjointAndInsideAtEverySize() {
  for state in allStates() {
    for columns in Array(1...250) + [251, 299, 320, 399, 400] {
      for rows in Array(1...80) + [81, 100, 119, 120] {
        let screen = Rect(x: 0, y: 0, width: columns, height: rows)
        let areas = layout(state, columns: columns, rows: rows).map(\.area)
        guard areas.allSatisfy({ screen.contains($0) }) else {
          Issue.record("a panel leaves \(columns)×\(rows): \(areas)")
          return
        }
        for (index, area) in areas.enumerated() where areas[..<index].contains(where: { $0.intersects(area) }) {
          Issue.record("panels overlap at \(columns)×\(rows): \(areas)")
          return
        }
      }
    }
  }
}

@Test func aFrameWhoseStepIsNewIsAsIfDrawnWhole() {
  for state in allStates() {
    for (columns, rows) in [(1, 1), (20, 5), (29, 7), (40, 12), (80, 24), (120, 36), (200, 60)] {
      let before = view(state, columns: columns, rows: rows)
      var after = state
      after.newestStep = state.step + 98_765
      #expect(view(after, after: before) == view(after, columns: columns, rows: rows))
    }
  }
}

@Test func everyScreenDrawsAtEverySize() {
  for state in allStates() {
    for (columns, rows) in sizes {
      let grid = view(state, columns: columns, rows: rows).grid
      #expect(grid.columns == columns && grid.rows == rows)
      #expect(columns < 2 || rows < 1 || grid.cells.contains { $0.glyph != " " })
    }
  }
}

@Test func withoutUnicodeEveryGlyphIsASCII() {
  for state in allStates(FakeRun.plain) {
    for (columns, rows) in [(20, 5), (40, 12), (80, 24), (200, 60)] {
      let cells = view(state, columns: columns, rows: rows).grid.cells
      #expect(cells.allSatisfy { (0x20...0x7e).contains($0.glyph.value) })
    }
  }
}

@Test func withoutColoursThereAreNone() {
  for unicode in [false, true] {
    for state in allStates(Abilities(colors: .mono, graphics: .quadrant, unicode: unicode)) {
      let cells = view(state, columns: 120, rows: 40).grid.cells
      #expect(cells.allSatisfy { $0.style.foreground == nil && $0.style.background == nil })
    }
  }
}

@Test func pixelPicturesLieInsideTheirPanelAboveTheLastRow() {
  let abilities = Abilities(colors: .truecolor, graphics: .kitty, unicode: true, cellWidth: 9, cellHeight: 18)
  for state in allStates(abilities) {
    for (columns, rows) in sizes {
      let frame = view(state, columns: columns, rows: rows)
      let screen = Rect(x: 0, y: 0, width: columns, height: rows - 1)
      for picture in frame.pictures { #expect(screen.contains(picture.area)) }
      for (index, one) in frame.pictures.enumerated() {
        #expect(!frame.pictures[..<index].contains { $0.area.intersects(one.area) })
      }
    }
  }
}

@Test func allColoursAreTheThemes() {
  var state = FakeRun.state()
  (state.pair, state.snapshot.similarities, state.thumbnails) = (nil, nil, [:])
  state.similarity = SimilarityState()
  let styles = Theme.Role.allCases.map { Theme.builtin[$0] }
  let classes = (0..<10).map { CategoryColors.color($0, onDark: true) }
  let known = Set(styles.flatMap { [$0.foreground, $0.background] } + classes)
  state.overlay(FakeRun.recorded(8))
  for screen in [Screen.overview, .help] + Panel.allCases.map({ .panel($0) }) {
    state.screen = screen
    let cells = view(state, columns: 120, rows: 40).grid.cells
    #expect(cells.allSatisfy { known.contains($0.style.foreground) && known.contains($0.style.background) })
    #expect(cells.allSatisfy { $0.style.background != nil })
  }
}

@Test func statesAreSaidInWords() {
  let states: [(RunState, String)] = [
    (.waitingForFirstStep, "waiting for first step"), (.paused, "paused"),
    (.evaluating(progress: 0.4), "evaluating 40 %"),
    (.saving, "saving"), (.finished(reason: "100 epochs"), "finished: 100 epochs"),
    (.decoding(done: 3211, of: 10_000), "reading pictures 3,211 of 10,000"),
  ]
  for (runState, words) in states {
    var state = FakeRun.state()
    state.snapshot.state = runState
    #expect(view(state, columns: 80, rows: 24).grid.description.contains(words))
  }
}

@Test func failureIsToldInFull() {
  var state = FakeRun.state()
  let reason = "the loss became NaN at step 1,205 (learning rate 0.3); simscope resume runs/frogs-01 goes on from 1,200"
  state.snapshot.state = .failed(reason)
  for (columns, rows) in [(40, 12), (60, 18), (80, 24), (200, 60)] {
    let text = view(state, columns: columns, rows: rows).grid.description
    for word in reason.split(separator: " ") { #expect(text.contains(word)) }
  }
}

@Test func longMessageIsWrappedNotCut() {
  var state = FakeRun.state()
  let reason = "4,096 pictures a step would need 9.2 GiB of memory, 3.1 GiB are free; 1,024 would fit, and so would 512"
  state.message = Message("batch size not turned: \(reason)", .warning)
  let text = view(state, columns: 80, rows: 24).grid.description
  for word in reason.split(separator: " ") { #expect(text.contains(word)) }
  #expect(layout(state, columns: 80, rows: 24).last { $0.part == .footer }?.area.height == 2)
}

@Test func footerFollowsTheContext() {
  var state = FakeRun.state()
  func footer() -> String { String(view(state, columns: 120, rows: 30).grid.description.split(separator: "\n").last!) }
  #expect(footer().contains("space pause") && !footer().contains("s step"))
  state.snapshot.state = .paused
  #expect(footer().contains("space go on") && footer().contains("s step"))
  state.typed = "0.2"
  #expect(footer().contains("enter apply") && footer().contains("esc cancel") && footer().contains("0.01…2"))
  state.typed = nil
  state.asksToQuit = true
  #expect(footer().contains("simscope resume frogs-01") && footer().contains("y quit"))
}

@Test func anAttachedScreenSaysSo() {
  let lines = view(FakeRun.state(isAttached: true), columns: 120, rows: 30).grid.description.split(separator: "\n")
  #expect(lines.first!.contains("attached") && lines.last!.contains("q leave"))
}

@Test func marksOfTurnedKnobsStandOnTheLossPlot() {
  let text = view(FakeRun.state(), columns: 120, rows: 40).grid.description
  #expect(text.contains("τ .5→.3") && text.contains("s .5→.7"))
}
