/// Who shows a run: one screen at a time. Whoever comes last has it, and whoever was there leaves.
import Foundation
import Synchronization

final class Stage: Sendable {
  private struct Place {
    var newest = 0
    /// By what name the newest one came.
    var name = ""
    var present: Int?
    var isClosed = false
  }

  private let place: Mutex<Place>

  /// - Parameter isTaken: the process has a screen of its own; its turn is 0.
  init(isTaken: Bool) { place = Mutex(Place(present: isTaken ? 0 : nil)) }

  /// Waits until those before have left.
  /// - Returns: the turn; nil when another came later, or the run is over.
  func enter(as name: String) -> Int? {
    let turn = place.withLock { place in
      place.newest += 1
      place.name = name
      return place.newest
    }
    while true {
      let isIn = place.withLock { place -> Bool? in
        if place.isClosed || place.newest != turn { return false }
        if place.present == nil { place.present = turn }
        return place.present == turn ? true : nil
      }
      if let isIn { return isIn ? turn : nil }
      usleep(10_000)
    }
  }

  /// The name of the one who shall have it instead.
  func successor(of turn: Int) -> String? { place.withLock { $0.newest == turn ? nil : $0.name } }

  func leave(_ turn: Int) { place.withLock { if $0.present == turn { $0.present = nil } } }

  var isTaken: Bool { place.withLock { $0.present != nil } }

  /// The run is over: nobody comes any more, and whoever is there shall leave.
  func close() { place.withLock { $0.isClosed = true } }
  var isClosed: Bool { place.withLock { $0.isClosed } }
}
