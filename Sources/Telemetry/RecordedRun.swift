/// A run as its files tell it: what the screen lays over others.
public struct RecordedRun: Sendable {
  /// The run folder's name and path.
  public var name: String
  public var folder: String
  /// Every series of its `metrics.jsonl`.
  public var curves: [Metric: Curve] = [:]
  /// What its `events.jsonl` tells, oldest first.
  public private(set) var events = ChunkedArray<Event>()
  /// The last event on its beginning or end says that it trains no more.
  private var hasEnded = false
  /// Somebody trains in it; not so after a crash, of which no event tells.
  public var isHeld = true
  public var isOver: Bool { hasEnded || !isHeld }
  /// How much of the files is read, 0…1.
  public var shareRead = 0.0

  /// Nothing of it is read yet.
  public init(name: String, folder: String) { (self.name, self.folder) = (name, folder) }

  /// Takes the next event.
  public mutating func append(_ event: Event) {
    events.append(event)
    switch event.kind {
    case .finished, .stopped, .failed: hasEnded = true
    case .started, .resumed: hasEnded = false
    default: break
    }
  }

  /// The file has been replaced by another.
  public mutating func removeEvents() { (events, hasEnded) = (ChunkedArray(), false) }
}
