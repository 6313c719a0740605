// Runs without a dashboard: what they print, what they leave, how they end.
import Foundation
import Testing

private func generate(_ scratch: Scratch, perClass: Int = 20) throws {
  for (split, seed) in [("train", "1"), ("test", "2")] {
    try run(
      ["generate", "data/\(split)", "--classes", "3", "--per-class", "\(perClass)", "--size", "32", "--seed", seed],
      in: scratch.path)
  }
}

extension RealProgram {
  @Suite struct HeadlessTests {
    @Test func aRunLeavesItsFolderAndCanBeEvaluated() throws {
      let scratch = try Scratch()
      try generate(scratch)
      let training = try run(
        ["train", "data", "--headless", "--epochs", "2", "--run", "run"] + quick, in: scratch.path)
      #expect(training.status == 0, "\(training.errors)")
      #expect(training.output.contains("loss") && training.output.contains("images/s"))
      let folder = scratch.path + "/run"
      for file in ["config.json", "metrics.jsonl", "events.jsonl", "log.txt", "lock", "checkpoints"] {
        #expect(FileManager.default.fileExists(atPath: folder + "/" + file), "\(file)")
      }
      // 54 pictures stay to train on: three batches of 16 an epoch.
      let steps = lines(folder + "/metrics.jsonl").filter { $0["loss"] != nil }
      #expect(steps.compactMap { $0["step"] as? Int } == Array(1...6))
      #expect(lines(folder + "/events.jsonl").last?["kind"] as? String == "finished")

      let config = try run(["train", "--config", "run/config.json", "--headless", "--run", "again"], in: scratch.path)
      #expect(config.status == 0, "\(config.errors)")
      let losses = { (name: String) in
        lines(scratch.path + "/\(name)/metrics.jsonl").compactMap { $0["loss"] as? Double }
      }
      #expect(losses("run") == losses("again") && losses("run").count == 6)

      let evaluation = try run(["evaluate", "run", "data", "--k", "5", "--json"], in: scratch.path)
      #expect(evaluation.status == 0, "\(evaluation.errors)")
      let figures = try #require(
        try JSONSerialization.jsonObject(with: Data(evaluation.output.utf8)) as? [String: Any])
      #expect(figures["test_count"] as? Int == 60 && figures["train_count"] as? Int == 60)
      #expect((0...1).contains(try #require(figures["top1"] as? Double)))
      #expect((0...1).contains(try #require(figures["untrained_top1"] as? Double)))
    }

    @Test func aRunInBFloat16GoesOnInBFloat16() throws {
      let scratch = try Scratch()
      try generate(scratch)
      let arguments =
        ["train", "data", "--headless", "--knn-every", "0", "--epochs", "2", "--precision", "bfloat16"] + quick
      for folder in [["--run", "straight"], ["--run", "halves", "--stop-after", "2"]] {
        let training = try run(arguments + folder, in: scratch.path)
        #expect(training.status == 0, "\(training.errors)")
      }
      let kept = try #require(FileManager.default.contents(atPath: scratch.path + "/halves/config.json"))
      let settings = try #require(try JSONSerialization.jsonObject(with: kept) as? [String: Any])
      #expect(settings["precision"] as? String == "bfloat16")
      let resumed = try run(["resume", "halves", "--headless"], in: scratch.path)
      #expect(resumed.status == 0, "\(resumed.errors)")
      let losses = { (name: String) in
        lines(scratch.path + "/\(name)/metrics.jsonl").compactMap { $0["loss"] as? Double }
      }
      #expect(losses("straight") == losses("halves") && losses("straight").count == 6)
    }

