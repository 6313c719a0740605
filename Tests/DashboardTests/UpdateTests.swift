import Canvas
import Foundation
import Telemetry
import Testing

@testable import Dashboard

/// Presses keys and gathers what is sent to the trainer.
private func press(_ keys: [Key], _ state: inout DashboardState) -> [Command] {
  keys.flatMap { key in intent(for: key, in: state).map { update(&state, $0) } ?? [] }
}

private func press(_ text: String, _ state: inout DashboardState) -> [Command] {
  press(text.unicodeScalars.map { Key.character($0) }, &state)
}

@Test func quitWhileTrainingAsksFirst() {
  var state = FakeRun.state()
  #expect(press("q", &state).isEmpty)
  #expect(state.asksToQuit && !state.isDone)
  #expect(press("n", &state).isEmpty)
  #expect(!state.asksToQuit && !state.isDone)
  #expect(press("qy", &state) == [.stop])
  #expect(state.isDone)
}

@Test func anAttachedScreenIsLeftAndTheRunGoesOn() {
  for key in [Key.character("q"), .control("c")] {
    var state = FakeRun.state(isAttached: true)
    #expect(press([key], &state).isEmpty)
    #expect(state.isDone)
  }
  var state = FakeRun.state(isAttached: true)
  #expect(press("Q", &state).isEmpty && state.asksToQuit)
  #expect(press("n", &state).isEmpty && !state.asksToQuit && !state.isDone)
  #expect(press(":stop", &state).isEmpty && press([.enter], &state).isEmpty && state.asksToQuit)
  #expect(press("y", &state) == [.stop])
  // Where the screen is the run's own, q alone ends it.
  var own = FakeRun.state()
  #expect(press("Q", &own).isEmpty && !own.asksToQuit)
}

@Test func controlCAsksOnceAndThenQuits() {
  var state = FakeRun.state()
  #expect(press([.control("c")], &state).isEmpty)
  #expect(press([.control("c")], &state) == [.stop])
  #expect(state.isDone)
}

@Test func quitAfterTheEndDoesNotAsk() {
  var state = FakeRun.state()
  state.snapshot.state = .finished(reason: "100 epochs")
  #expect(press("q", &state).isEmpty)
  #expect(state.isDone)
}

@Test func questionSwallowsOtherKeys() {
  var state = FakeRun.state()
  #expect(press("q u", &state).isEmpty)
  #expect(press([.left, .tab], &state).isEmpty)
  #expect(state.asksToQuit)
}

