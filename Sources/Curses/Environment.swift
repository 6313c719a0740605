/// What the environment says about the terminal.
import Glibc

struct Environment: Equatable {
  var term = ""
  var colorTerm = ""
  /// NO_COLOR is set and not empty (no-color.org).
  var noColor = false
  /// tmux or screen stands between us and the terminal.
  var multiplexed = false
  /// It is tmux, and it can be asked.
  var isInTmux = false
  /// The locale writes UTF-8.
  var unicode = true

  /// Takes the locale from the environment, for ncurses too.
  static func current() -> Environment {
    setlocale(LC_ALL, "")
    let term = value("TERM")
    return Environment(
      term: term, colorTerm: value("COLORTERM"), noColor: !value("NO_COLOR").isEmpty,
      multiplexed: !value("TMUX").isEmpty || !value("STY").isEmpty || term.hasPrefix("tmux")
        || term.hasPrefix("screen"), isInTmux: !value("TMUX").isEmpty,
      unicode: String(cString: nl_langinfo(Int32(CODESET))) == "UTF-8")
  }

  private static func value(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }

  /// Whether questions may be sent without knowing who listens.
  var understandsQueries: Bool { !multiplexed && understandsModes }

  /// Whether xterm's private modes may be switched without knowing who listens.
  var understandsModes: Bool {
    !["", "dumb", "linux", "cons25", "vt52", "vt100", "vt102", "ansi"].contains(term)
  }
}
