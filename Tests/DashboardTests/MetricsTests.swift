import Canvas
import Foundation
import Telemetry
import Testing

@testable import Dashboard

private func explorer() -> DashboardState {
  var state = FakeRun.state()
  state.screen = .panel(.loss)
  return state
}

private func press(_ keys: [Key], _ state: inout DashboardState) {
  for key in keys { if let intent = intent(for: key, in: state) { _ = update(&state, intent) } }
}

private func press(_ text: String, _ state: inout DashboardState) {
  press(text.unicodeScalars.map { Key.character($0) }, &state)
}

private func text(_ state: DashboardState, _ columns: Int = 120, _ rows: Int = 36) -> String {
  view(state, columns: columns, rows: rows).grid.description
}

// MARK: looks

@Test(arguments: [(200, 60), (120, 36), (80, 24), (40, 12), (20, 5)])
func metricsLookAsRecorded(columns: Int, rows: Int) throws {
  var state = explorer()
  try expectGolden("metrics", state, columns, rows)
  press([.enter, .left, .shiftLeft, .shiftLeft, .shiftLeft, .shiftLeft, .shiftLeft, .shiftLeft, .left], &state)
  try expectGolden("crosshair", state, columns, rows)
  try expectGolden("compare", FakeRun.comparison(), columns, rows)
}

@Test func zoomedLogarithmicAndTimedPlotsLookAsRecorded() throws {
  var state = explorer()
  press("yxxx++", &state)
  press([.enter], &state)
  try expectGolden("zoomed", state, 100, 30)
  try expectGolden("compare-ascii", FakeRun.comparison(FakeRun.plain), 80, 24)
}

@Test func plotsAreDisjointAndInsideAtEverySize() {
  for state in [explorer(), FakeRun.comparison()] {
    for columns in stride(from: 1, through: 400, by: 3) {
      for rows in 1...120 {
        let area = Rect(x: 3, y: 2, width: columns, height: rows)
        let layout = MetricsLayout(state, in: area)
        let areas = [layout.legend, layout.readout] + layout.plots.map(\.area)
        let isInside = areas.allSatisfy { $0.isEmpty || area.contains($0) }
        let overlaps = areas.indices.contains { one in areas[..<one].contains { $0.intersects(areas[one]) } }
        guard isInside, !overlaps, layout.plots.contains(where: { $0.metric == .loss }) else {
          Issue.record("\(columns)×\(rows): \(areas)")
          return
        }
      }
    }
  }
}

// MARK: keys

@Test func everySeriesIsReached() {
  var state = explorer()
  var seen: Set<Metric> = []
  for _ in state.series {
    seen.insert(state.metrics.chosen)
    press([.down], &state)
  }
  #expect(seen == Set(state.snapshot.curves.keys))
  #expect(state.metrics.chosen == .loss)
}

@Test func escapeTakesOneThingBackAtATime() {
  var state = explorer()
  press([.enter, .left], &state)
  #expect(state.metrics.isAlone && state.metrics.crosshair != nil)
  press([.escape], &state)
  #expect(state.metrics.isAlone && state.metrics.crosshair == nil)
  press([.escape], &state)
  #expect(!state.metrics.isAlone && state.screen == .panel(.loss))
  press([.escape], &state)
  #expect(state.screen == .overview)
}

@Test func zoomFollowsTheNewestStepUntilItIsPanned() {
  var state = explorer()
  press("+++", &state)
  let before = MetricsView(state).visible
  #expect(before.upperBound == MetricsView(state).whole.upperBound && before.lowerBound > 700)
  for step in 1205...1400 { state.snapshot.curves[.loss]!.append(step: step, 4) }
  let after = MetricsView(state).visible
  #expect(
    after.upperBound >= 1400 && abs(after.upperBound - after.lowerBound - before.upperBound + before.lowerBound) < 1e-6)
  press(",", &state)
  let panned = MetricsView(state).visible
  for step in 1401...2000 { state.snapshot.curves[.loss]!.append(step: step, 4) }
  #expect(MetricsView(state).visible == panned)
  press("0", &state)
  #expect(MetricsView(state).visible == MetricsView(state).whole)
}

@Test func zoomKeepsWhatIsUnderThePointer() throws {
  var state = explorer()
  _ = update(&state, .metrics(.zoom(4, at: 0.25)))
  let view = MetricsView(state)
  let whole = view.whole.upperBound
  #expect(abs(view.visible.lowerBound + 0.25 * view.span - 0.25 * whole) < 1e-6)
  _ = update(&state, .metrics(.zoom(-9, at: 0.25)))
  #expect(state.metrics.window == nil)
}

@Test func crosshairReadsTheValueOfTheFile() throws {
  var state = explorer()
  press([.enter], &state)
  for x in [1.0, 390, 700, 1204] {
    state.metrics.crosshair = x
    let raw = try #require(state.snapshot.curves[.loss]?.value(upTo: Int(x)))
    #expect(text(state).contains(JSONLine.number(raw)))
  }
  state.metrics.crosshair = 390
  #expect(text(state).contains("temperature 0.5 → 0.3 at 390"))
}

