// Whole runs in temporary folders: commands between steps, and the files they leave.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Tensors
import Testing

@testable import Training

@Test(arguments: Activation.Element.allCases)
func threadsDoNotChangeABit(precision: Activation.Element) throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  for threads in 1...3 {
    try runToEnd(
      small(scratch.path + "/data", run: scratch.path + "/\(threads)") {
        $0.threads = threads
        $0.precision = precision
        $0.epochs = 1
      })
  }
  let one = try #require(bytes(scratch.path + "/1", step: 4))
  #expect(one == bytes(scratch.path + "/2", step: 4))
  #expect(one == bytes(scratch.path + "/3", step: 4))
}

/// Makes a step, then a step after each command, then stops.
private func perform(_ commands: [Command], _ configuration: Configuration) throws {
  let link = Link()
  [.pause, .singleStep].forEach(link.send)
  let thread = Thread { _ = try? runToEnd(configuration, link: link) }
  thread.start()
  func waitForPause(after step: Int) throws {
    try link.wait(for: "step \(step)") { $0.step == step && $0.state == .paused }
  }
  for (step, command) in commands.enumerated() {
    try waitForPause(after: step + 1)
    link.send(command)
    link.send(.singleStep)
  }
  try waitForPause(after: commands.count + 1)
  link.send(.stop)
  try link.wait(for: "the end") { $0.state.isOver }
}

@Test func aTurnActsOnTheNextStepAndIsWrittenDown() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let run = scratch.path + "/run"
  let link = Link()
  let configuration = small(scratch.path + "/data", run: run)
  // Commands sent before the first step are obeyed before it; the trainer pauses, takes single steps and turns.
  for command: Command in [
    .pause, .singleStep, .singleStep, .turn("temperature", to: 0.2), .turn("batch_size", to: 4),
    .turn("strength", to: 1.5), .turn("temperature", to: 7), .turn("batch_size", to: 9999),
  ] { link.send(command) }
  let thread = Thread {
    _ = try? runToEnd(configuration, link: link)
    link.send(.pause)
  }
  thread.start()
  try link.wait(for: "two steps") { $0.step == 2 && $0.state == .paused }
  link.send(.undo)
  link.send(.singleStep)
  try link.wait(for: "a third step") { $0.step == 3 && $0.state == .paused }
  link.send(.stop)
  try link.wait(for: "the end") { $0.state.isOver }
  let steps = objects(run + "/metrics.jsonl").filter { $0["loss"] != nil }
  #expect(steps.map { $0["temperature"] as? Double } == [0.2, 0.2, 0.2])
  #expect(steps.map { $0["batch_size"] as? Int } == [4, 4, 4])
  #expect(steps.map { $0["strength"] as? Double } == [1.5, 1.5, 0.5])
  let events = objects(run + "/events.jsonl")
  let turns = events.filter { $0["kind"] as? String == "knob" }
  #expect(turns.map { $0["knob"] as? String } == ["temperature", "batch_size", "strength", "strength"])
  #expect(turns.map { $0["step"] as? Int } == [0, 0, 0, 2])
  #expect(events.filter { $0["kind"] as? String == "refused" }.count == 2)
  #expect(RunFolder.checkpointSteps(run).last == 3)
}

/// Views of a chunk are drawn by the same coordinates as those of the batch, and everything is summed in a fixed order.
@Test func chunksAreTheSameBytesOnAnyThreadsAndAfterAResume() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  func run(_ name: String, threads: Int, stopAfter: Int? = nil) throws -> String {
    let path = scratch.path + "/" + name
    try runToEnd(
      small(scratch.path + "/data", run: path) {
        ($0.microBatch, $0.epochs, $0.threads, $0.stopAfter) = (3, 2, threads, stopAfter)
      })
    return path
  }
  let (one, three) = (try run("one", threads: 1), try run("three", threads: 3))
  #expect(bytes(one, step: 8) != nil && bytes(one, step: 8) == bytes(three, step: 8))
  let halves = try run("halves", threads: 2, stopAfter: 3)
  var resumed = try RunFolder.configuration(of: halves)
  #expect(resumed.microBatch == 3)
  resumed.stopAfter = nil
  try runToEnd(resumed, resuming: halves)
  #expect(bytes(halves, step: 8) == bytes(one, step: 8))
  let log = try String(contentsOfFile: one + "/log.txt", encoding: .utf8)
  #expect(log.contains("batch norm takes its statistics over each chunk of at most 3 images"))
}

/// From one pass to chunks and back, between steps.
@Test func theBatchSizeMayBeTurnedAcrossTheLimitOfChunks() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let configuration = small(scratch.path + "/data", run: scratch.path + "/run") {
    ($0.microBatch, $0.knnEvery) = (8, 0)
  }
  try perform([.turn("batch_size", to: 20), .turn("batch_size", to: 4), .turn("batch_size", to: 9)], configuration)
  let steps = objects(scratch.path + "/run/metrics.jsonl").filter { $0["loss"] != nil }
  #expect(steps.map { $0["batch_size"] as? Int } == [8, 20, 4, 9])
  let areFinite = steps.allSatisfy { ($0["loss"] as? Double)?.isFinite == true }
  #expect(areFinite)
}

