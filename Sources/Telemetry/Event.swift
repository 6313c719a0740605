/// Something that happened in a run: a row of the log panel, a marker on every plot, a line of `events.jsonl`.
public struct Event: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    case started
    case resumed(fromStep: Int)
    /// `key` is the knob's key in `metrics.jsonl`; the event's step is the last one with the old value.
    case knob(key: String, from: Double, to: Double)
    case refused(key: String, reason: String)
    case paused, unpaused
    case checkpoint(file: String)
    case evaluated(metric: Metric, value: Double)
    /// The test split was read by `evaluate` or `embed`, for the `count`th time; `top1` is what was found, 0…1.
    case testEvaluated(count: Int, protocolName: String, top1: Double?)
    /// Something worth knowing.
    case note(String)
    case warning(String)
    /// The run's folder was moved, and is now there.
    case moved(to: String)
    /// The run was given another length; `text` says what the learning rate does.
    case extended(RunLength, String)
    /// Loss, gradient or weights are NaN or infinite.
    case diverged(Divergence)
    case terminalLost
    /// Another terminal, of this name, has the screen from here on.
    case attached(terminal: String)
    case stopped(reason: String)
    case finished
    case failed(String)
  }

  public let step: Int
  /// Seconds of training.
  public let time: Double
  public let kind: Kind

  public init(step: Int, time: Double, _ kind: Kind) {
    self.step = step
    self.time = time
    self.kind = kind
  }

  /// The word in `events.jsonl`.
  public var word: String {
    switch kind {
    case .started: "started"
    case .resumed: "resumed"
    case .knob: "knob"
    case .refused: "refused"
    case .paused: "paused"
    case .unpaused: "unpaused"
    case .checkpoint: "checkpoint"
    case .evaluated: "evaluated"
    case .testEvaluated: "test_evaluated"
    case .note: "note"
    case .warning: "warning"
    case .moved: "moved"
    case .extended: "extended"
    case .diverged: "diverged"
    case .terminalLost: "terminal_lost"
    case .attached: "attached"
    case .stopped: "stopped"
    case .finished: "finished"
    case .failed: "failed"
    }
  }
}
