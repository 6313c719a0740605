/// The recorded runs whose curves are on the screen: those given, or the newest of those beside the run that trains here,
/// as many as are asked for.
import Dashboard
import Foundation
import Telemetry
import Training

struct Overlays {
  /// nil until there is something to read.
  private var reader: RunReader?
  private var serial = -1
  private var asked = 0

  init(_ histories: [RunHistory] = []) { reader = histories.isEmpty ? nil : RunReader(histories) }

  /// Takes up what has been read and what is newly asked for.
  /// - Returns: whether the screen has something new to show.
  mutating func refresh(_ state: inout DashboardState) -> Bool {
    if state.metrics.overlayCount != asked {
      let histories = Array(Self.runs(before: state.snapshot.run.folder).prefix(state.metrics.overlayCount))
      state.foundOverlays(histories.count)
      asked = state.metrics.overlayCount
      if let reader { reader.read(histories) } else { reader = RunReader(histories) }
    }
    guard let (runs, serial) = reader?.newest(after: serial) else { return false }
    (state.recordedRuns, self.serial) = (runs, serial)
    return true
  }

  /// The other runs in the same folder, the newest first.
  private static func runs(before folder: String) -> [RunHistory] {
    let own = URL(fileURLWithPath: folder).standardizedFileURL
    let keys: [URLResourceKey] = [.contentModificationDateKey]
    let files = try? FileManager.default.contentsOfDirectory(
      at: own.deletingLastPathComponent(), includingPropertiesForKeys: keys)
    func age(_ url: URL) -> Date {
      let metrics = url.appendingPathComponent("metrics.jsonl")
      return (try? metrics.resourceValues(forKeys: Set(keys)))?.contentModificationDate ?? .distantPast
    }
    let others = (files ?? []).map(\.standardizedFileURL).filter { $0.path != own.path }
    return others.map { ($0, age($0)) }.sorted { $0.1 > $1.1 }.compactMap { try? RunHistory($0.0.path) }
  }
}
