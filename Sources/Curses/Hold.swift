/// The terminal held: its mode ours, signals caught, stdout and stderr going to the log. Given back when this value ends.
import CTerminal
import Glibc

struct Hold: ~Copyable {
  /// Our own description of the terminal, non-blocking.
  let file: Int32
  /// Where caught signals can be read, a byte each.
  let signals: Int32

  static func take(logPath: String?) throws(TerminalTrouble) -> Hold {
    let file = ct_open()
    guard file >= 0 else {
      throw TerminalTrouble(
        "there is no terminal to draw on", at: "stdin and stdout", remedy: "use --headless, or run it in a terminal")
    }
    let hold = Hold(file: file, signals: ct_catch_signals())
    guard hold.signals >= 0 else {
      throw trouble("signals cannot be heard", at: "pipe", "close some files (ulimit -n)")
    }
    if let logPath, !ct_log_to(logPath) {
      throw trouble("the log cannot be written", at: logPath, "choose another folder")
    }
    prepareFarewell([])
    ct_catch_crashes()
    guard ct_take() else { throw trouble("the terminal cannot be set up", at: "stdin", "use --headless") }
    return hold
  }

  private static func trouble(_ what: String, at place: String, _ remedy: String) -> TerminalTrouble {
    TerminalTrouble("\(what) (\(String(cString: strerror(errno))))", at: place, remedy: remedy)
  }

  /// What leaves the screen: first an end to what may be half sent, mouse reports, synchronised output and bracketed
  /// paste off, colours and cursor as usual; then the terminal's own way out.
  static func prepareFarewell(_ wayOut: [UInt8]) {
    let modes = ["1000", "1002", "1003", "1006", "2026", "2004"].map { "\u{1b}[?\($0)l" }.joined()
    let bytes = Array("\u{1b}\\\(modes)\u{1b}[0m\u{1b}[?25h".utf8) + wayOut
    ct_set_farewell(bytes, bytes.count)
  }

  deinit {
    ct_give_back()
    ct_release_signals()
    ct_close()
  }
}
