/// The keys that have a recording under them: time goes on, stands, and is moved.
import Canvas
import Telemetry

public enum ReplayIntent: Sendable, Equatable {
  /// By hundredths of the recording.
  case move(Int)
  /// By steps; it stands then.
  case step(Int)
  case toStart, toEnd
  /// Faster or slower, to the next of 1, 2, 5, 10 …
  case speed(Int)
}

let replayBindings: [Binding] = [
  Binding(
    .replay, "space", "stop", "time stands", [(.character(" "), .pauseOrResume)],
    when: { $0.replays && !$0.isPaused }),
  Binding(
    .replay, "space", "play", "time goes on; at the end from the beginning", [(.character(" "), .pauseOrResume)],
    when: { $0.replays && $0.isPaused }),
  Binding(
    .replay, "←→", "time", "back or on by a hundredth (also h l; shift: by a tenth)",
    [
      (.left, .replay(.move(-1))), (.right, .replay(.move(1))), (.character("h"), .replay(.move(-1))),
      (.character("l"), .replay(.move(1))), (.shiftLeft, .replay(.move(-10))), (.shiftRight, .replay(.move(10))),
      (.character("H"), .replay(.move(-10))), (.character("L"), .replay(.move(10))),
    ], when: \.movesTime),
  Binding(
    .replay, ", .", "step", "back or on by a step",
    [(.character(","), .replay(.step(-1))), (.character("."), .replay(.step(1)))], when: \.movesTime),
  Binding(
    .replay, "- +", "speed", "slower or faster",
    [
      (.character("-"), .replay(.speed(-1))), (.character("+"), .replay(.speed(1))),
      (.character("="), .replay(.speed(1))),
    ], when: \.movesTime),
  Binding(
    .replay, "home end", "", "to the beginning, to the end",
    [(.home, .replay(.toStart)), (.end, .replay(.toEnd))], when: \.movesTime),
]

let replayActions: [Action] = [
  Action("time-back", .replay(.move(-1))), Action("time-on", .replay(.move(1))),
  Action("time-far-back", .replay(.move(-10))), Action("time-far-on", .replay(.move(10))),
  Action("step-back", .replay(.step(-1))), Action("step-on", .replay(.step(1))),
  Action("slower", .replay(.speed(-1))), Action("faster", .replay(.speed(1))),
  Action("time-start", .replay(.toStart)), Action("time-end", .replay(.toEnd)),
]

extension DashboardState {
  /// A recording is played.
  var isReplay: Bool { snapshot.replay != nil }
  var replays: Bool { isFree && isReplay }
  /// The keys move time, not something on the screen.
  var movesTime: Bool { replays && !isScrolling && !isOnMap && !explores && !exploresMetrics }

  func obey(_ intent: ReplayIntent) -> [Command] {
    guard let replay = snapshot.replay else { return [] }
    switch intent {
    case .move(let hundredths): return [.seek(toStep: step + hundredths * max(1, replay.lastStep / 100))]
    case .step(let steps): return (isPaused ? [] : [.pause]) + [.seek(toStep: step + steps)]
    case .toStart: return [.seek(toStep: 0)]
    case .toEnd: return [.seek(toStep: replay.lastStep)]
    case .speed(let clicks): return [.playSpeed(clicks > 0 ? replay.speed * 2.5 : replay.speed / 2)]
    }
  }

  /// "▶ recording, 60 × as fast"
  var replayWords: String? {
    guard let replay = snapshot.replay else { return nil }
    let speed = "\(Figures.short(replay.speed))×"
    if step >= replay.lastStep { return "■ end of the recording" }
    return isPaused ? "‖ recording stands" : "▶ recording at \(speed)"
  }
}
