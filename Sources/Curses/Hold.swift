/// The terminal held: its mode ours, stdout and stderr going to the log. Given back when this value ends.
import CTerminal
import Glibc

struct Hold: ~Copyable {
  /// Our own description of the terminal, non-blocking.
  let file: Int32

  private init(file: Int32) { self.file = file }

  static func take(logPath: String?) throws(TerminalTrouble) -> Hold {
    let file = ct_open()
    guard file >= 0 else {
      throw TerminalTrouble(
        "there is no terminal to draw on", at: "stdin and stdout", remedy: "use --headless, or run it in a terminal")
    }
    if let logPath, !ct_log_to(logPath) {
      let reason = String(cString: strerror(errno))
      ct_close()
      throw TerminalTrouble("the log cannot be written (\(reason))", at: logPath, remedy: "choose another folder")
    }
    prepareFarewell([])
    ct_catch_crashes()
    guard ct_take() else {
      let reason = String(cString: strerror(errno))
      ct_close()
      throw TerminalTrouble("the terminal cannot be set up (\(reason))", at: "stdin", remedy: "use --headless")
    }
    return Hold(file: file)
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
