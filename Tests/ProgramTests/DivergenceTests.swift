// Diverged runs, notices of batch systems, and formats that export does not write.
import Basics
import Foundation
import Testing

private let diverging =
  ["--temperature", "0.01", "--similarity", "dot", "--learning-rate", "100", "--optimizer", "sgd", "--epochs", "9"]

private func images(_ scratch: Scratch) throws {
  try run(["generate", "data", "--classes", "3", "--per-class", "20", "--size", "32"], in: scratch.path)
}

extension RealProgram {
  @Suite struct DivergenceTests {
    @Test func aDivergedRunFailsAndItsRemedyWorks() throws {
      let scratch = try Scratch()
      try images(scratch)
      let training = try run(["train", "data", "--headless", "--run", "run"] + diverging + quick, in: scratch.path)
      #expect(training.status == 1, "\(training.output)")
      #expect(training.errors.hasPrefix("simscope: training diverged at step "), "\(training.errors)")
      #expect(!training.output.contains("finished"))
      // The command that the sentence ends with.
      let remedy = try #require(training.errors.components(separatedBy: "as a new run: simscope ").last)
      let words = remedy.split(whereSeparator: \.isWhitespace).map(String.init)
      #expect(words.first == "resume" && words.contains("--learning-rate"), "\(remedy)")
      let again = try run(words + ["--headless", "--stop-after", "4"], in: scratch.path)
      let event = try #require(
        lines(scratch.path + "/run-2/events.jsonl").first { $0["kind"] as? String == "knob" }, "\(again.errors)")
      #expect(event["from"] as? Int == 100 && event["to"] as? Int == 10)
      // The first run is as it was.
      #expect(lines(scratch.path + "/run/events.jsonl").contains { $0["kind"] as? String == "diverged" })
    }

