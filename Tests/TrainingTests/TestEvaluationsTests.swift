// Looks at the test split are counted, and resuming forgets none.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Testing

@testable import Training

@Test func resumingForgetsNoLookAtTest() throws {
  let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("simscope-\(UUID().uuidString)").path
  defer { try? FileManager.default.removeItem(atPath: scratch) }
  var random = RandomStream(seed: 5, .test)
  for (name, level) in [("dark", 60), ("light", 180)] {
    try FileManager.default.createDirectory(atPath: "\(scratch)/data/\(name)", withIntermediateDirectories: true)
    for number in 0..<10 {
      let pixels = (0..<16 * 16 * 3).map { _ in UInt8(level + random.below(60)) }
      try PNG.write(Image(width: 16, height: 16, pixels: pixels), to: "\(scratch)/data/\(name)/\(number).png")
    }
  }
  func train(_ run: String, _ change: (inout Configuration) -> Void = { _ in }) throws {
    let isNew = !FileManager.default.fileExists(atPath: run)
    var configuration = isNew ? Configuration() : try RunFolder.configuration(of: run)
    if isNew {
      (configuration.data, configuration.run) = (scratch + "/data", run)
      configuration.encoder = ResNet.Architecture.named("resnet8")!
      configuration.given = ["encoder"]
      (configuration.imageSize, configuration.projectionDim, configuration.threads) = (16, 8, 1)
      configuration.knobs.batchSize = 6
      configuration.epochs = 2
      configuration.stopAfter = 3
    }
    change(&configuration)
    var trainer = try Trainer(configuration, resuming: isNew ? nil : run, niceness: 0, link: Link())
    _ = try trainer.run()
  }
  func looks(_ run: String) -> [[String: Any]] {
    RunFolder.lines(of: run + "/events.jsonl").map(\.object).filter { $0["kind"] as? String == "test_evaluated" }
  }
  let run = scratch + "/run"
  try train(run)
  #expect(try RunFolder.countTestEvaluation(of: run, step: 3, protocolName: "knn", top1: 0.5) == 1)
  #expect(try RunFolder.countTestEvaluation(of: run, step: 3, protocolName: "linear", top1: 0.625) == 2)
  // Back to before those events: the newest checkpoint is gone.
  try FileManager.default.removeItem(atPath: RunFolder.checkpointPath(run, step: 3))
  try train(run) { $0.stopAfter = nil }
  #expect(looks(run).map { $0["count"] as? Int } == [1, 2])
  #expect(looks(run).map { $0["top1"] as? Double } == [0.5, 0.625])
  #expect(try RunFolder.countTestEvaluation(of: run, step: 6, protocolName: "embed", top1: nil) == 3)
  let log = try String(contentsOfFile: run + "/log.txt", encoding: .utf8)
  #expect(log.split(separator: "\n").count { $0.contains("test split read") } == 3)
  let last = try #require(try looks(run).last.flatMap { try Event(json: $0) })
  #expect(last.kind == .testEvaluated(count: 3, protocolName: "embed", top1: nil))

  // And the run went on as one that nobody looked at.
  try train(scratch + "/straight") { $0.stopAfter = nil }
  func newest(_ run: String) throws -> Data? {
    FileManager.default.contents(
      atPath: RunFolder.checkpointPath(run, step: try #require(RunFolder.checkpointSteps(run).last)))
  }
  #expect(try newest(run) == newest(scratch + "/straight"))
}
