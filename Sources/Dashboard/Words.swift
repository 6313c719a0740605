/// States, events and values in the words of the screen.
import Canvas
import Foundation
import Telemetry

extension DashboardState {
  /// There are labels, and pictures held out for kNN.
  var hasLabels: Bool { !snapshot.run.classes.isEmpty && snapshot.run.heldOutCount > 0 }
}

/// A knob's value as the screen writes it.
func words(for value: Double, of knob: Knob) -> String {
  // Seven columns at most: 0.9999, 1.25e-3, 65,536.
  knob.isInteger ? Figures.fixed(value, 0) : Figures.significant(value, abs(value) < 0.01 ? 3 : 4)
}

func words(for range: ClosedRange<Double>) -> String {
  "\(Figures.significant(range.lowerBound, 7))…\(Figures.significant(range.upperBound, 7))"
}

extension Knob {
  /// Where a value stands in a range, 0…1: on a logarithmic scale when the knob turns by factors.
  func fraction(of value: Double, in range: ClosedRange<Double>) -> Double {
    guard case .factor = turn else {
      return (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    }
    // A range from 0 has no logarithm there: 1e-7 is where its first click leads.
    let low = max(range.lowerBound, 1e-7)
    return value <= low ? 0 : log2(value / low) / log2(range.upperBound / low)
  }

  /// The value at a place in a range, 0…1, as a person would say it: whole numbers as powers of two, factors in two
  /// digits, steps in the finest ones.
  func value(at fraction: Double, in range: ClosedRange<Double>) -> Double {
    if fraction <= 0 { return range.lowerBound }
    if fraction >= 1 { return range.upperBound }
    let value: Double
    switch turn {
    case .factor:
      let low = max(range.lowerBound, 1e-7)
      let exact = low * pow(range.upperBound / low, fraction)
      let digits = pow(10, floor(log10(exact)) - 1)
      value = isInteger ? exp2(log2(exact).rounded()) : (exact / digits).rounded() * digits
    case .step(_, let fine):
      let exact = range.lowerBound + fraction * (range.upperBound - range.lowerBound)
      value = ((exact / fine).rounded() * fine * 1e9).rounded() / 1e9
    }
    return min(max(value, range.lowerBound), range.upperBound)
  }

  /// Its sign at a marker.
  var sign: String {
    switch key {
    case "temperature": "τ"
    case "batch_size": "N"
    case "strength": "s"
    case "crop_min": "crop"
    case "learning_rate": "lr"
    case "weight_decay": "wd"
    case "momentum": "β"
    default: name
    }
  }
}

extension RunState {
  /// A glyph that tells the state without colour.
  var glyph: String {
    switch self {
    case .starting, .decoding, .waitingForFirstStep: "○"
    case .running: "▶"
    case .paused: "‖"
    case .evaluating: "◆"
    case .saving: "▼"
    case .finished: "■"
    case .failed: "✗"
    }
  }

  /// What goes on, in words.
  var words: String {
    switch self {
    case .starting: "starting"
    case .decoding(let done, let total): "reading pictures \(Figures.grouped(done)) of \(Figures.grouped(total))"
    case .waitingForFirstStep: "waiting for first step"
    case .running: "training"
    case .paused: "paused"
    case .evaluating(let progress): "evaluating \(Figures.percent(progress, 0))"
    case .saving: "saving"
    case .finished(let reason): reason.isEmpty ? "finished" : "finished: \(reason)"
    case .failed(let reason): "failed: \(reason)"
    }
  }

  var role: Theme.Role {
    switch self {
    case .running: .good
    case .finished: .good
    case .failed: .bad
    case .starting, .decoding, .waitingForFirstStep, .paused, .evaluating, .saving: .warning
    }
  }

