/// What the trainer is doing, in the words the screen shows.
public enum RunState: Sendable, Equatable {
  case starting
  case decoding(done: Int, of: Int)
  case waitingForFirstStep
  case running
  case paused
  case evaluating(progress: Double)
  case saving
  /// The run came to its planned end or was stopped; `reason` says which.
  case finished(reason: String)
  case failed(String)

  public var isOver: Bool {
    switch self {
    case .finished, .failed: true
    case .starting, .decoding, .waitingForFirstStep, .running, .paused, .evaluating, .saving: false
    }
  }
}
