/// How far a protocol is, and whether it shall go on.

/// Called on the caller's thread with the share done, 0…1; returning false ends the work with `CancellationError`.
public typealias ProgressReport = (Double) -> Bool

/// The part of a work between two shares of the whole.
public func part(_ whole: @escaping ProgressReport, from start: Double, to end: Double) -> ProgressReport {
  { whole(start + $0 * (end - start)) }
}

extension Double {
  /// Reports that so much is done.
  /// - Throws: `CancellationError` when that ends the work.
  func report(to progress: ProgressReport) throws {
    guard progress(self) else { throw CancellationError() }
  }
}
