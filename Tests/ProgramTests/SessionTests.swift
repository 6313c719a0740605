// A whole session as a person has one: every key's answer is read back from the screen, and from the run's folder.
import Foundation
import Testing

/// A small run on a terminal, and what it has written so far.
private struct Session {
  let scratch: Scratch
  let screen: Screen

  init() throws {
    scratch = try Scratch()
    try run(["generate", "data", "--classes", "2", "--per-class", "12", "--size", "16"], in: scratch.path)
    screen = try Screen(
      [
        "data", "--run", "run", "--encoder", "resnet8", "--width", "0.25", "--image-size", "16", "--projection-dim",
        "8",
        "--batch-size", "8", "--threads", "1", "--epochs", "1000000", "--knn-every", "0", "--checkpoint-every", "0",
      ], in: scratch.path)
  }

  var steps: [Int] { lines(scratch.path + "/run/metrics.jsonl").compactMap { $0["step"] as? Int } }
  var events: [[String: Any]] { lines(scratch.path + "/run/events.jsonl") }
  var kinds: [String] { events.compactMap { $0["kind"] as? String } }

  func hasTurned(_ knob: String, from old: Double, to new: Double) -> Bool {
    events.contains { $0["knob"] as? String == knob && $0["from"] as? Double == old && $0["to"] as? Double == new }
  }

  /// A row of the knobs panel; lines of the log name the knob, too, before both values.
  func shows(_ knob: String, at value: String) -> Bool {
    screen.shown.lines.contains { line in
      guard let name = line.range(of: knob) else { return false }
      let words = line[name.upperBound...].split(separator: " ")
      return words.first == Substring(value) && words.dropFirst().first != "→"
    }
  }

  /// The header's second row.
  func shows(step: Int) -> Bool { screen.shown.lines[1].filter { $0 != "," }.contains("step \(step) ") }

  func press(_ keys: String, for answer: String, _ holds: () -> Bool) throws {
    screen.type(keys)
    try screen.wait(for: answer, holds)
  }

  /// The next pair of views is asked for by a key, and answered between two steps or without one.
  func stepPair(to number: Int) throws {
    try press("n", for: "picture \(number)") { screen.shows("#\(number) ") }
  }
}

extension RealProgram {
  @Suite struct SessionTests {
    @Test func aWholeSessionIsSeenAndKept() throws {
      let session = try Session()
      let screen = session.screen
      try screen.wait(for: "training") { screen.shows("▶ training") && session.steps.count > 1 && screen.shows("#0 ") }

      try session.press("\u{1B}[C", for: "a turn of temperature") {
        session.shows("temperature", at: "0.55") && session.hasTurned("temperature", from: 0.5, to: 0.55)
      }
      try session.stepPair(to: 1)

      try session.press(" ", for: "a pause") { session.kinds.last == "paused" && screen.shows("paused") }
      let paused = try #require(session.steps.last)
      try screen.wait(for: "the step it stands at") { session.shows(step: paused) }
      try session.stepPair(to: 2)
      #expect(session.steps.last == paused, "a paused run takes no step")

      try session.press("s", for: "a single step") { session.shows(step: paused + 1) }
      try session.stepPair(to: 3)
      #expect(session.steps.last == paused + 1, "one step was asked for")
      #expect(session.steps == Array(1...paused + 1))

      try session.press("u", for: "the turn taken back") {
        session.shows("temperature", at: "0.5") && session.hasTurned("temperature", from: 0.55, to: 0.5)
      }

      try session.press("z", for: "the loss alone") { screen.shows("crosshair") && !screen.shows("─ knobs ─") }
      try session.press("z", for: "all panels") { screen.shows("─ knobs ─") && !screen.shows("crosshair") }

      for (columns, rows) in [(80, 24), (40, 12)] {
        screen.resize(columns: columns, rows: rows)
        try screen.wait(for: "\(columns)×\(rows)") {
          screen.shown.lines[rows - 1].contains("q quit") && session.shows("temperature", at: "0.5")
        }
      }

      // Enough is there at 40×12 to go on.
      try session.press(":strength 0.8", for: "the palette") { screen.shows(":strength 0.8") }
      try session.press("\r", for: "strength") {
        session.shows("strength", at: "0.8") && session.hasTurned("strength", from: 0.5, to: 0.8)
      }
      try session.press(" ", for: "training again") { session.steps.count > paused + 2 }

      try session.press("q", for: "the question") { screen.shows("quit?") }
      try session.press("y", for: "the end") { !screen.process.isRunning }
      screen.read()
      #expect(screen.process.terminationReason == .exit && screen.process.terminationStatus == 0)
      #expect(screen.isModeRestored)
      #expect(screen.modesLeft.isEmpty, "\(screen.modesLeft)")
      #expect(screen.wasSent("simscope resume run"), "the last line says how to go on")
      try expectKept(session, stoodAt: paused)
    }

    @Test func afterGoingBackTheLogIsInTheNewFolder() throws {
      let session = try Session()
      let errors = "/proc/\(session.screen.process.processIdentifier)/fd/2"
      func goes(to log: String) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: errors))?.hasSuffix(log) ?? false
      }
      try session.screen.wait(for: "training") { session.screen.shows("▶ training") && session.steps.count > 1 }
      #expect(goes(to: "/run/log.txt"))
      session.screen.type(":rewind to 0\r")
      try session.screen.wait(for: "the other log") { goes(to: "/run-2/log.txt") }
    }

    /// What the folder tells of the session.
    private func expectKept(_ session: Session, stoodAt paused: Int) throws {
      let knobs = session.events.compactMap { $0["knob"] as? String }
      #expect(knobs == ["temperature", "temperature", "strength"])
      let states = session.kinds.filter { ["started", "paused", "unpaused", "stopped"].contains($0) }
      #expect(states == ["started", "paused", "unpaused", "stopped"])
      // Every step once, and in each the temperature that was in force.
      let steps = lines(session.scratch.path + "/run/metrics.jsonl").filter { $0["loss"] != nil }
      #expect(session.steps == Array(1...steps.count))
      let turn = try #require(session.events.first { $0["knob"] != nil }?["step"] as? Int)
      for (index, step) in steps.enumerated() {
        let expected = (turn..<paused + 1).contains(index) ? 0.55 : 0.5
        #expect(step["temperature"] as? Double == expected, "step \(index + 1)")
      }
      #expect(try run(["resume", "run", "--headless", "--stop-after", "1"], in: session.scratch.path).status == 0)
    }
  }
}