    @Test func linesMayBeObjects() throws {
      let scratch = try Scratch()
      try generate(scratch)
      let arguments = ["train", "data", "--json", "--knn-every", "0", "--epochs", "2", "--run", "run"] + quick
      let training = try run(arguments + ["--stop-after", "3"], in: scratch.path)
      #expect(training.status == 0, "\(training.errors)")
      func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
          try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
        }
      }
      func words(_ objects: [[String: Any]]) -> [String] { objects.compactMap { $0["kind"] as? String } }
      let found = try objects(training.output)
      #expect(words(found) == words(lines(scratch.path + "/run/events.jsonl")))
      #expect(words(found).prefix(2) == ["started", "note"] && words(found).last == "stopped")
      #expect(found.last { $0["loss"] != nil }?["step"] as? Int == 3)
      let resumed = try objects(try run(["resume", "run", "--json"], in: scratch.path).output)
      #expect(words(resumed).first == "resumed" && words(resumed).last == "finished")
      #expect(resumed.last { $0["loss"] != nil }?["step"] as? Int == 6)
    }

    @Test func wordsOnStdinAreObeyed() throws {
      let scratch = try Scratch()
      try generate(scratch)
      let process = try started(
        ["train", "data", "--plain", "--epochs", "100000", "--knn-every", "0", "--run", "run"] + quick,
        in: scratch.path, input: .lines)
      let (metrics, events) = (scratch.path + "/run/metrics.jsonl", scratch.path + "/run/events.jsonl")
      func kinds() -> [String] { lines(events).compactMap { $0["kind"] as? String } }
      try process.waitUntil("a few steps") { lines(metrics).count >= 3 }
      try process.say("temperature 0.2")
      try process.waitUntil("a turn") { lines(events).contains { $0["to"] as? Double == 0.2 } }
      try process.say("temperature 9")
      try process.say("pause")
      try process.waitUntil("a pause") { kinds().last == "paused" }
      let before = lines(metrics).count
      try process.say("step")
      try process.waitUntil("a step") { lines(metrics).count == before + 1 }
      try process.say("undo")
      try process.waitUntil("the turn taken back") { lines(events).contains { $0["from"] as? Double == 0.2 } }
      try process.say("knobs")
      try process.say("quit")
      try process.waitUntilExit()
      let text = process.output
      #expect(process.terminationStatus == 0 && kinds().last == "stopped")
      for line in ["temperature must be", "temperature 0.5 to 0.2", "batch size 16, from 2 to", "paused"] {
        #expect(text.contains(line), "\(line) in \(text)")
      }
      #expect(!text.contains("\u{1B}"))
    }

    @Test func linesGoOnAfterGoingBack() throws {
      let scratch = try Scratch()
      try generate(scratch)
      let process = try started(
        [
          "train", "data", "--plain", "--epochs", "100000", "--knn-every", "0", "--checkpoint-every", "0", "--run",
          "run",
        ] + quick,
        in: scratch.path, input: .lines)
      func isPrinted(_ text: String) -> Bool { process.output.contains(text) }
      try process.waitUntil("a few steps") { lines(scratch.path + "/run/metrics.jsonl").count >= 3 }
      for value in ["0.1", "0.2", "0.3"] {
        try process.say("temperature \(value)")
        try process.waitUntil("a turn") { isPrinted(" to \(value)\n") }
      }
      try process.say("rewind")
      try process.waitUntil("the other run") { isPrinted("run run-2 ") }
      try process.say("quit")
      try process.waitUntilExit()
      #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGQUIT, SIGHUP])
    func aSignalSavesAndEnds(signal: Int32) throws {
      let scratch = try Scratch()
      try generate(scratch)
      let process = try started(
        [
          "train", "data", "--headless", "--epochs", "100000", "--knn-every", "0", "--checkpoint-every", "0", "--run",
          "run",
        ]
          + quick, in: scratch.path)
      let metrics = scratch.path + "/run/metrics.jsonl"
      try process.waitUntil("a few steps") { lines(metrics).count >= 3 }
      kill(process.processIdentifier, signal)
      try process.waitUntilExit()
      #expect(process.terminationReason == .exit && process.terminationStatus == 128 + signal)
      let last = try #require(lines(metrics).last?["step"] as? Int)
      let digits = String(repeating: "0", count: 8 - String(last).count) + String(last)
      #expect(FileManager.default.fileExists(atPath: scratch.path + "/run/checkpoints/step-\(digits).safetensors"))
      let resumed = try run(
        ["resume", "run", "--headless", "--stop-after", "\(last + 2)"], in: scratch.path)
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(lines(metrics).compactMap { $0["step"] as? Int } == Array(1...last + 2))
    }
  }
}
