/// The recorded runs whose curves are on the screen: those given, or those chosen of the ones beside the run that trains
/// here.
import Dashboard
import Foundation
import Telemetry
import Training

struct Overlays {
  /// nil until there is something to read.
  private var reader: RunReader?
  private var serial = -1
  private var asked: [String] = []

  init(_ histories: [RunHistory] = []) { reader = histories.isEmpty ? nil : RunReader(histories) }

  /// Takes up what has been read and what is newly asked for.
  /// - Returns: whether the screen has something new to show.
  mutating func refresh(_ state: inout DashboardState) -> Bool {
    let isListed = state.wantsRunList
    if isListed { state.foundRuns(RunFolder.runs(beside: state.snapshot.run.folder)) }
    let wanted = state.overlaid.compactMap(\.self)
    if wanted != asked {
      let histories = wanted.compactMap { try? RunHistory($0) }
      asked = wanted
      if let reader { reader.read(histories) } else { reader = RunReader(histories) }
    }
    guard let (runs, serial) = reader?.newest(after: serial) else { return isListed }
    (state.recordedRuns, self.serial) = (runs, serial)
    return true
  }
}
