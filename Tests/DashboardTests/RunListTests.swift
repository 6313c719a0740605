/// The list of runs that can be laid over the present one.
import Canvas
import Telemetry
import Testing

@testable import Dashboard

private func press(_ keys: [Key], _ state: inout DashboardState) {
  for key in keys { _ = intent(for: key, in: state).map { update(&state, $0) } }
}

/// The metrics screen with the list open over it.
private func listing(_ count: Int) -> DashboardState {
  var state = FakeRun.state()
  press([.function(2), .character("o")], &state)
  state.foundRuns(FakeRun.listed(count))
  return state
}

@Test func theListIsAskedForWhenItOpens() {
  var state = FakeRun.state()
  press([.function(2)], &state)
  #expect(!state.wantsRunList)
  press([.character("o")], &state)
  #expect(state.wantsRunList)
  state.foundRuns(FakeRun.listed(3))
  #expect(!state.wantsRunList && state.isListingRuns)
  press([.escape], &state)
  #expect(!state.isListingRuns && state.screen == .panel(.loss))
}

@Test func withoutOtherRunsTheListClosesAndSaysSo() {
  let state = listing(0)
  #expect(!state.isListingRuns && state.message?.text == "there is no other run in this folder")
}

@Test func chosenRunsAreLaidOverThisOneAndKeepTheirNumbers() {
  var state = listing(3)
  press([.character(" "), .down, .enter, .down, .character(" ")], &state)
  #expect(state.overlaid.prefix(4) == ["runs/frogs-01", "runs/frogs-02", "runs/frogs-03", nil])
  state.recordedRuns = FakeRun.recorded(3)
  #expect(state.allRuns.map(\.number) == [0, 1, 2, 3])
  // Taken away, it leaves the numbers and so the colours of the others as they were.
  press([.up, .character(" ")], &state)
  #expect(state.allRuns.map(\.number) == [0, 1, 3])
  // The next one takes the free place.
  state.foundRuns(FakeRun.listed(9))
  press([.up, .up, .up, .character(" ")], &state)
  #expect(state.overlaid[1] != nil)
}

@Test func noMoreThanEightRunsAreLaidOverThisOne() {
  var state = listing(9)
  for _ in 0..<9 { press([.character(" "), .down], &state) }
  #expect(state.overlaid.allSatisfy { $0 != nil } && state.message?.tone == nil)
  press([.up, .character(" ")], &state)
  #expect(state.message?.tone == .warning)
}

@Test func keysOfTheListDoNothingElse() {
  var state = listing(3)
  press([.character("q")], &state)
  #expect(!state.isDone && !state.asksToQuit && !state.isListingRuns)
}

@Test(arguments: [(20, 5), (40, 12), (80, 24), (120, 36)]) func theRunListLooksAsRecorded(columns: Int, rows: Int)
  throws
{
  var state = listing(4)
  press([.character(" "), .down], &state)
  try expectGolden("runs", state, columns, rows)
}
