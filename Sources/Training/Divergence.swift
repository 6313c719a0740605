/// Divergence: loss, gradient or weights are no longer finite. Reported once; then the run stops, pauses or continues.
import Basics
import Foundation
import Telemetry

extension Trainer {
  /// What is known about divergence after the last step.
  struct Soundness {
    /// What the last step or save found: "loss", "gradient", "weights".
    var nonFinite: [String] = []
    /// The event is written; it is not repeated while the run stays non-finite.
    var isReported = false
    /// Step of the newest checkpoint without NaN or infinity; it is never pruned.
    var finiteStep: Int?
  }

  /// Notes what a step's metrics say; they are computed in any case.
  mutating func assess(_ metrics: StepMetrics) {
    let found = [("loss", Metric.loss), ("gradient", .gradientNorm)].filter { metrics[$0.1]?.isFinite == false }
    soundness.nonFinite = found.map(\.0)
    if found.isEmpty { soundness.isReported = false }
  }

  /// Reports a divergence found since the last call, once, and does what `--on-divergence` says.
  /// - Returns: how the run ends, if it ends here.
  mutating func heedDivergence() throws -> TrainingEnd? {
    guard !soundness.nonFinite.isEmpty, !soundness.isReported else { return nil }
    soundness.isReported = true
    let divergence = Divergence(
      nonFinite: soundness.nonFinite, lastChange: lastChange, finiteStep: soundness.finiteStep)
    try emit(.diverged(divergence))
    switch divergenceChoice {
    case .continue: return nil
    case .pause:
      isPaused = true
      try emit(.paused)
      return nil
    case .stop: return try end(divergence)
    }
  }

  var divergenceChoice: Configuration.DivergenceChoice { configuration.onDivergence ?? divergenceDefault }

  /// The newest knob change of the run.
  private var lastChange: Divergence.Change? {
    for index in (0..<snapshot.events.count).reversed() {
      let event = snapshot.events[index]
      if case .knob(let key, let from, let to) = event.kind {
        return Divergence.Change(knob: key, from: from, to: to, step: event.step)
      }
    }
    return nil
  }

  private mutating func end(_ divergence: Divergence) throws -> TrainingEnd {
    try flushHeldLines()
    let rate = JSONLine.number(point.knobs.learningRate / 10)
    let change = divergence.lastChange.map {
      ", after \($0.knob) \(JSONLine.number($0.from)) to \(JSONLine.number($0.to)) at step \($0.step)"
    }
    let trouble = Trouble(
      "training diverged at step \(point.step): \(divergence.finding)\(change ?? "")", at: folder.path,
      remedy: divergence.finiteStep.map {
        "rewind to step \($0) with a lower learning rate, as a new run: simscope resume \(folder.path) --rewind \($0) "
          + "--learning-rate \(rate)"
      } ?? "start a new run with a lower learning rate: --learning-rate \(rate)")
    try emit(.failed(trouble.description))
    snapshot.state = .failed(trouble.description)
    publish(force: true)
    return .failed(trouble)
  }
}
