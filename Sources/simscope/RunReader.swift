/// Reads runs from their folders and follows those that grow, on a thread of its own: a long run takes a while.
import Basics
import Foundation
import Synchronization
import Telemetry
import Training

final class RunReader: Sendable {
  private struct Shelf {
    var runs: [RecordedRun] = []
    var serial = 0
    /// The histories to be read next; nil: those that are.
    var wanted: [RunHistory]?
  }

  private let shelf: Mutex<Shelf>

  /// How far it steps back: what trains is worth more than what has been.
  private static let niceness = 10

  /// Starts reading.
  /// - Throws: `Trouble` when the thread cannot be started.
  init(_ histories: [RunHistory]) throws {
    shelf = Mutex(Shelf(runs: histories.map(\.run), wanted: histories))
    try startThread("reader") { [self] in
      stepBack(niceness: Self.niceness)
      follow()
    }
  }

  /// Reads these from now on.
  func read(_ histories: [RunHistory]) { shelf.withLock { $0.wanted = histories } }

  /// The runs as far as they are read, and their serial number; nil when `serial` is the newest already.
  func newest(after serial: Int) -> (runs: [RecordedRun], serial: Int)? {
    shelf.withLock { $0.serial == serial ? nil : ($0.runs, $0.serial) }
  }

  private func follow() {
    var histories: [RunHistory] = []
    while true {
      let wanted = shelf.withLock { shelf in
        defer { shelf.wanted = nil }
        return shelf.wanted
      }
      if let wanted { histories = wanted }
      let news = histories.indices.filter { histories[$0].readOn() }
      if !news.isEmpty || wanted != nil {
        shelf.withLock {
          $0.runs = histories.map(\.run)
          $0.serial += 1
        }
      }
      if news.isEmpty { usleep(200_000) }
    }
  }
}
