// `compare`: a table without a terminal; curves on one, that grow with their runs.
import Foundation
import Testing

extension RealProgram {
  @Suite struct CompareTests {
    @Test func runsAreATableWithWhatDiffers() throws {
      let scratch = try Scratch()
      try run(["generate", "data", "--classes", "3", "--per-class", "20", "--size", "32"], in: scratch.path)
      for (name, temperature) in [("a", "0.5"), ("b", "0.2")] {
        try run(
          ["train", "data", "--headless", "--run", name, "--steps", "3", "--temperature", temperature] + quick,
          in: scratch.path)
      }
      let answer = try run(["compare", "a", "b"], in: scratch.path)
      let rows = answer.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      #expect(answer.status == 0 && answer.errors.isEmpty)
      #expect(rows.first == ["run", "steps", "final", "loss", "best", "kNN", "temperature"])
      #expect(rows.dropFirst().map { $0[0] + " " + $0[1] + " " + $0.last! } == ["a 3 0.5", "b 3 0.2"])
      let torn = scratch.path + "/a/metrics.jsonl"
      try (String(contentsOfFile: torn, encoding: .utf8) + "{\"step\": 4, \"los\n").write(
        toFile: torn, atomically: true, encoding: .utf8)
      let again = try run(["compare", "a", "b", "--headless"], in: scratch.path)
      #expect(again.output == answer.output)
      #expect(again.errors == "simscope: a torn line is left out of metrics.jsonl and events.jsonl, a\n")
    }

    @Test func whatIsNoRunIsOneSentence() throws {
      let scratch = try Scratch()
      let answer = try run(["compare", "nothing"], in: scratch.path)
      #expect(answer.status == 1)
      #expect(
        answer.errors == "simscope: no run here (config.json is missing), nothing; name a folder such as runs/NAME\n")
      let none = try run(["compare"])
      #expect(none.status == 2 && none.errors.contains("RUN is missing"))
    }

    /// More than there may be open files.
    @Test func aTableHasAnyNumberOfRuns() throws {
      let scratch = try Scratch()
      let names = (1...300).map { "r\($0)" }
      for (index, name) in names.enumerated() {
        let folder = scratch.path + "/" + name
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (file, text) in [
          ("config.json", "{}"), ("events.jsonl", ""),
          ("metrics.jsonl", #"{"step": \#(index + 1), "loss": 2.5}"# + "\n"),
        ] { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file)")) }
      }
      let limited = ["/bin/sh", "-c", "ulimit -n 64; exec \"$0\" \"$@\""]
      let answer = try run(["compare"] + names, in: scratch.path, under: limited)
      #expect(answer.status == 0 && answer.errors.isEmpty, "\(answer.errors)")
      let rows = answer.output.split(separator: "\n").dropFirst().map {
        $0.split(separator: " ").prefix(3).joined(separator: " ")
      }
      #expect(rows == names.indices.map { "\(names[$0]) \($0 + 1) 2.5000" })
      // Of the curves on a screen there is a limit, and a way around it.
      let screen = try Screen(["compare"] + names, in: scratch.path)
      try screen.wait(for: "the end") { !screen.process.isRunning }
      try screen.wait(for: "the sentence", afterItsEnd: true) {
        screen.wasSent("8 runs at most, not 300") && screen.wasSent("--headless prints a table of all")
      }
      #expect(screen.process.terminationStatus == 2)
    }
  }
}
