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
  public private(set) var isOver = false
  /// How much of the files is read, 0…1.
  public var shareRead = 0.0

  /// Nothing of it is read yet.
  public init(name: String, folder: String) { (self.name, self.folder) = (name, folder) }

  /// Takes the next event.
  public mutating func append(_ event: Event) {
    events.append(event)
    switch event.kind {
    case .finished, .stopped, .failed: isOver = true
    case .started, .resumed: isOver = false
    default: break
    }
  }

  /// The file has been replaced by another.
  public mutating func removeEvents() { (events, isOver) = (ChunkedArray(), false) }
}
