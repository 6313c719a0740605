/// What the pointer did, on which cell.
public struct MouseEvent: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case press, drag, release, wheelUp, wheelDown
  }

  public enum Button: Sendable, Hashable { case left, middle, right }

  public var kind: Kind
  /// Of a press, a drag or a release; left for the wheel.
  public var button: Button
  /// From 0, the upper left cell's.
  public var column: Int, row: Int
  /// Presses of this button on this cell, one shortly after the other; 2 is a double click.
  public var clicks = 1

  public init(_ kind: Kind, _ button: Button = .left, column: Int, row: Int, clicks: Int = 1) {
    (self.kind, self.button, self.column, self.row, self.clicks) = (kind, button, column, row, clicks)
  }
}