  /// How much of what goes on is done, when it can be told.
  var progress: Double? {
    switch self {
    case .decoding(let done, let total): total > 0 ? Double(done) / Double(total) : 0
    case .evaluating(let progress): progress
    default: nil
    }
  }
}

extension Event {
  /// A row of the log.
  var words: String {
    switch kind {
    case .started: "training started"
    case .resumed(let step): "resumed from step \(Figures.grouped(step))"
    case .knob(let key, let from, let to): Self.turnWords(key, from, to)
    case .refused(let key, let reason): "\(Knob.named(key)?.name ?? key) not turned: \(reason)"
    case .paused: "paused"
    case .unpaused: "went on"
    case .checkpoint(let file): "saved as \(file)"
    case .evaluated(let metric, let value): "\(metric.title) \(Figures.percent(value))"
    case .testEvaluated(let count, let protocolName, let top1):
      "test split read by \(protocolName), time \(count)" + (top1.map { ": \(Figures.percent($0))" } ?? "")
    case .note(let text): text
    case .warning(let text): "warning: \(text)"
    case .moved(let folder): "the run's folder was moved to \(folder)"
    case .extended(let length, let text): "extended to \(length.words): \(text)"
    case .diverged(let divergence): divergence.words
    case .terminalLost: "the terminal was lost; training goes on"
    case .attached(let terminal): "shown on \(terminal)"
    case .stopped(let reason): "stopped: \(reason)"
    case .finished: "finished"
    case .failed(let text): "failed: \(text)"
    }
  }

  fileprivate static func turnWords(_ key: String, _ from: Double, _ to: Double) -> String {
    guard let knob = Knob.named(key) else { return "\(key) \(from) → \(to)" }
    return "\(knob.name) \(Dashboard.words(for: from, of: knob)) → \(Dashboard.words(for: to, of: knob))"
  }

  var role: Theme.Role {
    switch kind {
    case .knob, .extended: .marker
    case .refused, .warning, .moved, .terminalLost, .stopped: .warning
    case .failed, .diverged: .bad
    case .evaluated, .testEvaluated: .accuracy
    case .started, .resumed, .finished: .good
    case .paused, .unpaused, .checkpoint, .attached, .note: .text
    }
  }
}

extension Divergence {
  /// "diverged: loss and gradient are NaN or infinite; last change: temperature 0.5 → 0.01 at step 3"
  fileprivate var words: String {
    let change = lastChange.map {
      "; last change: \(Event.turnWords($0.knob, $0.from, $0.to)) at step \(Figures.grouped($0.step))"
    }
    return "diverged: \(finding)\(change ?? "")"
  }
}

extension Metric {
  /// Its name where room is dear.
  var shortTitle: String {
    switch self {
    case .contrastiveTop1: "top-1"
    case .positiveSimilarity: "positive"
    case .negativeSimilarity: "negative"
    case .hPositiveSimilarity: "h positive"
    case .hNegativeSimilarity: "h negative"
    case .effectiveRank: "rank"
    case .gradientNorm: "gradient"
    case .learningRate: "rate"
    case .knnAccuracy: "kNN"
    default: title
    }
  }

  /// Its name on the screen.
  var title: String {
    switch self {
    case .contrastiveTop1: "contrastive top-1"
    case .contrastiveTop5: "contrastive top-5"
    case .positiveSimilarity: "positive similarity"
    case .negativeSimilarity: "negative similarity"
    case .effectiveRank: "effective rank"
    case .hPositiveSimilarity: "positive similarity of h"
    case .hNegativeSimilarity: "negative similarity of h"
    case .hEffectiveRank: "effective rank of h"
    case .standardDeviation: "deviation of 1/√d"
    case .hAlignment: "alignment of h"
    case .hUniformity: "uniformity of h"
    case .gradientNorm: "gradient norm"
    case .imagesPerSecond: "images/s"
    case .knnAccuracy: "kNN accuracy"
    case .linearAccuracy: "linear accuracy"
    case .learningRate: "learning rate"
    default: String(rawValue.map { $0 == "_" ? " " : $0 })
    }
  }
}
