/// Why there is no screen: what happened, where, and what to do about it.
public struct TerminalTrouble: Error, Sendable, Equatable, CustomStringConvertible {
  public let what: String
  public let place: String
  public let remedy: String

  init(_ what: String, at place: String, remedy: String) {
    (self.what, self.place, self.remedy) = (what, place, remedy)
  }

  /// `what, where; what to do`
  public var description: String { "\(what), \(place); \(remedy)" }
}
