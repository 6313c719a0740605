// Lines of metrics.jsonl and events.jsonl with values that no run writes: read, shown and replayed without a trap.
import Canvas
import Dashboard
import Foundation
import Telemetry
import Testing

@testable import Training

private let steps = (1...12).map {
  #"{"step": \#($0), "time": \#($0), "loss": 3, "epoch": \#($0), "images": \#(16 * $0), "batch_size": 16}"# + "\n"
}.joined()

/// Reads a run with these lines, lays it over others and replays it on two sizes of screen.
/// - Returns: its history and the screen at its end.
private func look(metrics: String = "", events: String = "") throws -> (history: RunHistory, end: Snapshot) {
  let scratch = try Scratch()
  for (name, text) in [("config.json", "{}"), ("metrics.jsonl", steps + metrics), ("events.jsonl", events)] {
    try text.write(toFile: scratch.path + "/" + name, atomically: true, encoding: .utf8)
  }
  var history = try RunHistory(scratch.path)
  while history.readOn() {}
  let recording = try Recording(scratch.path) { _ in true }
  let abilities = Abilities(colors: .mono, graphics: .ascii, unicode: true)
  var snapshots: [Snapshot] = []
  for step in [0, 1, recording.step(at: recording.time(at: recording.lastStep) / 2), recording.lastStep] {
    snapshots.append(recording.snapshot(at: step))
    for isComparison in [false, true] {
      var state = DashboardState(themes: [.builtin], abilities: abilities, isComparison: isComparison)
      (state.snapshot, state.recordedRuns) = (snapshots.last!, [history.run])
      for key in ["", "z", "x", "x", "x", "5", "6"] {
        if let key = key.unicodeScalars.first, let intent = intent(for: .character(key), in: state) {
          _ = update(&state, intent)
        }
        for (columns, rows) in [(120, 36), (40, 12)] { _ = view(state, columns: columns, rows: rows) }
      }
    }
  }
  for index in 0..<history.run.events.count { #expect(!plainLine(history.run.events[index]).isEmpty) }
  _ = try RunFolder(scratch.path).cut(to: 12)
  return (history, snapshots.last!)
}

@Test(arguments: [
  #"{"step": 3, "time": 1, "kind": "knob", "knob": "batch_size"}"#,
  #"{"step": 3, "time": 1, "kind": "knob", "knob": "batch_size", "from": 1e300, "to": 16}"#,
  #"{"step": 3, "time": 1, "kind": "knob", "knob": "batch_size", "from": 16, "to": "NaN"}"#,
  #"{"step": 3, "time": 1, "kind": "knob", "knob": "batch_size", "fro9007199254740993m": 16, "to": 32}"#,
  #"{"step": 3, "time": 1, "kind": "knob", "knob": "temperature", "from": 0.1, "to": 1e308}"#,
  #"{"step": 3, "time": 1, "kind": "knob", "knob": "of a later version", "from": 0.1}"#,
  #"{"step": 9223372036854775807, "time": 1, "kind": "paused"}"#,
  #"{"step": -9223372036854775808, "time": 1, "kind": "paused"}"#,
  #"{"step": 1.5, "time": 1, "kind": "paused"}"#,
  #"{"step": 3, "time": 1e308, "kind": "paused"}"#,
  #"{"step": 3, "time": -1, "kind": "paused"}"#,
  #"{"step": 3, "time": 1, "kind": "resumed", "from_step": 1e19}"#,
  #"{"step": 3, "time": 1, "kind": "test_evaluated", "count": -1e30, "protocol": "knn", "top1": 0.5}"#,
  #"{"time": 1, "kind": "paused"}"#, #"{"step": 3, "time": 1}"#,
])
func eventsThatCannotBeAreLeftOutAndCounted(_ line: String) throws {
  let (history, end) = try look(events: #"{"step": 0, "time": 0, "kind": "started"}"# + "\n" + line + "\n")
  #expect(history.unreadable == 1 && history.run.events.count == 1 && end.events.count == 1)
}

@Test(arguments: ["9223372036854775807", "9223372036854774784", "4611686018427387904", "-1", "1e300"])
func stepsThatCannotBeAreLeftOutAndCounted(_ step: String) throws {
  let (history, end) = try look(metrics: #"{"step": \#(step), "loss": 1, "time": 13}"# + "\n")
  #expect(history.unreadable == 1 && end.step == 12 && end.images == 192)
}

@Test(arguments: [
  #""images": 1e300"#, #""time": 1e308"#, #""time": -1e308"#, #""batch_size": 1e300"#, #""epoch": 1e300"#,
  #""loss": 1e308"#, #""loss": -1e308"#, #""images_per_second": 1e308"#, #""learning_rate": 1e308"#,
  #""knn_accuracy": 1e308"#, #""temperature": -1e308"#,
])
func valuesThatCannotBeAreShownAsNotFinite(_ value: String) throws {
  let (history, end) = try look(metrics: #"{"step": 13, "loss": 1, "time": 13, \#(value)}"# + "\n")
  let metric = try #require(Metric(rawValue: String(value.dropFirst().prefix { $0 != "\"" })))
  #expect(history.unreadable == 0 && end.step == 13)
  #expect(history.run.curves[metric]?.last?.hasNonFinite == true)
  #expect(end.knobs.batchSize == (metric == .batchSize ? Configuration().knobs.batchSize : 16))
}
