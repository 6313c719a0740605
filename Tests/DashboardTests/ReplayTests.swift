/// The keys that move time.
import Canvas
import Telemetry
import Testing

@testable import Dashboard

private func replay(_ change: (inout DashboardState) -> Void = { _ in }) -> DashboardState {
  var state = FakeRun.state()
  state.snapshot.replay = Snapshot.Replay(speed: 20, lastStep: 4000)
  (state.snapshot.undoCount, state.snapshot.similarities) = (0, nil)
  change(&state)
  return state
}

private func press(_ keys: [Key], _ state: inout DashboardState) -> [Command] {
  keys.flatMap { key in intent(for: key, in: state).map { update(&state, $0) } ?? [] }
}

@Test func keysMoveTimeInsteadOfTurningKnobs() {
  var state = replay()
  #expect(press([.right], &state) == [.seek(toStep: 1244)])
  #expect(press([.shiftLeft], &state) == [.seek(toStep: 804)])
  #expect(press([.character(".")], &state) == [.pause, .seek(toStep: 1205)])
  #expect(press([.home], &state) == [.seek(toStep: 0)])
  #expect(press([.end], &state) == [.seek(toStep: 4000)])
  #expect(press([.character("+"), .character("-")], &state) == [.playSpeed(50), .playSpeed(10)])
  #expect(press([.character(" ")], &state) == [.pause])
  state.snapshot.state = .paused
  #expect(press([.character(" ")], &state) == [.resume])
}

@Test func nothingIsTrainedInARecording() {
  var state = replay()
  #expect(press("uces5".unicodeScalars.map { .character($0) } + [.enter], &state).isEmpty)
  state = replay()
  #expect(press([.character("q")], &state).isEmpty)
  #expect(state.isDone)
}

@Test func theCrosshairHasTheArrowsOnTheMetricsScreen() {
  var state = replay { $0.screen = .panel(.loss) }
  #expect(press([.right], &state).isEmpty)
  #expect(state.metrics.crosshair != nil)
  #expect(press([.character(" ")], &state) == [.pause])
}

@Test(arguments: [(40, 12), (80, 24), (120, 36)]) func aRecordingLooksAsRecorded(columns: Int, rows: Int) throws {
  try expectGolden("replay", replay(), columns, rows)
}
