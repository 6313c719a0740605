// The dashboard on a terminal of its own: keys in, screen out, everything given back.
import Foundation
import Testing

private func pictures(_ scratch: Scratch) throws {
  try run(["generate", "data", "--classes", "3", "--per-class", "20", "--size", "32"], in: scratch.path)
}

extension RealProgram {
  @Suite struct DashboardRunTests {
    @Test func keysTurnKnobsAndTheTerminalIsGivenBack() throws {
      let scratch = try Scratch()
      try pictures(scratch)
      let screen = try Screen(["data", "--run", "run", "--epochs", "100000"] + quick, in: scratch.path)
      let events = scratch.path + "/run/events.jsonl"
      func turned(_ knob: String) -> [String: Any]? { lines(events).first { $0["knob"] as? String == knob } }
      try screen.wait(for: "the first step") { lines(scratch.path + "/run/metrics.jsonl").count >= 2 }
      #expect(screen.shows("temperature") && screen.wasSent("\u{1B}[?1049h"))
      screen.type("\u{1B}[C")
      try screen.wait(for: "a turn") { turned("temperature") != nil }
      #expect(turned("temperature")?["to"] as? Double == 0.55)
      screen.type("\u{1B}[B32\r")
      try screen.wait(for: "a typed batch size") { turned("batch_size") != nil }
      #expect(turned("batch_size")?["to"] as? Int == 32)
      screen.type("u")
      try screen.wait(for: "the turn taken back") {
        lines(events).contains { $0["knob"] as? String == "batch_size" && $0["to"] as? Int == 16 }
      }
      screen.type(" ")
      try screen.wait(for: "a pause") { lines(events).last?["kind"] as? String == "paused" && screen.shows("paused") }
      let before = lines(scratch.path + "/run/metrics.jsonl").compactMap { $0["step"] as? Int }.last!
      screen.type("s")
      try screen.wait(for: "a single step") {
        lines(scratch.path + "/run/metrics.jsonl").compactMap { $0["step"] as? Int }.last == before + 1
      }
      // Alone, the similarities are those of the probe batch, embedded at once.
      screen.type("\t\r")
      try screen.wait(for: "the probe batch") { screen.shows("probe batch") }
      screen.type("q")
      try screen.wait(for: "the question") { screen.shows("quit?") }
      screen.type("y")
      try screen.wait(for: "the end") { !screen.process.isRunning }
      #expect(screen.process.terminationStatus == 0)
      #expect(screen.isModeRestored && screen.wasSent("\u{1B}[?1049l"))
      #expect(lines(events).last?["kind"] as? String == "stopped")
      // Values in force, as the steps saw them.
      let temperatures = lines(scratch.path + "/run/metrics.jsonl").compactMap { $0["temperature"] as? Double }
      let turn = try #require(turned("temperature")?["step"] as? Int)
      #expect(temperatures[..<turn].allSatisfy { $0 == 0.5 } && temperatures[turn...].allSatisfy { $0 == 0.55 })
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGQUIT, SIGSEGV, SIGABRT, SIGKILL])
    func whateverEndsItTheTerminalIsGivenBack(signal: Int32) throws {
      let scratch = try Scratch()
      try pictures(scratch)
      let screen = try Screen(["data", "--run", "run", "--epochs", "100000"] + quick, in: scratch.path)
      try screen.wait(for: "the first step") { lines(scratch.path + "/run/metrics.jsonl").count >= 2 }
      kill(screen.process.processIdentifier, signal)
      try screen.wait(for: "the end") { !screen.process.isRunning }
      // Of a process that was killed the guardian hears as we do.
      try screen.wait(for: "the terminal", afterItsEnd: true) {
        screen.isModeRestored && screen.wasSent("\u{1B}[?1049l")
      }
      let status = screen.process.terminationStatus
      #expect(screen.process.terminationReason == .exit ? status == 128 + signal : status == signal)
      let resumed = try run(["resume", "run", "--headless", "--stop-after", "1"], in: scratch.path)
      #expect(resumed.status == 0, "\(resumed.errors)")
    }

    @Test func aTerminalThatNobodyReadsHoldsUpNoEnd() throws {
      let scratch = try Scratch()
      try pictures(scratch)
      let screen = try Screen(["data", "--run", "run", "--epochs", "100000"] + quick, in: scratch.path)
      try screen.wait(for: "the first step") { lines(scratch.path + "/run/metrics.jsonl").count >= 2 }
      try screen.fill()
      kill(screen.process.processIdentifier, SIGTERM)
      try screen.process.waitUntilExit()
      #expect(screen.process.terminationStatus == 128 + SIGTERM)
      #expect(screen.isModeRestored)
      #expect(lines(scratch.path + "/run/events.jsonl").last?["kind"] as? String == "stopped")
    }

