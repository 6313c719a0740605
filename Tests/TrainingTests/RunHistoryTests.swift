import Foundation
import Telemetry
import Testing

@testable import Training

/// A run's folder with these files.
private func folder(_ metrics: String, _ events: String) throws -> Scratch {
  let scratch = try Scratch()
  for (name, text) in [("config.json", "{}"), ("metrics.jsonl", metrics), ("events.jsonl", events)] {
    try text.write(toFile: scratch.path + "/" + name, atomically: true, encoding: .utf8)
  }
  return scratch
}

private func append(_ text: String, _ path: String) throws {
  let handle = try #require(FileHandle(forWritingAtPath: path))
  try handle.seekToEnd()
  try handle.write(contentsOf: Data(text.utf8))
  try handle.close()
}

private let started = #"{"step": 0, "time": 0, "kind": "started"}"# + "\n"

@Test func aGrowingRunIsReadOnLineByLine() throws {
  let scratch = try folder(#"{"step": 1, "loss": 5.5}"# + "\n" + #"{"step": 2, "lo"#, started)
  var history = try RunHistory(scratch.path)
  let news = [history.readOn(), history.readOn()]
  #expect(news == [true, false] && history.run.curves[.loss]?.count == 1 && !history.run.isOver)
  try append(#"ss": "NaN"}"# + "\n" + #"{"step": 2, "knn_accuracy": 0.4}"# + "\n", scratch.path + "/metrics.jsonl")
  try append(#"{"step": 2, "time": 3, "kind": "finished"}"# + "\n", scratch.path + "/events.jsonl")
  while history.readOn() {}
  #expect(history.run.curves[.loss]?.count == 2 && history.run.curves[.loss]?.last?.hasNonFinite == true)
  #expect(history.run.curves[.knnAccuracy]?.last?.maximum == 0.4)
  #expect(history.run.isOver && history.unreadable == 0)
}

@Test func aRunThatWentBackToACheckpointIsReadAnew() throws {
  let lines = (1...50).map { #"{"step": \#($0), "loss": \#($0)}"# + "\n" }
  let scratch = try folder(lines.joined(), started)
  var history = try RunHistory(scratch.path)
  while history.readOn() {}
  #expect(history.run.curves[.loss]?.count == 50)
  // As `resume` does it: another file in its place.
  try lines[..<20].joined().write(toFile: scratch.path + "/metrics.jsonl", atomically: true, encoding: .utf8)
  while history.readOn() {}
  #expect(history.run.curves[.loss]?.last?.lastStep == 20 && history.run.curves[.loss]?.count == 20)
}

@Test func tornAndForeignLinesAreLeftOutAndCounted() throws {
  let metrics = [
    #"{"step": 5, "loss": 3}"#, #"{"step": 6, "los"#, #"{"step": 4, "loss": 9}"#, #"{"step": 7, "loss": 2}"#,
  ]
  let events = [#"{"step": 0, "ti"#, #"{"step": 1, "time": 1, "kind": "from_the_future"}"#]
  let scratch = try folder(
    metrics.joined(separator: "\n") + "\n", started + events.joined(separator: "\n") + "\n")
  var history = try RunHistory(scratch.path)
  while history.readOn() {}
  #expect(history.run.curves[.loss]?.count == 2 && history.run.curves[.loss]?.lowest(.none)?.step == 7)
  #expect(history.run.events.count == 1 && history.unreadable == 3)
}

@Test func aFolderWithoutARunIsRefused() throws {
  let scratch = try Scratch()
  #expect(throws: (any Error).self) { try RunHistory(scratch.path) }
}