    @Test func weightsThatAreNotFiniteAreRefusedByEveryCommand() throws {
      let scratch = try Scratch()
      try images(scratch)
      let training = try run(
        ["train", "data", "--headless", "--run", "run", "--on-divergence", "continue"] + diverging + quick,
        in: scratch.path)
      #expect(training.status == 0, "\(training.errors)")
      #expect(training.output.contains("loss NaN"), "\(training.output)")
      // Only those that are not finite are left.
      let checkpoints = scratch.path + "/run/checkpoints"
      let first = try #require(
        lines(scratch.path + "/run/events.jsonl").first { $0["kind"] as? String == "diverged" }?["step"] as? Int)
      for name in Files.names(in: checkpoints) ?? [] where Int(name.dropFirst(5).dropLast(12))! < first {
        Files.remove(checkpoints + "/" + name)
      }
      let commands = [
        ["resume", "run", "--headless"], ["evaluate", "run", "data"], ["embed", "run", "data", "--output", "e"],
        ["export", "run", "--output", "e.safetensors"],
      ]
      for command in commands {
        let answer = try run(command, in: scratch.path)
        #expect(answer.status == 1 && answer.errors.contains("encoder.conv1.weight"), "\(command): \(answer)")
        #expect(answer.errors.contains("--allow-non-finite"), "\(command): \(answer)")
      }
      let export = try run(
        ["export", "run", "-o", "e.safetensors", "--allow-non-finite"], in: scratch.path)
      #expect(export.status == 0, "\(export.errors)")
      let commandsOfFiles = [
        ["evaluate", "e.safetensors", "data", "--encoder", "resnet8"],
        ["train", "data", "--headless", "--init", "e.safetensors", "--run", "other", "--stop-after", "1"] + quick,
      ]
      for command in commandsOfFiles {
        let answer = try run(command, in: scratch.path)
        #expect(answer.status == 1 && answer.errors.contains("conv1.weight"), "\(command): \(answer)")
      }
    }

    @Test(arguments: [SIGUSR1, SIGUSR2, SIGXCPU]) func noticesOfBatchSystemsSaveAndEnd(signal: Int32) throws {
      let scratch = try Scratch()
      try images(scratch)
      let process = try started(
        ["train", "data", "--headless", "--run", "run", "--epochs", "100000"] + quick, in: scratch.path)
      try process.waitUntil("the second step") { lines(scratch.path + "/run/metrics.jsonl").count > 2 }
      // A notice that is repeated while the run is saved is no second request.
      for _ in 0..<3 { process.send(signal) }
      try process.waitUntilExit()
      #expect(process.terminationReason == .exit && process.terminationStatus == 128 + signal)
      let events = lines(scratch.path + "/run/events.jsonl")
      #expect(events.last?["kind"] as? String == "stopped")
      let last = lines(scratch.path + "/run/metrics.jsonl").compactMap { $0["step"] as? Int }.max()
      #expect(events.last { $0["kind"] as? String == "checkpoint" }?["step"] as? Int == last)
    }

    @Test(arguments: [SIGUSR1, SIGXCPU]) func noticesEndTheDashboardInOrder(signal: Int32) throws {
      let scratch = try Scratch()
      try images(scratch)
      let screen = try Screen(["data", "--run", "run", "--epochs", "100000"] + quick, in: scratch.path)
      try screen.wait(for: "the first step") { lines(scratch.path + "/run/metrics.jsonl").count >= 2 }
      for _ in 0..<2 { screen.process.send(signal) }
      try screen.wait(for: "the end") { !screen.process.isRunning }
      #expect(screen.process.terminationReason == .exit && screen.process.terminationStatus == 128 + signal)
      #expect(screen.isModeRestored)
      #expect(lines(scratch.path + "/run/events.jsonl").last?["kind"] as? String == "stopped")
    }

    @Test func theDashboardPausesAndOffersTheLastFiniteCheckpoint() throws {
      let scratch = try Scratch()
      try images(scratch)
      let screen = try Screen(["data", "--run", "run"] + diverging + quick, in: scratch.path)
      let events = scratch.path + "/run/events.jsonl"
      try screen.wait(for: "the pause") {
        lines(events).last?["kind"] as? String == "paused" && screen.shows("diverged") && screen.shows("paused")
      }
      let finite = try #require(
        lines(events).first { $0["kind"] as? String == "diverged" }?["finite_step"] as? Int)
      screen.type("w")
      try screen.wait(for: "the question") { screen.shows("go back to step \(finite)") }
      screen.type("y")
      try screen.wait(for: "the new run") { screen.shows("this is run-2") }
      screen.type("qy")
      try screen.wait(for: "the end") { !screen.process.isRunning }
      #expect(screen.process.terminationStatus == 0)
    }

    @Test func aFinishedRunIsExtendedByItsFlag() throws {
      let scratch = try Scratch()
      try images(scratch)
      let first = try run(["train", "data", "--headless", "--run", "run", "--epochs", "1"] + quick, in: scratch.path)
      #expect(first.status == 0, "\(first.errors)")
      let refused = try run(["resume", "run", "--headless", "--epochs", "0"], in: scratch.path)
      #expect(refused.status == 2, "\(refused)")
      let answer = try run(
        ["resume", "run", "--headless", "--epochs", "3", "--temperature", "0.2"], in: scratch.path)
      #expect(answer.status == 0 && answer.output.contains("extended to 3 epochs: "), "\(answer)")
      // 54 images: three batches of 16 an epoch.
      let steps = lines(scratch.path + "/run/metrics.jsonl").filter { $0["loss"] != nil }
      #expect(steps.count == 9 && steps[2]["temperature"] as? Double == 0.5)
      #expect(steps.dropFirst(3).allSatisfy { $0["temperature"] as? Double == 0.2 })
    }

    @Test(arguments: [("x.pt", "torch.save"), ("x.pth", "torch.save"), ("x.onnx", "torch.onnx.export"), ("x.bin", "")])
    func otherFormatsAreRefusedWithTheirConversion(name: String, line: String) throws {
      let scratch = try Scratch()
      try images(scratch)
      _ = try run(
        ["train", "data", "--headless", "--run", "run", "--stop-after", "0"] + quick, in: scratch.path)
      for flag in ["-o", "--output"] {
        let answer = try run(["export", "run", flag, name], in: scratch.path)
        #expect(answer.status == 2 && answer.errors.contains("--output x.safetensors"), "\(answer)")
        #expect(line.isEmpty || answer.errors.contains(line), "\(answer)")
        #expect(!Files.exists(scratch.path + "/" + name))
      }
    }
  }
}
