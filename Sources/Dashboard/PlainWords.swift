/// The dashboard in lines of plain words, for those who hear it or have a terminal without a cursor.
import Canvas
import Telemetry

/// An event as a line: "step 390: temperature 0.5 to 0.3".
public func plainLine(_ event: Event) -> String {
  let words = event.words.split(separator: " → ").joined(separator: " to ")
  return (event.step > 0 ? "step \(event.step): \(words)" : words).inASCII
}

/// Obeys a line of words as the dashboard obeys its keys.
/// - Returns: commands for the trainer, and lines to be printed.
public func obey(line: String, _ state: inout DashboardState) -> (commands: [Command], answer: [String]) {
  let words = line.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
  guard let first = words.first else { return ([], []) }
  state.message = nil
  if words.count == 1, let saying = sayings.first(where: { $0.word == first }) {
    let (commands, lines) = saying.obey(&state)
    let answer = lines + (state.message.map { [$0.line] } ?? [])
    return (commands, answer.map(\.inASCII))
  }
  if words.count == 2, let length = RunLength(key: first, count: Int(words[1]) ?? 0) {
    if state.snapshot.state.isOver { return ([], ["the run is over"]) }
    let commands = state.extend(to: length)
    return (commands, [state.message?.line ?? ""].map(\.inASCII))
  }
  guard let (knob, value) = state.knob(in: words) else {
    return ([], ["nothing is called “\(line)”; say help".inASCII])
  }
  let commands = state.turn(knob, to: value)
  let answer = state.message?.line ?? (value == nil ? state.line(of: knob) : "\(knob.name) asked for: \(value!)")
  return (commands, [answer.inASCII])
}

/// A word that can be said, and what comes of it.
private struct Saying: Sendable {
  let word: String
  let help: String
  let obey: @Sendable (inout DashboardState) -> (commands: [Command], lines: [String])

  init(
    _ word: String, _ help: String, _ obey: @escaping @Sendable (inout DashboardState) -> ([Command], [String])
  ) {
    (self.word, self.help, self.obey) = (word, help, obey)
  }

  /// Does what a key does, when it may.
  init(
    _ word: String, _ help: String, _ intent: Intent, unless refusal: @escaping @Sendable (DashboardState) -> String?
  ) {
    self.init(word, help) { state in
      if let refusal = state.snapshot.state.isOver ? "the run is over" : refusal(state) { return ([], [refusal]) }
      let commands = update(&state, intent)
      return (commands, state.message == nil ? ["\(word) asked for"] : [])
    }
  }
}

private let sayings: [Saying] = [
  Saying("pause", "pause training", .pauseOrResume) { $0.isPaused ? "it is paused already" : nil },
  Saying("resume", "go on training", .pauseOrResume) { $0.isPaused ? nil : "it is not paused" },
  Saying("step", "one step, when paused", .singleStep) { $0.isPaused ? nil : "say pause first" },
  Saying("undo", "take back the last turn of a knob", .undo) { _ in nil },
  Saying("rewind", "go on from the checkpoint before the last turn, as a new run") { state in
    guard state.trains, let step = state.rewindStep else { return ([], ["there is no checkpoint to go back to"]) }
    return (state.rewind(to: step), [])
  },
  Saying("save", "write a checkpoint now", .checkpoint) { _ in nil },
  Saying("evaluate", "weighted kNN now", .evaluate) { _ in nil },
  Saying("status", "how far the run is") { ([], [statusLine($0.snapshot)]) },
  Saying("numbers", "loss, similarities, accuracy and the rest, as of the last step") { ([], $0.numberLines) },
  Saying("knobs", "what may be turned, with values and ranges") { state in ([], state.knobs.map { state.line(of: $0) })
  },
  Saying("views", "what was drawn for the two views of a picture") { ([], $0.viewLines) },
  Saying("next", "the next picture's views") { state in
    _ = update(&state, .pair(1))
    return ([], [])
  },
  Saying("log", "the last ten events") { state in
    let events = state.snapshot.events
    return ([], (max(0, events.count - 10)..<events.count).map { plainLine(events[$0]) })
  },
  Saying("quit", "save and end") { (update(&$0, .confirmQuit), ["saving and ending"]) },
  Saying("help", "these words") { _ in ([], helpLines) },
]

private var helpLines: [String] {
  [
    "a knob's name and a value turns it: temperature 0.2; the name alone tells it",
    "epochs 200, or steps 10000: another length of the run; the schedule is laid anew",
  ]
    + sayings.map { "\($0.word): \($0.help)" }
}

extension DashboardState {
  /// "batch size 128" and "batch_size 128" name a knob and a value; a name alone has none.
  fileprivate func knob(in words: [String]) -> (Knob, String?)? {
    for (count, value) in [(words.count, nil), (words.count - 1, words.last)] where count > 0 {
      let name = words.prefix(count).joined(separator: " ")
      if let knob = knobs.first(where: { [$0.name, $0.key, $0.flag].contains(name) }) { return (knob, value) }
    }
    return nil
  }

  fileprivate mutating func turn(_ knob: Knob, to text: String?) -> [Command] {
    guard let text else { return [] }
    if snapshot.state.isOver {
      message = Message("the run is over")
      return []
    }
    return value(of: knob, from: text).map { set(knob, to: $0) } ?? []
  }

  /// "temperature 0.5, from 0.01 to 2: τ of NT-Xent"
  fileprivate func line(of knob: Knob) -> String {
    let range = range(of: knob)
    let limits = "from \(words(for: range.lowerBound, of: knob)) to \(words(for: range.upperBound, of: knob))"
    let asked = asked[knob.key].map { ", \(words(for: $0.value, of: knob)) asked for" } ?? ""
    return "\(knob.name) \(words(for: value(of: knob), of: knob))\(asked), \(limits): \(knob.help)"
  }

  /// Every series that has a value, a line each.
  fileprivate var numberLines: [String] {
    let known = Metric.allCases.compactMap { metric -> String? in
      guard Knob.named(metric.rawValue) == nil, let last = snapshot.curves[metric]?.last else { return nil }
      return "\(metric.title) \(last.hasNonFinite ? "NaN or infinite" : Figures.significant(last.smooth, 4))"
    }
    return known.isEmpty ? [snapshot.state.words] : known
  }

  fileprivate var viewLines: [String] {
    guard let pair else { return ["no views yet"] }
    let stages = pair.stages.enumerated().map { number, stages in
      let drawn = stages.map { $0.parameters.isEmpty ? $0.name : "\($0.name) \($0.parameters)" }
      return "view \(number + 1): \(drawn.isEmpty ? "as it is" : drawn.joined(separator: ", "))"
    }
    return ["picture \(pair.index): \(pair.label ?? pair.name)"] + stages
  }
}
