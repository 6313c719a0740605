/// Going back from the keyboard.
import Canvas
import Telemetry
import Testing

@testable import Dashboard

private func press(_ keys: String, _ state: inout DashboardState) -> [Command] {
  keys.unicodeScalars.flatMap { key in intent(for: .character(key), in: state).map { update(&state, $0) } ?? [] }
}

/// Checkpoints after steps 0, 380, 800 and 1200; knobs were turned after 390 and 840.
private func saved() -> DashboardState {
  var state = FakeRun.state()
  for step in [0, 380, 800, 1200] {
    state.snapshot.events.append(Event(step: step, time: 0, .checkpoint(file: "step-\(step)")))
  }
  return state
}

@Test func itGoesBackToTheCheckpointBeforeTheLastTurnWhenItIsSure() {
  var state = saved()
  #expect(press("w", &state).isEmpty)
  #expect(state.rewindAsked == 800)
  #expect(press("q", &state).isEmpty)
  #expect(state.rewindAsked == nil && !state.asksToQuit)
  #expect(press("wn", &state).isEmpty)
  #expect(state.rewindAsked == nil)
  #expect(press("wy", &state) == [.rewind(toStep: 800)])
  #expect(press(":rewind to 500", &state).isEmpty)
  #expect(
    [Key.enter].flatMap { key in intent(for: key, in: state).map { update(&state, $0) } ?? [] } == [
      .rewind(toStep: 500)
    ])
}

@Test func withoutACheckpointItSaysSo() {
  var state = FakeRun.state()
  state.snapshot.events = ChunkedArray()
  #expect(press("w", &state).isEmpty)
  #expect(state.rewindAsked == nil && state.message != nil)
}

@Test func theRunBeforeIsLaidUnderTheNewOne() {
  var state = saved()
  var newer = state.snapshot
  (newer.run.name, newer.run.folder, newer.step) = ("frogs-01-2", "runs/frogs-01-2", 800)
  let isWhole = state.take(newer, withFigures: false)
  #expect(isWhole && state.step == 800)
  #expect(state.overlaid[0] == "runs/frogs-01" && state.message?.text.contains("frogs-01-2") == true)
}

@Test(arguments: [(40, 12), (80, 24), (120, 36)]) func theQuestionLooksAsRecorded(columns: Int, rows: Int) throws {
  var state = saved()
  _ = press("w", &state)
  try expectGolden("rewind", state, columns, rows)
}

/// A run whose loss became NaN after step 1204; the last finite checkpoint is older than the last change.
private func diverged() -> DashboardState {
  var state = saved()
  var snapshot = state.snapshot
  snapshot.metrics?[.loss] = .nan
  let divergence = Divergence(
    nonFinite: ["loss", "gradient"], lastChange: .init(knob: "temperature", from: 0.5, to: 0.3, step: 390),
    finiteStep: 1200)
  snapshot.events.append(Event(step: snapshot.step, time: 400, .diverged(divergence)))
  state.snapshot = snapshot
  return state
}

@Test func aDivergedRunOffersTheLastFiniteCheckpoint() {
  var state = diverged()
  #expect(state.message?.text == "diverged: loss and gradient are NaN or infinite · w rewinds to step 1,200")
  #expect(press("w", &state).isEmpty && state.rewindAsked == 1200)
  #expect(state.rewindQuestion[0].contains("step 1,200, the last finite checkpoint"))
  #expect(press("y", &state) == [.rewind(toStep: 1200)])
  #expect(statusLine(state.snapshot).contains("loss NaN"))
  // Finite again, it is as with any run.
  state.snapshot.metrics?[.loss] = 5
  state.snapshot.step += 1
  #expect(state.rewindStep == 800)
}
