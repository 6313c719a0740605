/// What the user asked of the screen, and what the screen reports.
import Canvas

/// Wishes that stand above what is detected.
public struct TerminalOptions: Sendable, Equatable {
  /// nil: as many colours as the terminal is known to have.
  public var colors: Abilities.ColorDepth?
  /// nil: the best the terminal is known to show.
  public var graphics: Abilities.Graphics?
  /// No more than this is sent, within 10 % over any five seconds; at least 2,000. Pictures are in cells then: pixels
  /// cannot be sent in parts. nil: as fast as the terminal reads.
  public var bytesPerSecond: Int?
  /// While the screen is up, what is written to stdout and stderr goes to the end of this file; nil: nowhere else.
  public var logPath: String?

  public init(colors: Abilities.ColorDepth? = nil, graphics: Abilities.Graphics? = nil, logPath: String? = nil) {
    (self.colors, self.graphics, self.logPath) = (colors, graphics, logPath)
  }
}

/// What `Terminal.wait` tells.
public enum TerminalEvent: Sendable, Equatable {
  case key(Key)
  case mouse(MouseEvent)
  /// Text that was pasted; line ends are spaces.
  case paste(String)
  /// `Terminal.size` has changed; the next frame is drawn whole.
  case resized
  /// SIGINT, SIGTERM or SIGQUIT. (Ctrl-Z, window changes and hangups are dealt with inside.)
  case signal(Int32)
  /// The terminal is gone: hung up, closed or unreadable. It is not touched again.
  case lost
  /// A reply came later than the first frame: `abilities` and `availableGraphics` have changed.
  case abilitiesChanged
}
