/// The terminal held: its mode ours, signals caught, stdout and stderr going to the log. Given back when this value ends.
/// Or one that another process has lent us: that holds it, and does with it what we ask for.
import Basics
import CTerminal
import Glibc

struct Hold: ~Copyable {
  /// Our own description of the terminal, non-blocking.
  let file: Int32
  /// Where caught signals can be read, a byte each.
  let signals: Int32
  /// Of one that is lent: puts it aside.
  private let stop: (@Sendable () -> Void)?

  static func take(logPath: String?) throws(TerminalTrouble) -> Hold {
    let file = ct_open()
    guard file >= 0 else {
      throw TerminalTrouble(
        "there is no terminal to draw on", at: "stdin and stdout", remedy: "use --headless, or run it in a terminal")
    }
    let hold = Hold(file: file, signals: ct_catch_signals(), stop: nil)
    guard hold.signals >= 0 else {
      throw trouble("signals cannot be heard", at: "pipe", "close some files (ulimit -n)")
    }
    if let logPath, !logPath.withPath({ ct_log_to($0) }) {
      throw trouble("the log cannot be written", at: logPath, "choose another folder")
    }
    hold.prepareFarewell([])
    ct_catch_crashes()
    guard ct_take() else { throw trouble("the terminal cannot be set up", at: "stdin", "use --headless") }
    return hold
  }

  /// Of a terminal that is lent.
  init(_ lent: LentTerminal) { self.init(file: lent.file, signals: lent.signals, stop: lent.stop) }

  private init(file: Int32, signals: Int32, stop: (@Sendable () -> Void)?) {
    (self.file, self.signals, self.stop) = (file, signals, stop)
  }

  private static func trouble(_ what: String, at place: String, _ remedy: String) -> TerminalTrouble {
    TerminalTrouble("\(what) (\(String(cString: strerror(errno))))", at: place, remedy: remedy)
  }

  /// What leaves the screen: first an end to what may be half sent, mouse reports, synchronised output and bracketed
  /// paste off, colours and cursor as usual; then the terminal's own way out, and a line for who sits there. Whoever lends
  /// a terminal has prepared that.
  func prepareFarewell(_ wayOut: [UInt8], saying line: String? = nil) {
    guard stop == nil else { return }
    let modes = ["1000", "1002", "1003", "1006", "2026", "2004"].map { "\u{1b}[?\($0)l" }.joined()
    let end = line.map { Array("\($0.visible)\r\n".utf8) } ?? []
    let bytes = Array("\u{1b}\\\(modes)\u{1b}[0m\u{1b}[?25h".utf8) + wayOut + end
    ct_set_farewell(bytes, bytes.count)
  }

  /// From now on stdout and stderr go to another log. Where that cannot be written, and on one that is lent, they stay.
  func log(to path: String) { if stop == nil { _ = path.withPath { ct_log_to($0) } } }

  /// Ctrl-Z: the shell has the terminal until the process that holds it is told to go on.
  /// - Returns: whether that has happened already; one that is lent comes back with SIGCONT.
  func putAside() -> Bool {
    if let stop {
      stop()
      return false
    }
    ct_give_back()
    ct_stop()
    return true
  }

  /// Our mode again, after somebody else had the terminal. False when it refuses.
  func renew() -> Bool { stop != nil || ct_take() }

  /// The terminal may be dead, or another has the screen: it is left if it still listens, and never touched again.
  func letGo() { if stop == nil { ct_let_go() } }

  deinit {
    guard stop == nil else { return }
    ct_give_back()
    ct_release_signals()
    ct_close()
  }
}
