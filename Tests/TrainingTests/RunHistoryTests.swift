import Foundation
import Telemetry
import Testing

@testable import Training

/// A run's folder with these files.
private func folder(_ metrics: String, _ events: String) throws -> Scratch {
  let scratch = try Scratch()
  let lock = "\(getpid())\n"
  let files = [("config.json", "{}"), ("metrics.jsonl", metrics), ("events.jsonl", events), ("lock", lock)]
  for (name, text) in files {
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

@Test func aRunWhoseProcessIsGoneIsOver() throws {
  let scratch = try folder(#"{"step": 1, "loss": 5.5}"# + "\n", started)
  var history = try RunHistory(scratch.path)
  while history.readOn() {}
  #expect(!history.run.isOver)
  // No process has such a number.
  try "2147483647\n".write(toFile: scratch.path + "/lock", atomically: true, encoding: .utf8)
  let isNews = history.readOn()
  #expect(isNews && history.run.isOver)
}

@Test func runsBesideOneAreListedWithWhatTheyDifferIn() throws {
  let scratch = try Scratch()
  for (name, temperature) in [("a", 0.5), ("b", 0.2)] {
    let path = scratch.path + "/" + name
    var configuration = Configuration()
    configuration.knobs.temperature = temperature
    let run = try RunFolder.create(path, configuration: configuration)
    var metrics = StepMetrics(step: 7)
    metrics[.loss] = 4.5
    try run.append(metrics)
    var evaluation = StepMetrics(step: 7)
    evaluation[.knnAccuracy] = 0.4
    try run.append(evaluation)
  }
  try FileManager.default.createDirectory(atPath: scratch.path + "/no-run", withIntermediateDirectories: true)
  let listed = RunFolder.runs(beside: scratch.path + "/a")
  #expect(listed.map(\.name) == ["b"])
  #expect(listed.first?.differences == ["temperature 0.2"] && listed.first?.step == 7 && listed.first?.loss == 4.5)
  // This process has taken its lock.
  #expect(listed.first?.isTraining == true)
}

@Test func aFolderWithoutARunIsRefused() throws {
  let scratch = try Scratch()
  #expect(throws: (any Error).self) { try RunHistory(scratch.path) }
}
