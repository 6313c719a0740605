// A trainer killed at any moment, a hundred times over.
import Foundation
import Testing

/// Three steps an epoch, a checkpoint after each, an evaluation after every second.
private let arguments = [
  "train", "data", "--headless", "--encoder", "resnet8", "--width", "0.25", "--image-size", "8", "--projection-dim",
  "8",
  "--batch-size", "6", "--epochs", "1000000", "--held-out", "0.25", "--knn-every", "2", "--keep-checkpoints", "3",
]

private func newestCheckpoint(_ run: String) -> Int? {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")) ?? []
  return names.filter { $0.hasSuffix(".safetensors") }.compactMap { Int($0.dropFirst(5).dropLast(12)) }.max()
}

private func timeless(_ run: String) -> [NSDictionary] {
  lines(run + "/metrics.jsonl").map { line in
    line.filter { !["time", "images_per_second"].contains($0.key) } as NSDictionary
  }
}

extension RealProgram {
  @Suite struct KillTests {
    @Test func aHundredKillsLoseNothing() throws {
      let scratch = try Scratch()
      try run(["generate", "data", "--classes", "3", "--per-class", "8", "--size", "16"], in: scratch.path)
      let killed = scratch.path + "/killed"
      let first = try started(arguments + ["--run", "timed", "--stop-after", "9"], in: scratch.path)
      try first.waitUntilExit()
      #expect(first.terminationStatus == 0, "\(first)")
      // Lives are measured in processor time, as the machine may get slower or faster meanwhile.
      let longest = 1.2 * first.processorSeconds
      var newest: Int?
      for life in 0..<100 {
        let hasBegun = FileManager.default.fileExists(atPath: killed + "/config.json")
        let again = ["resume", "killed", "--headless", "--threads", "\(1 + life % 2)"]
        let process = try started(hasBegun ? again : arguments + ["--run", "killed"], in: scratch.path)
        let span = Double.random(in: 0..<longest)
        try process.waitUntil("\(span) s of work") { process.processorSeconds >= span }
        process.send(SIGKILL)
        try process.waitUntilExit()
        let said = process.errors
        #expect(process.terminationReason == .uncaughtSignal && said.isEmpty, "life \(life): \(said)")
        // A checkpoint that stood stands: at most the steps after it are done again.
        let now = newestCheckpoint(killed)
        #expect((now ?? -1) >= (newest ?? -1), "life \(life)")
        newest = now
      }
      let end = "\(try #require(newest) + 7)"
      #expect(newest! >= 9, "nothing was done between the kills")
      let resumed = try run(["resume", "killed", "--headless", "--stop-after", end], in: scratch.path)
      #expect(resumed.status == 0, "\(resumed.errors)")
      let straight = try run(
        arguments + ["--run", "straight", "--stop-after", end, "--checkpoint-every", "0"], in: scratch.path)
      #expect(straight.status == 0, "\(straight.errors)")
      #expect(newestCheckpoint(killed) == Int(end))
      let file = "/checkpoints/step-" + String(repeating: "0", count: 8 - end.count) + end + ".safetensors"
      let bytes = FileManager.default.contents(atPath: killed + file)
      #expect(bytes != nil && bytes == FileManager.default.contents(atPath: scratch.path + "/straight" + file))
      #expect(timeless(killed) == timeless(scratch.path + "/straight"))
      for name in ["metrics.jsonl", "events.jsonl"] {
        let text = try String(contentsOfFile: "\(killed)/\(name)", encoding: .utf8)
        #expect(text.split(separator: "\n").count == lines("\(killed)/\(name)").count, "\(name)")
      }
      #expect(FileManager.default.subpaths(atPath: killed)?.contains { $0.hasSuffix(".partial") } == false)
    }
  }
}
