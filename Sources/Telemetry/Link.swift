/// The one place where trainer and screen meet: the newest snapshot goes up, commands come down. The trainer never
/// waits for the screen, and a slow screen misses snapshots, never commands.
import Dispatch
import Synchronization

public final class Link: Sendable {
  private struct Upward {
    var snapshot = Snapshot()
    var serial = 0
    var pairs: (any PairSource)?
    var embedding: EmbeddingMap?
  }

  private let upward = Mutex(Upward())
  private let commands = Mutex([Command]())
  private let bell = DispatchSemaphore(value: 0)

  public init() {}

  /// Trainer's side: replaces the newest snapshot.
  public func publish(_ snapshot: Snapshot) {
    upward.withLock {
      $0.snapshot = snapshot
      $0.serial += 1
    }
  }

  /// From any thread: replaces the newest map.
  public func publish(_ embedding: EmbeddingMap) {
    upward.withLock {
      $0.embedding = embedding
      $0.serial += 1
    }
  }

  /// Trainer's side: the pictures are decoded, pairs of views may be asked for.
  public func offer(_ pairs: any PairSource) { upward.withLock { $0.pairs = pairs } }

  /// Trainer's side: all commands since the last call, oldest first. With `wait`, sleeps until there is one or the
  /// seconds are over.
  public func receive(wait seconds: Double = 0) -> [Command] {
    let waiting = take()
    if !waiting.isEmpty || seconds <= 0 { return waiting }
    _ = bell.wait(timeout: .now() + seconds)
    return take()
  }

  private func take() -> [Command] {
    commands.withLock { inbox in
      defer { inbox = [] }
      return inbox
    }
  }

  /// Trainer's side: whether the end is asked for. For work between steps that may be cut short.
  public var stopIsAsked: Bool { commands.withLock { $0.contains(.stop) } }

  /// Screen's side.
  public func send(_ command: Command) {
    commands.withLock { $0.append(command) }
    bell.signal()
  }

  /// Screen's side: the newest snapshot and its serial number, or nil when `serial` is the newest already.
  public func newest(after serial: Int) -> (snapshot: Snapshot, serial: Int)? {
    upward.withLock { upward in
      guard upward.serial != serial else { return nil }
      var snapshot = upward.snapshot
      snapshot.embedding = upward.embedding
      return (snapshot, upward.serial)
    }
  }

  public var pairs: (any PairSource)? { upward.withLock { $0.pairs } }
}