@Test func leftAndRightTurnTheChosenKnob() {
  var state = FakeRun.state()
  state.snapshot.knobs.temperature = 0.5
  guard case .turn("temperature", let down)? = press([.left], &state).first else { return #expect(Bool(false)) }
  #expect(down == 0.4545)
  // The next turn goes on from what was asked, not from what is in force.
  guard case .turn("temperature", let next)? = press([.left], &state).first else { return #expect(Bool(false)) }
  #expect(next == 0.4132)
  #expect(press("jll", &state) == [.turn("batch_size", to: 512), .turn("batch_size", to: 1024)])
  guard case .turn("batch_size", let fine)? = press([.shiftLeft], &state).first else { return #expect(Bool(false)) }
  #expect(fine < 1024 && fine > 512)
}

@Test func choiceGoesAroundTheEnds() {
  var state = FakeRun.state()
  _ = press([.up], &state)
  #expect(state.chosenKnob.key == "momentum")
  _ = press([.down, .down, .down], &state)
  #expect(state.chosenKnob.key == "strength")
}

@Test func batchIsNotTurnedBeyondTheDataSet() {
  var state = FakeRun.state()
  state.snapshot.knobs.batchSize = 8192
  #expect(press([.down, .right], &state) == [.turn("batch_size", to: 9000)])
}

@Test func digitsThenEnterSendTheExactValue() {
  var state = FakeRun.state()
  #expect(press("0.07", &state).isEmpty)
  #expect(state.typed == "0.07")
  #expect(press([.enter], &state) == [.turn("temperature", to: 0.07)])
  #expect(state.typed == nil)
  for _ in 0..<8 { _ = press([.down], &state) }
  #expect(press("3e-4", &state).isEmpty)
  #expect(press([.enter], &state) == [.turn("learning_rate", to: 3e-4)])
}

@Test func valueOutOfRangeIsToldAndTypingGoesOn() {
  var state = FakeRun.state()
  _ = press("7", &state)
  #expect(press([.enter], &state).isEmpty)
  #expect(state.message?.text == "temperature must be 0.01…2, not 7")
  #expect(state.typed == "7")
  _ = press([.backspace], &state)
  #expect(state.typed == nil)
  _ = press("1e", &state)
  #expect(press([.enter], &state).isEmpty)
  #expect(state.message?.text == "“1e” is no number; temperature takes 0.01…2")
  _ = press([.escape], &state)
  #expect(state.typed == nil && state.screen == .overview)
  _ = press([.down], &state)
  #expect(press("2.5", &state).isEmpty && press([.enter], &state).isEmpty)
  #expect(state.message?.text == "batch size must be a whole number of 2…9,000, not 2.5")
}

@Test func askedMarkGoesWhenTheSnapshotShowsTheValue() {
  var state = FakeRun.state()
  guard case .turn(_, let value)? = press([.right], &state).first else { return #expect(Bool(false)) }
  #expect(view(state, columns: 80, rows: 24).grid.description.contains("asked"))
  state.snapshot.imagesPerSecond = 1
  #expect(!state.asked.isEmpty)
  state.snapshot.knobs.temperature = value
  #expect(state.asked.isEmpty)
  #expect(!view(state, columns: 80, rows: 24).grid.description.contains("asked"))
}

@Test func refusedTurnTellsItsReason() {
  var state = FakeRun.state()
  _ = press([.down, .right], &state)
  var snapshot = state.snapshot
  snapshot.events.append(Event(step: 1205, time: 380, .refused(key: "batch_size", reason: "512 need 9.2 GiB")))
  state.snapshot = snapshot
  #expect(state.asked.isEmpty)
  #expect(view(state, columns: 80, rows: 24).grid.description.contains("batch size not turned: 512 need 9.2 GiB"))
}

@Test func oldRefusalsAreNotToldToANewScreen() {
  #expect(FakeRun.state().message == nil)
}

@Test func trainingKeysSendTheirCommands() {
  var state = FakeRun.state()
  #expect(press(" ", &state) == [.pause])
  #expect(press("s", &state).isEmpty)
  state.snapshot.state = .paused
  #expect(press("s ", &state) == [.singleStep, .resume])
  #expect(press("uce", &state) == [.undo, .saveCheckpoint, .evaluate])
  state.snapshot.undoCount = 0
  #expect(press("u", &state).isEmpty)
  #expect(state.message?.text == "nothing to undo: no knob has been turned")
  state.snapshot.run.classes = []
  #expect(press("e", &state).isEmpty)
}

@Test func pairsAreSteppedAndReRolled() {
  var state = FakeRun.state()
  #expect(state.pairRequest == PairRequest(index: 0, roll: 0, knobs: state.snapshot.knobs))
  _ = press("p", &state)
  #expect(state.pairRequest?.index == 8999)
  _ = press("nNrr", &state)
  #expect(state.pairRequest == PairRequest(index: 10, roll: 2, knobs: state.snapshot.knobs))
  _ = press("n", &state)
  #expect(state.pairRequest?.roll == 0)
  state.snapshot.state = .decoding(done: 1, of: 2)
  #expect(state.pairRequest == nil)
}

@Test func panelsAreFocusedZoomedAndLeft() {
  var state = FakeRun.state()
  _ = press([.tab], &state)
  #expect(state.focus == .similarity)
  _ = press([.enter], &state)
  #expect(state.screen == .panel(.similarity))
  _ = press([.tab], &state)
  #expect(state.screen == .panel(.views))
  _ = press([.escape], &state)
  #expect(state.screen == .overview && state.focus == .views)
  _ = press("z?", &state)
  #expect(state.screen == .help)
  _ = press([.escape], &state)
  #expect(state.screen == .panel(.views))
  _ = press("mz", &state)
  #expect(state.screen == .overview)
}

@Test func themesAndGraphicsAreSteppedThrough() {
  var state = DashboardState(themes: [.builtin, .mono], abilities: FakeRun.plenty)
  _ = press("t", &state)
  #expect(state.theme.name == "mono")
  _ = press("t", &state)
  #expect(state.theme.name == "dark")
  state.availableGraphics = [.ascii, .quadrant, .sextant]
  _ = press("g", &state)
  #expect(state.abilities.graphics == .sextant)
  _ = press("g", &state)
  #expect(state.abilities.graphics == .ascii)
}

@Test func previewTurnsItsOwnKnobs() {
  var state = DashboardState(themes: [.builtin], abilities: FakeRun.plenty, isPreview: true)
  #expect(state.chosenKnob.key == "strength")
  #expect(press([.right], &state).isEmpty)
  #expect(state.pairRequest?.knobs.strength == 0.6)
  #expect(press("0.9", &state).isEmpty && press([.enter], &state).isEmpty)
  #expect(state.pairRequest?.knobs.strength == 0.9)
  #expect(press(" sce", &state).isEmpty)
  #expect(press("q", &state).isEmpty)
  #expect(state.isDone)
}

@Test func everyBindingHasHelpAndEveryIntentAKey() {
  for binding in standardBindings {
    #expect(!binding.help.isEmpty && !binding.label.isEmpty && !binding.keys.isEmpty)
  }
  let reached = Set(standardBindings.flatMap { $0.keys.map { "\($0.intent)".prefix { $0 != "(" } } })
  let all = [
    "choose", "turn", "type", "eraseTyped", "applyTyped", "cancelTyped", "focus", "zoom", "back", "scroll", "pair",
    "reroll", "pauseOrResume", "singleStep", "undo", "checkpoint", "evaluate", "nextTheme", "nextGraphics", "showLog",
    "help", "quit", "stop", "confirmQuit", "stay", "palette", "embedding", "similarity", "show", "toggleSheet",
    "metrics", "arrange", "searchLog", "draw", "runs", "replay", "rewind",
  ]
  #expect(reached == Set(all.map { $0.prefix { _ in true } }))
}

@Test func lossScaleIsThatOfTheFormulas() {
  // 2 pairs, τ = 1: all alike gives ln 3; opposite pairs give ln(1 + 2e⁻²).
  let scale = LossScale(Objective(), batchSize: 2, temperature: 1)
  #expect(abs(scale.ceiling! - 1.098612288668) < 1e-9)
  #expect(abs(scale.floor - 0.239544977) < 1e-6)
  #expect(scale.share(scale.ceiling!) == 0 && scale.share(scale.floor) == 1)
}

@Test func everyLossHasItsOwnScale() {
  func scale(_ change: (inout Objective) -> Void, _ batchSize: Int = 3, _ temperature: Double = 0.5) -> LossScale {
    var objective = Objective()
    change(&objective)
    return LossScale(objective, batchSize: batchSize, temperature: temperature)
  }
  let reference = scale { $0.scale = .reference }
  #expect(abs(reference.ceiling! - 2 * 1.6094379124) < 1e-9)
  // Three pairs at 120°: partners at cosine 1, others at −½. Products can be as large as they like.
  #expect(abs(reference.floor - 2 * log(1 + 4 * exp(-3))) < 1e-12)
  #expect(scale { $0.similarity = .dot }.floor == 0)
  let logistic = scale { $0.loss = .ntLogistic }
  #expect(logistic.ceiling == nil && logistic.share(1) == nil)
  #expect(abs(logistic.floor - (log(1 + exp(-2)) + log(1 + exp(-1)))) < 1e-12)
  let margin = scale { ($0.loss, $0.margin) = (.margin, 1.6) }
  #expect(margin.ceiling == 1.6 && abs(margin.floor - 0.1) < 1e-12)
  // One negative chosen: two groups opposite each other leave nothing of a margin below 2.
  let mined = scale { ($0.loss, $0.margin, $0.mining) = (.margin, 1.6, .semiHard) }
  #expect(mined.ceiling == 1.6 && mined.floor == 0)
  #expect(scale { ($0.loss, $0.margin) = (.margin, 0) }.share(0) == nil)
}

@Test func aLossWithoutACeilingHasNoneDrawn() {
  var snapshot = FakeRun.snapshot()
  snapshot.run.objective.loss = .ntLogistic
  #expect(statusLine(snapshot).contains("loss 4.570 812 images/s"))
  var state = FakeRun.state()
  state.snapshot = snapshot
  let screen = view(state, columns: 100, rows: 30).grid.description
  #expect(!screen.contains("ceiling") && screen.contains("NT-Logistic"))
}

@Test func statusLineIsPlainAndWhole() {
  #expect(
    statusLine(FakeRun.snapshot())
      == "epoch 30/100 step 1204 loss 4.570 (51 % of the way from ceiling to floor) 812 images/s ETA 23 min kNN 45.9 %")
  var snapshot = Snapshot()
  snapshot.state = .decoding(done: 3211, of: 10_000)
  #expect(statusLine(snapshot) == "reading pictures 3,211 of 10,000")
}

@Test func statusLineLivesWithWildNumbers() {
  var snapshot = FakeRun.snapshot()
  (snapshot.epoch, snapshot.imagesPerSecond, snapshot.secondsLeft) = (.nan, .infinity, .nan)
  #expect(statusLine(snapshot).hasPrefix("epoch NaN/100 step 1204"))
}

@Test func whileItTrainsFiguresChangeOnlyWhenTheyAreDue() {
  var state = FakeRun.state()
  var newer = state.snapshot
  (newer.step, newer.imagesPerSecond) = (newer.step + 3, 99)
  let early = state.take(newer, withFigures: false)
  #expect(!early)
  #expect(state.snapshot.imagesPerSecond != 99 && state.step == newer.step)
  #expect(view(state, columns: 120, rows: 36).grid.description.contains("step 1,207"))
  let due = state.take(newer, withFigures: true)
  #expect(due)
  #expect(state.snapshot.imagesPerSecond == 99)
}

@Test func whatHappensIsShownAtOnce() {
  let changes: [(inout Snapshot) -> Void] = [
    { $0.state = .paused }, { $0.knobs.temperature = 0.123 }, { $0.undoCount += 1 },
    { $0.events.append(Event(step: 1205, time: 0, .note("something"))) },
  ]
  for change in changes {
    var state = FakeRun.state()
    var newer = state.snapshot
    change(&newer)
    let isWhole = state.take(newer, withFigures: false)
    #expect(isWhole)
  }
}

@Test func whoIsNewIsGreetedWithTheKeysThatAreInForce() {
  let pause = actions.first { $0.name == "pause" }!
  var state = FakeRun.state(keys: KeyChanges([(pause, [.character("p")])]))
  state.greet()
  #expect(state.message?.text.contains("p pauses") == true)
  _ = update(&state, .choose(1))
  #expect(state.message == nil)
}
