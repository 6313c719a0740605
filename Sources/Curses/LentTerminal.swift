/// A terminal that one process lends to another, as tmux's clients do to its server: the one holds it, and gives it back
/// whatever happens; the other draws on it and reads from it.
import CTerminal

/// A terminal of another process, which hands it to us with all it knows of it, and holds it meanwhile.
public struct LentTerminal: Sendable {
  /// A non-blocking description of it, to be closed by whoever made this value when its `Terminal` has ended.
  let file: Int32
  /// Where the signals of that process can be read, a byte each; its end is the terminal's.
  let signals: Int32
  /// The environment over there.
  let variables: [String: String]
  /// Asks that process to give the terminal to its shell and to stop; SIGCONT tells that it is back.
  let stop: @Sendable () -> Void

  /// - Parameters:
  ///   - file: a non-blocking description of the terminal; the caller's to close, after the `Terminal` made of it.
  ///   - signals: where that process's signals can be read, a byte each. Its end is the terminal's, too.
  ///   - variables: what `TerminalLender.variables` said.
  ///   - stop: asks for what Ctrl-Z does.
  public init(file: Int32, signals: Int32, variables: [String: String], stop: @escaping @Sendable () -> Void) {
    (self.file, self.signals, self.variables, self.stop) = (file, signals, variables, stop)
    ct_adopt(file)
  }
}

/// The side that lends: it holds the terminal, and has all that leaves the screen ready for the worst.
public struct TerminalLender: ~Copyable {
  private let hold: Hold
  /// What the environment says of the terminal.
  public let variables = Environment.variables()

  /// Takes the terminal that stdin and stdout are. Nothing is drawn.
  /// - Throws: `TerminalTrouble` when there is none, or when its type is unknown or cannot place a cursor.
  public init() throws {
    let environment = Environment(variables)
    let type = try TerminalType.find(for: environment, depth: nil)
    let hold = try Hold.take(logPath: nil)
    let farewell = try CursesScreen(type: type, depth: .mono, window: WindowSize(of: hold.file)).farewell
    hold.prepareFarewell(farewell)
    self.hold = hold
  }

  /// What is to be handed over: our own description of the terminal.
  public var file: Int32 { hold.file }

  /// Where the signals that are to be passed on can be read, a byte each.
  public var signals: Int32 { hold.signals }

  /// Gives the terminal to the shell and stops this process; returns when it goes on.
  public func stop() { _ = hold.putAside() }

  /// Takes the terminal again, after `stop` or whoever else stopped this process. False when it refuses.
  public func renew() -> Bool { hold.renew() }
}
