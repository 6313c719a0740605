/// `replay`: the dashboard over a recorded run, with time under the hand.
import Basics
import Curses
import Dashboard
import Foundation
import Images
import Telemetry
import Training

let replayFlags = displayFlags

func replay(_ arguments: Arguments) throws -> Int32 {
  if let status = try listThemes(arguments) ?? listKeys(arguments) { return status }
  let folder = try arguments.words(["RUN"])[0]
  guard isatty(0) == 1, isatty(1) == 1 else {
    throw Trouble(
      "replay shows a run on a terminal", at: "stdout", remedy: "run it in one, or read the run's metrics.jsonl")
  }
  _ = try RunFolder.configuration(of: folder)
  let themes = try themes(for: arguments)
  let options = try terminalOptions(arguments, log: nil)
  let framesPerSecond = try framesPerSecond(arguments)
  let memory = ScreenMemory.load(arguments)
  let link = Link()
  let outcome = try withScreen(themes, options, keys: keyChanges(arguments), memory: memory) { screen in
    screen.draw()
    try play(folder, link)
    let outcome = screen.browse(link, framesPerSecond: framesPerSecond)
    link.send(.stop)
    return outcome
  }
  memory.keep(outcome.memory)
  if case .failed(let text)? = link.newest(after: -1)?.snapshot.state { throw ReplayFailure(description: text) }
  return outcome.signal.map { 128 + $0 } ?? 0
}

private struct ReplayFailure: Error, CustomStringConvertible { let description: String }

/// Reads and plays the run on a thread of its own, and its pictures on another, where they are still to be had.
private func play(_ folder: String, _ link: Link) throws {
  try startThread("player") {
    do {
      let recording = try Recording(folder) { _ in !link.stopIsAsked }
      try offerViews(recording.configuration, link)
      var player = Player(recording, link)
      player.play()
    } catch {
      var snapshot = Snapshot()
      snapshot.state = .failed("\(error)")
      link.publish(snapshot)
    }
  }
}

private func offerViews(_ configuration: Configuration, _ link: Link) throws {
  try startThread("views") {
    let data = try? DataSet.open(
      configuration.data, split: .pretraining, options: configuration.dataOptions, limit: configuration.limit,
      shorterSideAtMost: 2 * (configuration.imageSize ?? 32), cache: configuration.pictureCache,
      workers: WorkerPool(threads: 1)
    ) { _, _ in !link.stopIsAsked }
    if let data { link.offer(PairStudio(data, configuration)) }
  }
}
