/// The recorded runs whose curves are on the screen: those given, or those chosen of the ones beside the run that trains
/// here.
import Basics
import Dashboard
import Foundation
import Synchronization
import Telemetry
import Training

struct Overlays {
  /// nil until there is something to read.
  private var reader: RunReader?
  private var serial = -1
  private var asked: [String] = []
  /// The list that is being made.
  private var listing: Listing?

  /// - Throws: `Trouble` when no thread can be started to read them.
  init(_ histories: [RunHistory] = []) throws { reader = histories.isEmpty ? nil : try RunReader(histories) }

  /// Takes up what has been read and what is newly asked for.
  /// - Returns: whether the screen has something new to show.
  /// - Throws: `Trouble` when no thread can be started to read them.
  mutating func refresh(_ state: inout DashboardState) throws -> Bool {
    let isListed = try list(&state)
    let wanted = state.overlaid.compactMap(\.self)
    if wanted != asked {
      let histories = wanted.compactMap { try? RunHistory($0) }
      asked = wanted
      if let reader { reader.read(histories) } else { reader = try RunReader(histories) }
    }
    guard let (runs, serial) = reader?.newest(after: serial) else { return isListed }
    (state.recordedRuns, self.serial) = (runs, serial)
    return true
  }

  private mutating func list(_ state: inout DashboardState) throws -> Bool {
    guard state.wantsRunList else {
      listing = nil
      return false
    }
    let listing = try self.listing ?? Listing(beside: state.snapshot.run.folder)
    self.listing = listing
    guard let runs = listing.runs else { return false }
    self.listing = nil
    state.foundRuns(runs)
    return true
  }
}

/// The runs beside a run, found while the screen goes on: a glance into each of a thousand takes a while.
private final class Listing: Sendable {
  private let found = Mutex<[ListedRun]?>(nil)

  init(beside run: String) throws {
    try startThread("listing") { [self] in
      let runs = RunFolder.runs(beside: run)
      found.withLock { $0 = runs }
    }
  }

  /// nil until they are found.
  var runs: [ListedRun]? { found.withLock { $0 } }
}
