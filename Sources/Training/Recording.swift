/// A run that is over, or as far as it is, as it stood after any of its steps.
import Basics
import Foundation
import Telemetry

public struct Recording: Sendable {
  public let run: RecordedRun
  public let configuration: Configuration
  private let description: RunDescription
  /// Steps with a line, ascending: those of the loss.
  private let steps: Curve

  /// Reads the whole run.
  /// - Parameter progress: called now and then with the share that is read; false ends it.
  /// - Throws: `Trouble` when there is no run in this folder or no step in it, `CancellationError`.
  public init(_ folder: String, progress: (Double) -> Bool) throws {
    configuration = try RunFolder.configuration(of: folder)
    var history = try RunHistory(folder)
    while history.readOn() {
      if !progress(history.run.shareRead) { throw CancellationError() }
    }
    run = history.run
    guard let steps = run.curves[.loss], steps.count > 0 else {
      throw Trouble("no step is written down", at: folder + "/metrics.jsonl", remedy: "name a run that has trained")
    }
    self.steps = steps
    description = RunDescription(configuration, folder: folder)
  }

  public var lastStep: Int { steps.last!.lastStep }

  /// Seconds of training at a step.
  public func time(at step: Int) -> Double { value(.time, at: step) ?? Double(step) / 10 }

  /// The newest step at a time.
  public func step(at time: Double) -> Int {
    guard let times = run.curves[.time] else { return Int(min(max(0, time * 10), Double(lastStep))) }
    guard let after = times.step(reaching: time) else { return lastStep }
    return min(lastStep, self.time(at: after) > time ? max(0, after - 1) : after)
  }

  private func value(_ metric: Metric, at step: Int) -> Double? {
    run.curves[metric]?.value(upTo: step).flatMap { $0.isFinite ? $0 : nil }
  }

  private func count(_ metric: Metric, at step: Int) -> Int { value(metric, at: step).flatMap { Int(count: $0) } ?? 0 }

  /// What the trainer would have shown after a step, as far as it is written down.
  public func snapshot(at step: Int) -> Snapshot {
    var snapshot = Snapshot()
    snapshot.run = description
    snapshot.run.totalImages = count(.images, at: lastStep)
    snapshot.step = step
    snapshot.epoch = value(.epoch, at: step) ?? 0
    snapshot.images = count(.images, at: step)
    snapshot.knobs = configuration.knobs
    for knob in Knob.all where knob.key != Metric.learningRate.rawValue {
      guard let metric = Metric(rawValue: knob.key), let value = value(metric, at: max(1, step)), knob.canBe(value)
      else { continue }
      snapshot.knobs[keyPath: knob.path] = value
    }
    snapshot.learningRate = value(.learningRate, at: step) ?? 0
    snapshot.imagesPerSecond = value(.imagesPerSecond, at: step) ?? 0
    snapshot.time = time(at: step)
    snapshot.secondsLeft = max(0, time(at: lastStep) - snapshot.time)
    snapshot.curves = run.curves.mapValues { $0.upTo(step: step) }
    for event in (0..<run.events.count).map({ run.events[$0] }) where event.step <= step {
      snapshot.events.append(event)
      // The peak of the schedule is turned, not the rate of a step.
      if case .knob(Metric.learningRate.rawValue, _, let value) = event.kind { snapshot.knobs.learningRate = value }
    }
    var metrics = StepMetrics(step: step)
    for metric in Metric.allCases { metrics[metric] = run.curves[metric]?.value(upTo: step) }
    snapshot.metrics = metrics
    return snapshot
  }
}
