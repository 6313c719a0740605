/// A trouble in the world (not a mistake in the program): what happened, where, and what to do about it.
public struct Trouble: Error, Sendable, Equatable, CustomStringConvertible {
  public let what: String
  public let place: String
  public let remedy: String

  /// - Parameters:
  ///   - what: what happened, without a full stop.
  ///   - place: the file, folder or setting; may be empty.
  ///   - remedy: what the person can do.
  public init(_ what: String, at place: String = "", remedy: String) {
    self.what = what
    self.place = place
    self.remedy = remedy
  }

  /// `what, where; what to do`, on one line that is safe to show.
  public var description: String { ((place.isEmpty ? what : "\(what), \(place)") + "; \(remedy)").visible }
}