    @Test(arguments: [false, true])
    func coloursFollowTheTerminalsWord(isLate: Bool) throws {
      let scratch = try Scratch()
      try pictures(scratch)
      let screen = try Screen(["preview", "data"], in: scratch.path)
      try screen.wait(for: "the question") { screen.wasSent("\u{1B}[>0q") }
      if isLate { try screen.wait(for: "a frame") { screen.shows("original") } }
      screen.type("\u{1B}P>|Terminal(1)\u{1B}\\\u{1B}[?64;1c")
      try screen.wait(for: "the second question") { screen.wasSent("\u{1B}P$qm\u{1B}\\") }
      screen.type("\u{1B}P1$r0;48:2::1:2:3m\u{1B}\\\u{1B}[?64;1c")
      try screen.wait(for: "24-bit colour") { screen.wasSent("38;2;") && screen.shows("original") }
      #expect(screen.times("\u{1B}[?1049h") == screen.times("\u{1B}[?1049l") + 1, "it is left before it begins anew")
      screen.type("qy")
      try screen.wait(for: "the end") { !screen.process.isRunning }
      #expect(screen.isModeRestored && screen.modesLeft.isEmpty)
    }

    @Test func theWheelTurnsTheKnobUnderIt() throws {
      let scratch = try Scratch()
      try pictures(scratch)
      let screen = try Screen(["data", "--run", "run", "--epochs", "100000"] + quick, in: scratch.path)
      try screen.wait(for: "the first step") { lines(scratch.path + "/run/metrics.jsonl").count >= 2 }
      #expect(screen.wasSent("\u{1B}[?1002h\u{1B}[?1006h"))
      screen.type("\u{1B}[<64;80;20M")
      try screen.wait(for: "a turn") {
        lines(scratch.path + "/run/events.jsonl").contains {
          $0["knob"] as? String == "temperature" && $0["to"] as? Double == 0.55
        }
      }
      screen.type("q")
      try screen.wait(for: "the question") { screen.shows("quit?") }
      screen.type("y")
      try screen.wait(for: "the end") { !screen.process.isRunning }
      #expect(screen.wasSent("\u{1B}[?1002l"))
    }

    @Test func comparisonFollowsARunThatGrows() throws {
      let scratch = try Scratch()
      let metrics = scratch.path + "/run/metrics.jsonl"
      try FileManager.default.createDirectory(atPath: scratch.path + "/run", withIntermediateDirectories: true)
      try "{}".write(toFile: scratch.path + "/run/config.json", atomically: true, encoding: .utf8)
      func write(_ steps: ClosedRange<Int>) throws {
        let lines = steps.map { "{\"step\": \($0), \"loss\": \(Double($0) / 8)}\n" }.joined()
        try lines.write(toFile: metrics, atomically: false, encoding: .utf8)
      }
      try write(1...10)
      let screen = try Screen(["compare", "run"], in: scratch.path)
      try screen.wait(for: "the curve") { screen.shows("raw 1.25") }
      try write(1...99)
      try screen.wait(for: "what has grown") { screen.shows("12.38") }
      screen.type("\r\u{1B}[D")
      try screen.wait(for: "the crosshair with all digits") { screen.shows("12.375") }
      screen.type("q")
      try screen.wait(for: "the end") { !screen.process.isRunning }
      #expect(screen.process.terminationStatus == 0)
      #expect(screen.isModeRestored && screen.wasSent("\u{1B}[?1049l"))
    }

    @Test func aRunOutlivesItsTerminal() throws {
      let scratch = try Scratch()
      try pictures(scratch)
      let screen = try Screen(["data", "--run", "run", "--epochs", "100000"] + quick, in: scratch.path)
      let metrics = scratch.path + "/run/metrics.jsonl"
      try screen.wait(for: "the first step") { lines(metrics).count >= 2 }
      kill(screen.process.processIdentifier, SIGHUP)
      try screen.wait(for: "the event") {
        lines(scratch.path + "/run/events.jsonl").contains { $0["kind"] as? String == "terminal_lost" }
      }
      let before = lines(metrics).count
      try screen.wait(for: "more steps") { lines(metrics).count > before + 2 }
      kill(screen.process.processIdentifier, SIGINT)
      try screen.wait(for: "the end") { !screen.process.isRunning }
      #expect(screen.process.terminationStatus == 130)
      #expect(lines(scratch.path + "/run/events.jsonl").last?["kind"] as? String == "stopped")
    }
  }
}