@Test func crosshairMovesByAStepWhenThatIsTheLeast() {
  var state = explorer()
  press([.left], &state)
  #expect(state.metrics.crosshair == 1204)
  press([.left], &state)
  #expect(state.metrics.crosshair == 1192)
  for _ in 0..<40 { press("+", &state) }
  press([.left, .left], &state)
  #expect(state.metrics.crosshair == 1190)
  #expect(MetricsView(state).visible.contains(1190))
}

@Test func crosshairGoesFromEventToEvent() {
  var state = explorer()
  press("n", &state)
  #expect(state.metrics.crosshair == 390)
  var places: [Double] = []
  for _ in 0..<5 {
    press("n", &state)
    places.append(state.metrics.crosshair!)
  }
  #expect(places == [600, 840, 860, 860, 860])
  #expect(state.message?.text == "no event after this")
  press("p", &state)
  #expect(state.metrics.crosshair == 840)
}

@Test func anotherAxisKeepsTheSameStepsInSight() {
  var state = explorer()
  press("+++,", &state)
  let view = MetricsView(state)
  state.metrics.crosshair = view.visible.lowerBound.rounded(.up) + 20
  let step = state.metrics.crosshair!
  press("x", &state)
  #expect(state.metrics.axis == .epoch && abs(state.metrics.crosshair! - step * 256 / 9000) < 1e-9)
  press("x", &state)
  #expect(state.metrics.axis == .images && state.metrics.crosshair == step * 256)
  press("x", &state)
  #expect(state.metrics.axis == .time && abs(state.metrics.crosshair! - step * 0.315) < 1e-9)
  press("x", &state)
  #expect(state.metrics.axis == .step && state.metrics.crosshair == step)
  #expect(abs(MetricsView(state).visible.lowerBound - view.visible.lowerBound) <= 2)
}

@Test func theAxisOfAGrowingRunMovesSeldomAndFillsThePlot() {
  #expect((1...4096).allSatisfy { (Double($0)...1.25 * Double($0)).contains(roomy(Double($0))) || $0 < 4 })
  #expect((1...3).allSatisfy { (Double($0)...Double($0) + 1).contains(roomy(Double($0))) })
  let ends = (1000...4000).map { roomy(Double($0)) }
  #expect(ends == ends.sorted() && Set(ends).count <= 10)
  #expect(roomy(0) == 0 && roomy(.infinity) == .infinity)
}

@Test func smoothingIsTurnedAndSaid() {
  var state = explorer()
  #expect(text(state).contains("average 0.9"))
  press("]", &state)
  #expect(state.metrics.smoothing.decay == 0.97)
  press("[[[[[", &state)
  #expect(state.metrics.smoothing == .none && state.message?.text == "raw values")
}

@Test func runsAreHiddenByNumberButNotAllOfThem() {
  var state = FakeRun.comparison()
  press("1", &state)
  #expect(state.shownRuns.map(\.number) == [2, 3])
  press("23", &state)
  #expect(state.shownRuns.map(\.number) == [3])
  press("1", &state)
  #expect(state.shownRuns.map(\.number) == [1, 3])
}

@Test func comparisonEndsWithoutAQuestionAndHasNothingToTrain() {
  var state = FakeRun.comparison()
  for key in " sceuzmr" { press(String(key), &state) }
  press([.tab, .escape], &state)
  #expect(state.screen == .panel(.loss))
  press("q", &state)
  #expect(state.isDone)
}

@Test func spikesAndWhatIsNoNumberAreMarkedOnEveryPlot() {
  var state = explorer()
  for step in 1205...100_000 { state.snapshot.curves[.gradientNorm]!.append(step: step, step == 50_000 ? .nan : 0.4) }
  for _ in state.series where state.metrics.chosen != .gradientNorm { press([.down], &state) }
  press([.enter], &state)
  #expect(text(state).contains("×"))
}

@Test func thePointerActsOnThePlotUnderIt() throws {
  var state = explorer()
  let area = layout(state, columns: 120, rows: 36).first { $0.part == .fullPanel(.loss) }!.area
  let plot = MetricsLayout(state, in: area).plots[5]
  let inside = Scene(state, columns: 120, rows: 36).inside(of: plot)
  func asked(_ kind: MouseEvent.Kind, _ column: Int, clicks: Int = 1) -> Intent? {
    let mouse = MouseEvent(kind, column: column, row: inside.y + 1, clicks: clicks)
    return intent(for: mouse, in: state, columns: 120, rows: 36)
  }
  #expect(asked(.press, inside.maxX - 1) == .metrics(.point(plot.metric, at: 1)))
  #expect(asked(.drag, inside.x) == .metrics(.point(plot.metric, at: 0)))
  #expect(asked(.wheelUp, inside.x) == .metrics(.zoom(1, at: 0)))
  #expect(asked(.wheelDown, inside.maxX - 1) == .metrics(.zoom(-1, at: 1)))
  #expect(asked(.press, inside.x, clicks: 2) == .metrics(.alone))
  _ = update(&state, asked(.press, inside.maxX - 1)!)
  #expect(state.metrics.chosen == plot.metric && state.metrics.crosshair == MetricsView(state).visible.upperBound)
}
