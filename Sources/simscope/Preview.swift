/// `preview`: pairs of views and their stages, without training.
import Basics
import Foundation
import Images
import Telemetry
import Training

private let previewSettings = [
  "image_size", "strength", "crop_min", "flip_probability", "jitter_probability", "gray_probability",
  "blur_probability", "augmentation", "crop_rule", "jitter_rule", "brightness", "seed", "limit", "no_cache",
  "split_folders", "exif_orientation",
]

let previewFlags =
  previewSettings.map { Flag(Setting.named($0)!) } + displayFlags

func preview(_ arguments: Arguments) throws -> Int32 {
  if let status = try listThemes(arguments) ?? listKeys(arguments) { return status }
  var configuration = Configuration()
  try arguments.apply(to: &configuration)
  configuration.data = try arguments.words(["DATA"], optional: 1).first ?? sampleData()
  guard isatty(0) == 1 && isatty(1) == 1 else {
    throw Trouble("preview shows pictures on a terminal", at: "stdout", remedy: "run it in one")
  }
  let survey = try DataSet.survey(configuration.data, split: .pretraining, options: configuration.dataOptions)
  configuration.adapt(toLargestSide: survey.longestSide ?? 64)
  let link = Link()
  let themes = try themes(for: arguments)
  let options = try terminalOptions(arguments, log: nil)
  let framesPerSecond = try framesPerSecond(arguments)
  let outcome = try withScreen(
    themes, options, isPreview: true, knobs: configuration.knobs, keys: keyChanges(arguments)
  ) { screen in
    screen.draw()
    try decode(configuration, title: survey.title, link)
    return screen.browse(link, framesPerSecond: framesPerSecond)
  }
  let last = link.newest(after: -1)?.snapshot
  if case .failed(let text)? = last?.state { throw PreviewFailure(description: text) }
  if case .warning(let text)? = last?.events.last?.kind { complain(text) }
  return outcome.signal.map { 128 + $0 } ?? 0
}

private struct PreviewFailure: Error, CustomStringConvertible { let description: String }

/// Reads the pictures on a thread of its own; the link tells how far it is, and how it ended.
private func decode(_ configuration: Configuration, title: String, _ link: Link) throws {
  try startThread("reader") {
    var snapshot = Snapshot()
    snapshot.run.data = title
    do {
      let data = try DataSet.open(
        configuration.data, split: .pretraining, options: configuration.dataOptions, limit: configuration.limit,
        shorterSideAtMost: 2 * configuration.imageSize!, cache: configuration.pictureCache,
        workers: WorkerPool(starting: configuration.workerCount)
      ) { [snapshot] done, total in
        var snapshot = snapshot
        snapshot.state = .decoding(done: done, of: total)
        link.publish(snapshot)
        return true
      }
      link.offer(PairStudio(data, configuration))
      snapshot.run.trainCount = data.count
      snapshot.run.classes = data.classes
      snapshot.run.imageSize = configuration.imageSize!
      for note in data.warnings + (data.note.map { [$0] } ?? []) {
        snapshot.events.append(Event(step: 0, time: 0, .warning(note)))
      }
      snapshot.state = .paused
    } catch {
      snapshot.state = .failed("\(error)")
    }
    link.publish(snapshot)
  }
}
