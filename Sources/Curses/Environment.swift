/// What the environment says about the terminal.
import CTerminal
import Glibc

struct Environment: Equatable {
  var term = ""
  var colorTerm = ""
  /// NO_COLOR is set and not empty (no-color.org).
  var noColor = false
  /// tmux or screen stands between us and the terminal.
  var multiplexed = false
  /// Where tmux can be asked, when it is tmux: the beginning of TMUX; and our pane.
  var tmuxSocket = ""
  var tmuxPane = ""
  /// The locale writes UTF-8.
  var unicode = true

  var isInTmux: Bool { !tmuxSocket.isEmpty }

  /// All that is read here; it goes with a terminal that is lent to another process.
  static func variables() -> [String: String] {
    let names = ["TERM", "COLORTERM", "NO_COLOR", "TMUX", "TMUX_PANE", "STY", "LC_ALL", "LC_CTYPE", "LANG"]
    let set = names.compactMap { name in getenv(name).map { (name, String(cString: $0)) } }
    return Dictionary(uniqueKeysWithValues: set)
  }

  /// Whether questions may be sent without knowing who listens.
  var understandsQueries: Bool { !multiplexed && understandsModes }

  /// Whether xterm's private modes may be switched without knowing who listens.
  var understandsModes: Bool {
    !["", "dumb", "linux", "cons25", "vt52", "vt100", "vt102", "ansi"].contains(term)
  }
}

extension Environment {
  /// Takes the locale, too, for ncurses on this thread.
  init(_ variables: [String: String]) {
    func value(_ name: String) -> String { variables[name] ?? "" }
    (term, colorTerm, noColor) = (value("TERM"), value("COLORTERM"), !value("NO_COLOR").isEmpty)
    multiplexed =
      !value("TMUX").isEmpty || !value("STY").isEmpty || term.hasPrefix("tmux") || term.hasPrefix("screen")
    tmuxSocket = String(value("TMUX").prefix { $0 != "," })
    tmuxPane = value("TMUX_PANE")
    unicode = ct_use_locale(["LC_ALL", "LC_CTYPE", "LANG"].map(value).first { !$0.isEmpty } ?? "C")
  }
}