@Test func turnsReplayToTheSameBytes() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let turns: [Command] = [.turn("temperature", to: 0.2), .turn("batch_size", to: 5), .undo, .turn("strength", to: 1)]
  for (name, threads) in [("first", 1), ("again", 3)] {
    try perform(turns, small(scratch.path + "/data", run: scratch.path + "/" + name) { $0.threads = threads })
  }
  let first = try #require(bytes(scratch.path + "/first", step: 5))
  #expect(first == bytes(scratch.path + "/again", step: 5))
}

/// Every loss that the flags can say trains, and its settings come back from the run folder.
@Test(arguments: Objective.all)
func everyLossTrains(objective: Objective) throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let run = scratch.path + "/run"
  var asked = objective
  asked.scale = .reference
  try runToEnd(small(scratch.path + "/data", run: run) { ($0.objective, $0.epochs) = (asked, 2) })
  #expect(try RunFolder.configuration(of: run).objective == asked)
  let losses = objects(run + "/metrics.jsonl").compactMap { $0["loss"] as? Double }
  #expect(losses.count == 8 && losses.allSatisfy { $0.isFinite && $0 >= 0 } && Set(losses).count > 1)
}

@Test func aRunLearnsToTellPicturesApart() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data", perClass: 24)
  let run = scratch.path + "/run"
  try runToEnd(
    small(scratch.path + "/data", run: run) {
      $0.epochs = 40
      $0.knobs.batchSize = 16
      $0.knobs.temperature = 0.2
      $0.knobs.strength = 0.2
      $0.knobs.grayProbability = 0
    })
  let losses = objects(run + "/metrics.jsonl").compactMap { $0["loss"] as? Double }
  let late = losses.suffix(20).reduce(0, +) / 20
  #expect(late < losses[0] - 0.4, "from \(losses[0]) to \(late)")
}

@Test func theFirstEvaluationIsTheUntrainedEncoder() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let run = scratch.path + "/run"
  try runToEnd(small(scratch.path + "/data", run: run) { $0.epochs = 2 })
  let lines = objects(run + "/metrics.jsonl")
  let evaluations = lines.filter { $0["knn_accuracy"] != nil }
  #expect(evaluations.map { $0["step"] as? Int } == [0, 4, 8])
  #expect(lines.first?["knn_accuracy"] != nil)
  #expect(lines.compactMap { $0["step"] as? Int } == [0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 8])
}

/// Every tenth step and the first have the costly ones.
@Test func allStatisticsOfZAndHAreInTheMetrics() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let run = scratch.path + "/run"
  try runToEnd(small(scratch.path + "/data", run: run) { $0.epochs = 1 })
  let first = try #require(objects(run + "/metrics.jsonl").first { $0["step"] as? Int == 1 })
  for name in [
    "positive_similarity", "negative_similarity", "alignment", "uniformity", "effective_rank", "standard_deviation",
  ] {
    for key in [name, "h_" + name] { #expect((first[key] as? Double)?.isFinite == true, "\(key)") }
  }
  let z = try #require(first["positive_similarity"] as? Double)
  let h = try #require(first["h_positive_similarity"] as? Double)
  #expect(abs((first["alignment"] as? Double ?? 9) - (2 - 2 * z)) < 1e-6)
  #expect(abs((first["h_alignment"] as? Double ?? 9) - (2 - 2 * h)) < 1e-6 && h != z)
  #expect((first["standard_deviation"] as? Double ?? 9) <= 1 / 16.0.squareRoot() + 1e-6)
}

@Test func evaluationLeavesTheModelAndTheRunAsTheyWere() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  for (name, every) in [("with", 1), ("without", 100)] {
    try runToEnd(
      small(scratch.path + "/data", run: scratch.path + "/" + name) {
        $0.epochs = 2
        $0.knnEvery = every
      })
  }
  #expect(bytes(scratch.path + "/with", step: 8) == bytes(scratch.path + "/without", step: 8))
}

@Test func aRunFolderIsNotOverwrittenNorSharedByTwoTrainers() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let configuration = small(scratch.path + "/data", run: scratch.path + "/run") { $0.epochs = 1 }
  try runToEnd(configuration)
  #expect(throws: Trouble.self) { try runToEnd(configuration) }
  let holder = try RunFolder(scratch.path + "/run")
  #expect(throws: Trouble.self) { _ = try RunFolder(scratch.path + "/run") }
  holder.note("still here")
}

@Test func aSmallRestMakesABatchOnlyWhenAsked() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  func batches(_ run: String, dropLast: Bool) throws -> [Int] {
    try runToEnd(
      small(scratch.path + "/data", run: scratch.path + "/" + run) {
        $0.epochs = 1
        $0.knobs.batchSize = 10
        $0.dropLast = dropLast
      })
    return objects(scratch.path + "/" + run + "/metrics.jsonl").compactMap { $0["batch_size"] as? Int }
  }
  #expect(try batches("dropped", dropLast: true) == [10, 10, 10])
  #expect(try batches("kept", dropLast: false) == [10, 10, 10, 3])
}
