/// What a finished run's `metrics.jsonl` says about a finding.
import Foundation
import Telemetry

extension Quantity {
  /// Read from the run's lines.
  /// - Returns: nil where it is not of this kind, or the run has no such values.
  public func value(ofRun path: String, epochs: Int) -> Double? {
    switch self {
    case .contrastiveAccuracy:
      let values = Self.values(of: .contrastiveTop1, path)
      let last = values.suffix(max(1, values.count / max(1, epochs)))
      return last.isEmpty ? nil : 100 * last.reduce(0, +) / Double(last.count)
    case .effectiveRank(let layer):
      return Self.values(of: layer == .h ? .hEffectiveRank : .effectiveRank, path).last
    case .linear, .finetuned, .supervised, .untrained, .pixels: return nil
    }
  }

  private static func values(of metric: Metric, _ run: String) -> [Double] {
    RunFolder.lines(of: run + "/metrics.jsonl").compactMap { ($0.object[metric.rawValue] as? NSNumber)?.doubleValue }
  }
}
