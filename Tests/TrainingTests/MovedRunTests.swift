// A run's folder that is moved or deleted while it trains.
import Basics
import Foundation
import Synchronization
import Telemetry
import Testing

@testable import Training

private final class Ended: Sendable { let end = Mutex<TrainingEnd?>(nil) }

/// Starts a paused run of two steps, calls `body`, and ends the run.
private func paused(
  _ scratch: Scratch,
  _ body: (_ run: String, _ link: Link, _ wait: (String, (Snapshot) -> Bool) throws -> Snapshot) throws -> Void
) throws -> TrainingEnd? {
  try writePictures(scratch.path + "/data")
  let configuration = small(scratch.path + "/data", run: scratch.path + "/run") { $0.epochs = 3 }
  let link = Link()
  [.pause, .singleStep, .singleStep].forEach(link.send)
  let done = DispatchSemaphore(value: 0)
  let ended = Ended()
  Thread {
    let outcome: TrainingEnd
    do { outcome = try runToEnd(configuration, link: link) } catch {
      outcome = .failed(error as? Trouble ?? Trouble("\(error)", remedy: ""))
    }
    ended.end.withLock { $0 = outcome }
    done.signal()
  }.start()
  defer {
    link.send(.stop)
    done.wait()
  }
  func wait(_ what: String, _ holds: (Snapshot) -> Bool) throws -> Snapshot {
    for _ in 0..<3000 {
      if let snapshot = link.newest(after: -1)?.snapshot, holds(snapshot) { return snapshot }
      if case .failed? = ended.end.withLock({ $0 }) { break }
      usleep(10_000)
    }
    let state = link.newest(after: -1)?.snapshot.state
    throw Trouble("waited in vain for \(what)", at: "\(String(describing: state))", remedy: "")
  }
  _ = try wait("two steps") { $0.step == 2 && $0.state == .paused }
  try body(configuration.run!, link, wait)
  done.wait()
  done.signal()
  return ended.end.withLock { $0 }
}

@Test func aRunFollowsItsFolderWhereItIsMoved() throws {
  let scratch = try Scratch()
  let moved = scratch.path + "/moved"
  let end = try paused(scratch) { run, link, wait in
    try #require(Files.rename(run, to: moved))
    // Something else in its place is left alone.
    try #require(Files.makeFolder(run))
    link.send(.resume)
    _ = try wait("the end") { $0.state.isOver }
    #expect(Files.names(in: run)?.isEmpty == true)
  }
  guard case .finished? = end else {
    Issue.record("the run ended otherwise: \(String(describing: end))")
    return
  }
  #expect(RunFolder.checkpointSteps(moved) == [0, 4, 8, 12])
  let events = objects(moved + "/events.jsonl").filter { $0["kind"] as? String == "moved" }
  #expect(events.count == 1 && events[0]["folder"] as? String == moved)
  #expect(objects(moved + "/metrics.jsonl").filter { $0["loss"] != nil }.count == 12)
}

@Test func aRunWhoseFolderIsDeletedEndsInASentence() throws {
  let scratch = try Scratch()
  let end = try paused(scratch) { run, link, wait in
    Files.removeAll(run)
    link.send(.resume)
    _ = try? wait("the end") { $0.state.isOver }
  }
  guard case .failed(let trouble)? = end else {
    Issue.record("the run ended otherwise: \(String(describing: end))")
    return
  }
  #expect(trouble.what == "the run's folder was deleted while it trained" && !trouble.remedy.contains("resume"))
  #expect(!Files.exists(scratch.path + "/run"))
}
