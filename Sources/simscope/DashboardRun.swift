/// A run under the dashboard: the main thread owns the terminal, the trainer has a thread of its own.
import Basics
import Canvas
import Curses
import Dashboard
import Foundation
import Telemetry
import Training

/// How far the threads that compute step back, so that a key is seen at once on a busy machine.
private let trainerNiceness = 4

/// - Returns: 0 when the person quit or the schedule is through, 128 + the signal that ended it.
func runDashboard(
  _ asked: Configuration, resuming: String?, _ changes: [Command], _ arguments: Arguments
) throws -> Int32 {
  var configuration = asked
  let run = resuming ?? asked.run ?? RunFolder.freshPath(for: asked.data)
  configuration.run = run
  let themes = try themes(for: arguments)
  let options = try terminalOptions(arguments, log: try logPath(of: run))
  let keys = try keyChanges(arguments)
  let framesPerSecond = try framesPerSecond(arguments)
  let link = Link()
  changes.forEach(link.send)
  let memory = ScreenMemory.load(arguments)
  let (outcome, host) = try withScreen(themes, options, keys: keys, memory: memory) { screen in
    screen.draw()
    let training = try TrainingThread(
      configuration, resuming: resuming, niceness: trainerNiceness, onDivergence: .pause, link: link)
    let stage = Stage(isTaken: true)
    let host = try AttachHost(link, training, stage)
    let outcome = screen.run(
      link, training, stage, framesPerSecond: framesPerSecond, stopsOnHangup: configuration.onHangup == .stop)
    return (outcome, host)
  }
  host.close()
  removeIfEmpty(run)
  if case .failed(let trouble)? = outcome.end {
    if outcome.isGivenUp { Terminal.say("simscope: \(trouble)") }
    throw trouble
  }
  outcome.lastLines.forEach(Terminal.say)
  memory.keep(outcome.memory)
  return outcome.signal.map { 128 + $0 } ?? 0
}

/// What is written to stderr while the screen is up goes to the run's log.
private func logPath(of run: String) throws -> String {
  guard Files.makeFolder(run) else {
    throw Trouble(
      "cannot make the run's folder", error: errno, at: run, remedy: "choose a place that may be written, with --run")
  }
  return run + "/log.txt"
}

/// A run that never began leaves no folder.
private func removeIfEmpty(_ run: String) {
  guard !Files.exists(run + "/config.json") else { return }
  Files.remove(run + "/log.txt")
  Files.removeFolder(run)
}

func framesPerSecond(_ arguments: Arguments) throws -> Double {
  try arguments.number("fps", 0.1...60, default: 10)
}

func terminalOptions(_ arguments: Arguments, log: String?) throws -> TerminalOptions {
  var options = TerminalOptions(logPath: log)
  let depths: [String: Abilities.ColorDepth] = [
    "truecolor": .truecolor, "256": .palette256, "16": .sixteen, "mono": .mono,
  ]
  options.colors = arguments["colors"].flatMap { depths[$0] }
  options.graphics = arguments["graphics"].flatMap { Abilities.Graphics(rawValue: $0) }
  guard arguments.has("max-bps") else { return options }
  options.bytesPerSecond = Int(try arguments.number("max-bps", 2000...1e9, default: 0))
  if let graphics = options.graphics, graphics.isPixels {
    throw UsageError("--graphics \(graphics) sends pictures whole, which --max-bps cannot limit; take half or sextant")
  }
  return options
}
