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
      let many = try run(["compare"] + (1...9).map { "r\($0)" })
      #expect(many.status == 2 && many.errors.contains("8 runs at most"))
    }
  }
}
