/// Going back to a checkpoint: what comes then is what would have come.
import Foundation
import Telemetry
import Testing

@testable import Training

private func settings(_ run: String) throws -> [String: Any] {
  let data = try Data(contentsOf: URL(fileURLWithPath: run + "/config.json"))
  return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
}

private func losses(_ run: String) -> [Double] { objects(run + "/metrics.jsonl").compactMap { $0["loss"] as? Double } }

@Test func aRewoundRunIsTheOneThatWasNeverTurned() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let straight = small(scratch.path + "/data", run: scratch.path + "/straight") { $0.epochs = 2 }
  try runToEnd(straight)

  let link = Link()
  [.pause, .singleStep, .singleStep].forEach(link.send)
  let turned = small(scratch.path + "/data", run: scratch.path + "/run") { $0.epochs = 2 }
  let thread = Thread { _ = try? runToEnd(turned, link: link) }
  thread.start()
  try link.wait(for: "two steps") { $0.step == 2 && $0.state == .paused }
  // A checkpoint stands before the turn; two steps are made with the other temperature.
  [.turn("temperature", to: 0.1), .singleStep, .singleStep].forEach(link.send)
  try link.wait(for: "four steps") { $0.step == 4 && $0.state == .paused }
  link.send(.rewind(toStep: 3))
  try link.wait(for: "the new run") { $0.run.name == "run-2" && $0.step == 2 && $0.state == .paused }
  let back = try #require(link.newest(after: -1)?.snapshot)
  #expect(back.knobs.temperature == 0.5 && back.undoCount == 0)
  #expect(back.curves[.loss]?.last?.lastStep == 2)
  link.send(.resume)
  try link.wait(for: "the end") { $0.state.isOver }

  let (run, child) = (scratch.path + "/run", scratch.path + "/run-2")
  #expect(losses(child) == losses(straight.run!))
  let last = try #require(RunFolder.checkpointSteps(child).last)
  #expect(bytes(child, step: last) == bytes(straight.run!, step: last))
  // The old one stays whole, and says where it went on.
  #expect(losses(run).count == 4 && RunFolder.checkpointSteps(run).contains(4))
  #expect(objects(run + "/events.jsonl").last?["kind"] as? String == "stopped")
  #expect(try settings(run)["parent"] == nil)
  let branched = try settings(child)
  #expect(branched["parent"] as? String == "run" && branched["parent_step"] as? Int == 2)
  #expect(branched["run"] as? String == child)
  // Its settings can be read, and the next branch is the third.
  #expect(try RunFolder.configuration(of: child).knobs.temperature == 0.5)
  #expect(RunFolder.nextPath(after: child, isRewound: RunFolder.parent(of: child) != nil) == scratch.path + "/run-3")
}

@Test func withoutACheckpointThereIsNoWayBack() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let link = Link()
  [.pause, .singleStep].forEach(link.send)
  let configuration = small(scratch.path + "/data", run: scratch.path + "/run")
  let thread = Thread { _ = try? runToEnd(configuration, link: link) }
  thread.start()
  try link.wait(for: "a step") { $0.step == 1 && $0.state == .paused }
  link.send(.rewind(toStep: -1))
  try link.wait(for: "an answer") { snapshot in
    (0..<snapshot.events.count).contains { if case .warning = snapshot.events[$0].kind { true } else { false } }
  }
  link.send(.stop)
  try link.wait(for: "the end") { $0.state.isOver }
  #expect(!FileManager.default.fileExists(atPath: scratch.path + "/run-2"))
}
