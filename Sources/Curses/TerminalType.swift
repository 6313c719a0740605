/// Which description of the terminal ncurses is to work from.
import CNcurses
import Canvas
import Glibc

struct TerminalType: Equatable {
  let name: String
  /// How many colours its description has; 0 for none.
  let colors: Int
  /// The terminal's own type, when that is not described on this machine and a similar one takes its place.
  var missing: String?

  /// A line for the log about a description that is missing.
  var remark: String? {
    missing.map { "TERM=\($0) is not described on this machine (terminfo): \(name) is used instead" }
  }

  /// The depth of colour to draw in: the user's wish, or what the environment or the terminal's own word speaks for, within
  /// what the type can do.
  static func wantedDepth(
    _ wish: Abilities.ColorDepth?, in environment: Environment, saysDirect: Bool = false
  ) -> Abilities.ColorDepth? {
    if let wish { return wish }
    if environment.noColor { return .mono }
    let isDirect = saysDirect || ["truecolor", "24bit"].contains(environment.colorTerm) && !environment.multiplexed
    return isDirect ? .truecolor : nil
  }

  /// Names to try, the best first.
  static func candidates(for term: String, depth: Abilities.ColorDepth?) -> [String] {
    func begins(_ names: [String]) -> Bool { names.contains { term.hasPrefix($0) } }
    let family = begins(["tmux", "screen"]) ? "screen" : "xterm"
    guard family == "screen" || term == "st" || begins(likeXterm) else {
      // Digital's terminals, which the Linux console follows.
      return begins(["vt", "linux"]) ? [term, "vt220", "vt100"] : [term]
    }
    switch depth {
    case .truecolor where !term.hasSuffix("-direct"): return [DirectColor.name, term, "\(family)-256color", family]
    case .palette256 where !term.hasSuffix("-256color"): return ["\(family)-256color", term, family]
    default: return [term, "\(family)-256color", family]
    }
  }

  /// Beginnings of the names of terminals that understand what xterm does.
  private static let likeXterm = [
    "xterm", "rxvt", "foot", "kitty", "alacritty", "wezterm", "ghostty", "contour", "st-", "putty", "konsole", "vte",
    "gnome", "mintty", "iterm", "ms-terminal", "mlterm", "nsterm",
  ]

  /// What fits the environment and the colours that are wanted.
  static func find(
    for environment: Environment, depth: Abilities.ColorDepth?
  ) throws(TerminalTrouble) -> TerminalType {
    try find(candidates(for: environment.term, depth: depth), term: environment.term)
  }

  /// The first candidate that is described on this machine and can place the cursor.
  static func find(_ candidates: [String], term: String) throws(TerminalTrouble) -> TerminalType {
    let found = candidates.lazy.compactMap(look).first
    guard let found else {
      throw TerminalTrouble(
        term.isEmpty ? "the terminal's type is not set" : "this terminal's type is not known here",
        at: "TERM=\(term)", remedy: "set TERM to what it is like, such as xterm-256color, or use --plain")
    }
    guard found.placesCursor else {
      throw TerminalTrouble(
        "this type of terminal cannot place its cursor", at: "TERM=\(term)",
        remedy: "use --plain, or set TERM to what it is, such as xterm-256color")
    }
    var type = found.type
    if type.name != term, !term.isEmpty, look(term) == nil { type.missing = term }
    return type
  }

  private static func look(_ name: String) -> (type: TerminalType, placesCursor: Bool)? {
    guard name != DirectColor.name || DirectColor.isOffered, !name.isEmpty else { return nil }
    let present = set_curterm(nil)  // what a screen that stands goes by
    defer { del_curterm(set_curterm(present)) }
    var status: Int32 = 0
    guard setupterm(name, 2, &status) == OK else { return nil }
    let capability = tigetstr("cup")
    let placesCursor = capability != nil && capability != UnsafeMutablePointer(bitPattern: -1)
    return (TerminalType(name: name, colors: max(0, Int(tigetnum("colors")))), placesCursor)
  }
}
