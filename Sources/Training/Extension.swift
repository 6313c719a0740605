/// Another length for a run, while it trains or when it is resumed.
import Basics
import Foundation
import Networks
import Telemetry

extension Configuration {
  /// The length of the schedule.
  var length: RunLength { steps.map { .steps($0) } ?? .epochs(epochs) }

  mutating func take(_ length: RunLength) {
    switch length {
    case .epochs(let count): (epochs, steps) = (count, nil)
    case .steps(let count): steps = count
    }
  }
}

extension Trainer {
  /// Gives the run another length; does nothing when it has that length.
  /// - Throws: `Trouble` when the run is longer already.
  mutating func extend(to length: RunLength) throws {
    guard length != configuration.length else { return }
    try Self.check(length, point, at: folder.path)
    var changed = configuration
    changed.take(length)
    let total =
      switch length {
      case .epochs: Self.totalImages(changed, pictures: data.train.count)
      case .steps(let count): imagesAfter(count - point.step)
      }
    let images = Double(point.images)
    let extended = schedule.extended(at: images, toTotal: max(Double(total), images + 1))
    changed.scheduleSegments = extended.segments
    try folder.rewriteConfiguration {
      $0.take(length)
      $0.scheduleSegments = extended.segments
    }
    (configuration, schedule) = (changed, extended)
    point.settings = changed.json(experimentOnly: true).text
    snapshot.run.totalEpochs = changed.steps == nil ? changed.epochs : 0
    snapshot.run.totalImages = Int(extended.totalImages)
    try emit(.extended(length, rateWords))
    // A checkpoint of this step has the old length.
    saved = nil
  }

  /// "the learning rate goes from 5e-4 to 0"
  private var rateWords: String {
    if schedule.shape == .constant { return "the learning rate stays" }
    if Double(point.images) < schedule.warmupImages { return "the learning rate falls to 0 after its warm-up" }
    let rate = schedule.rate(peak: point.knobs.learningRate, images: Double(point.images))
    return "the learning rate goes from \(Self.inThreeDigits(rate)) to 0"
  }

  private static func inThreeDigits(_ value: Double) -> String { String(format: "%.3g", value) }

  /// - Throws: `Trouble` when a run is as long already.
  static func check(_ length: RunLength, _ point: Checkpoint, at path: String) throws {
    let done: RunLength =
      switch length {
      case .epochs: .epochs(point.epoch)
      case .steps: .steps(point.step)
      }
    guard length.count > done.count else {
      throw Trouble(
        "the run has trained for \(done.words), so that it cannot end after \(length.words)", at: path,
        remedy: "take more than \(done.count)")
    }
  }

  /// Images after so many more steps with the present batch size.
  private func imagesAfter(_ steps: Int) -> Int {
    let batch = min(point.knobs.batchSize, data.train.count)
    /// Steps and images of an epoch, or of what is left of one.
    func part(_ count: Int) -> (steps: Int, images: Int) {
      let last = configuration.dropLast || count % batch < 2 ? 0 : count % batch
      return (count / batch + (last > 0 ? 1 : 0), count / batch * batch + last)
    }
    let (present, whole) = (part(max(0, data.train.count - point.cursor)), part(data.train.count))
    if steps <= present.steps { return point.images + min(steps * batch, present.images) }
    let later = steps - present.steps
    return point.images + present.images + later / whole.steps * whole.images + later % whole.steps * batch
  }
}
