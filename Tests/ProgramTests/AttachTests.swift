// A run shown on other terminals than the one it was started on.
import Foundation
import TestSupport
import Testing

/// A small run that trains on, and terminals beside it.
struct Attached {
  let scratch: Scratch
  static let training = [
    "train", "data", "--run", "run", "--encoder", "resnet8", "--width", "0.25", "--image-size", "16",
    "--projection-dim", "8", "--batch-size", "8", "--threads", "1", "--epochs", "1000000", "--knn-every", "0",
    "--checkpoint-every", "0",
  ]

  init() throws {
    scratch = try Scratch()
    try run(["generate", "data", "--classes", "2", "--per-class", "12", "--size", "16"], in: scratch.path)
  }

  var events: [[String: Any]] { lines(scratch.path + "/run/events.jsonl") }
  var kinds: [String] { events.compactMap { $0["kind"] as? String } }
  var steps: Int { lines(scratch.path + "/run/metrics.jsonl").count }
  var hasSocket: Bool { socketTime != nil }
  var socketTime: Date? {
    let file = scratch.path + "/run/control.sock"
    return (try? FileManager.default.attributesOfItem(atPath: file))?[.modificationDate] as? Date
  }

  /// A run without a screen, to which others can attach.
  func headless() throws -> ChildProcess {
    let process = try started(Self.training + ["--headless"], in: scratch.path)
    try process.waitUntil("the run's socket") { hasSocket && steps > 0 }
    return process
  }

  /// A run with a screen of its own.
  func dashboard() throws -> Screen {
    let screen = try Screen(Self.training, in: scratch.path)
    try screen.wait(for: "training") { screen.shows("▶ training") && hasSocket && steps > 0 }
    return screen
  }

  func attach() throws -> Screen {
    let screen = try Screen(["attach", "run"], in: scratch.path)
    try screen.wait(for: "the attached screen") {
      screen.shows("▶ training") && screen.shows("attached") && screen.shows("q leave")
    }
    return screen
  }

  func expectTrainingGoesOn() throws {
    let before = steps
    try waitUntil("more steps", seeing: { "\(steps) steps, \(kinds)" }) { steps > before + 2 }
  }
}

extension Screen {
  /// Waits for the process's end, and for a terminal as it was before.
  fileprivate func waitForEnd(_ status: Int32, _ sentence: String) throws {
    try wait(for: "the end") { !process.isRunning }
    try wait(for: "the terminal", afterItsEnd: true) { isModeRestored && modesLeft.isEmpty }
    #expect(process.terminationReason == .exit && process.terminationStatus == status)
    try wait(for: sentence, afterItsEnd: true) { wasSent(sentence) }
  }
}

extension RealProgram {
  @Suite struct AttachTests {
    @Test func aRunWithoutAScreenIsSeenAndSteered() throws {
      let run = try Attached()
      let trainer = try run.headless()
      let first = try run.attach()
      first.type("\u{1B}[C")
      try first.wait(for: "a turn") { run.events.contains { $0["to"] as? Double == 0.55 } && first.shows("0.55") }
      first.resize(columns: 80, rows: 24)
      try first.wait(for: "80×24") { first.shown.lines[23].contains("q leave") }
      first.type("q")
      try first.waitForEnd(0, "simscope attach run")
      try run.expectTrainingGoesOn()

      let second = try run.attach()
      #expect(second.shows("0.55"))
      kill(second.process.processIdentifier, SIGINT)
      try second.waitForEnd(0, "simscope attach run")
      try run.expectTrainingGoesOn()

      // The end of the run can be asked for, by name.
      let third = try run.attach()
      third.type(":stop\r")
      try third.wait(for: "the question") { third.shows("quit?") }
      third.type("y")
      try third.waitForEnd(0, "to go on: simscope resume run")
      try trainer.waitUntilExit()
      #expect(trainer.terminationStatus == 0)
      #expect(
        run.kinds.filter { ["attached", "terminal_lost", "stopped"].contains($0) } == Array(
          repeating: "attached", count: 3) + ["stopped"])
      #expect(!run.hasSocket)
    }

