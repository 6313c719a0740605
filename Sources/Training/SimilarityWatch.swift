/// When the similarity explorer is given another batch: at once when it asks, then so rarely that training does not feel
/// it; never when nobody looks.
import Telemetry

extension Trainer {
  /// What is kept for the explorer.
  struct Exploration {
    /// The newest batch that a step looked at.
    var trained: TrainedBatch?
    /// Made when it is first asked for, given up with the last look.
    var probe: SimilarityProbe?
    /// The next batch is due at once.
    var isAsked = false
    var last = ContinuousClock.now
    /// Seconds that the last batch took.
    var cost = 0.0

    /// Seconds between batches: each takes at most a hundredth of the trainer's time.
    var interval: Double { max(2, 100 * cost) }
  }

  /// Takes up what a screen shows now; asked again, the explorer is given the newest at once.
  mutating func watch(_ shown: Set<Watch>) {
    watching = shown
    exploration.isAsked = true
    if watched == nil { (exploration.probe, snapshot.batch) = (nil, nil) }
  }

  private var watched: SimilarityBatch.Source? {
    watching.contains(.probe) ? .probe : watching.contains(.batch) ? .live : nil
  }

  /// Between steps.
  mutating func exploreWhenDue() {
    guard let watched, isDue(watched) else { return }
    var clock = Stopwatch()
    switch watched {
    case .live:
      guard let batch = exploration.trained else { return }
      snapshot.batch = SimilarityBatch(batch, data.train, seed: configuration.seed, workers: workers)
    case .probe:
      let probe = exploration.probe ?? SimilarityProbe(data.train, configuration, workers: workers)
      let z = engine.project(probe.bytes, images: probe.shown.indices.count, point.model)
      snapshot.batch = SimilarityBatch(probe, z: z, step: point.step)
      exploration.probe = probe
    }
    (exploration.isAsked, exploration.last, exploration.cost) = (false, .now, clock.lap())
    snapshot.time += exploration.cost
    publish(force: true)
  }

  /// A pause has time for every step.
  private func isDue(_ source: SimilarityBatch.Source) -> Bool {
    if exploration.isAsked { return true }
    let newest = source == .probe ? point.step : exploration.trained?.step
    if let batch = snapshot.batch, batch.source == source, batch.step == newest { return false }
    return isPaused || .now - exploration.last > .seconds(exploration.interval)
  }
}