    @Test func theNewestTerminalHasTheScreen() throws {
      let run = try Attached()
      let own = try run.dashboard()
      let first = try run.attach()
      try own.wait(for: "the terminal") { own.isModeRestored && own.modesLeft.isEmpty && own.wasSent("shown on /dev/") }
      let second = try run.attach()
      try first.waitForEnd(0, "now shown on /dev/")
      // It goes on where it was started, and can be ended there.
      try run.expectTrainingGoesOn()
      #expect(own.process.isRunning)
      kill(own.process.processIdentifier, SIGINT)
      try second.waitForEnd(0, "to go on: simscope resume run")
      try own.wait(for: "the end") { !own.process.isRunning }
      #expect(own.process.terminationStatus == 130 && run.kinds.last == "stopped")
      try own.wait(for: "how to go on", afterItsEnd: true) { own.wasSent("to go on: simscope resume run") }
    }

    @Test func aLostTerminalIsReplaced() throws {
      let run = try Attached()
      var own: Screen? = try run.dashboard()
      let trainer = try #require(own?.process.processIdentifier)
      own?.hangUp()
      try waitUntil("the event", seeing: { "\(run.kinds)" }) { run.kinds.last == "terminal_lost" }
      let first = try run.attach()
      first.hangUp()
      try waitUntil("the event", seeing: { "\(run.kinds)" }) { run.kinds.suffix(2) == ["attached", "terminal_lost"] }
      try run.expectTrainingGoesOn()
      let second = try run.attach()
      kill(trainer, SIGINT)
      try second.waitForEnd(0, "to go on: simscope resume run")
      own = nil
    }

    @Test func aTrainerThatDiesLeavesTheTerminalAsItWas() throws {
      let run = try Attached()
      let trainer = try run.headless()
      let screen = try run.attach()
      kill(trainer.processIdentifier, SIGKILL)
      try screen.waitForEnd(1, "the process that trained is gone, run; go on from its last checkpoint")
      // What a dead trainer leaves is told from one that lives, and replaced.
      let left = try #require(run.socketTime)
      let late = try Screen(["attach", "run"], in: run.scratch.path)
      try late.waitForEnd(1, "nobody trains in this run now, run; go on with it: simscope resume run")
      let resumed = try started(["resume", "run", "--headless"], in: run.scratch.path)
      try resumed.waitUntil("a socket of its own") { run.socketTime.map { $0 != left } ?? false }
      _ = try run.attach()
      kill(resumed.processIdentifier, SIGKILL)
    }

    @Test func aRunThatIsThroughSaysHowItEnded() throws {
      let run = try Attached()
      let trainer = try run.headless()
      let screen = try run.attach()
      kill(trainer.processIdentifier, SIGTERM)
      try screen.waitForEnd(0, "to go on: simscope resume run")
      try trainer.waitUntilExit()
      #expect(trainer.terminationStatus == 128 + SIGTERM)
    }

    @Test func afterGoingBackTheSocketIsInTheNewFolder() throws {
      let run = try Attached()
      let trainer = try run.headless()
      let screen = try run.attach()
      screen.type(":rewind to 0\r")
      let next = run.scratch.path + "/run-2"
      try screen.wait(for: "the other folder's socket") {
        FileManager.default.fileExists(atPath: next + "/control.sock") && !run.hasSocket
      }
      screen.type("q")
      try screen.waitForEnd(0, "simscope attach run-2")
      let late = try Screen(["attach", "run"], in: run.scratch.path)
      try late.waitForEnd(1, "training went back and goes on as another run, run; simscope attach run-2")
      kill(trainer.processIdentifier, SIGKILL)
    }

    @Test func aFolderOfAnyLengthHasASocket() throws {
      let run = try Attached()
      let folder = "run/" + String(repeating: "long/", count: 40)
      let trainer = try started(
        Attached.training + ["--headless", "--run", folder], in: run.scratch.path)
      let socket = run.scratch.path + "/" + folder + "control.sock"
      try trainer.waitUntil("the socket") { FileManager.default.fileExists(atPath: socket) }
      let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      let screen = try Screen(["attach", folder], in: run.scratch.path)
      try screen.wait(for: "training") { screen.shows("attached") }
      kill(trainer.processIdentifier, SIGKILL)
    }

    @Test func whatCannotBeShownIsSaid() throws {
      let scratch = try Scratch()
      let answer = try run(["attach", "run"], in: scratch.path)
      #expect(answer.status == 1 && answer.errors.hasPrefix("simscope: attach shows a run on a terminal"))
      let screen = try Screen(["attach", "run"], in: scratch.path)
      try screen.waitForEnd(1, "no run here (config.json is missing), run")
      #expect(!screen.wasSent("\u{1B}[?1049h"))
    }
  }
}
