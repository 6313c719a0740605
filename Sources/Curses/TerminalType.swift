/// Which description of the terminal ncurses is to work from.
import CNcurses
import Canvas
import Glibc

struct TerminalType: Equatable {
  let name: String
  /// How many colours its description has; 0 for none.
  let colors: Int

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
    let family = ["tmux", "screen"].contains { term.hasPrefix($0) } ? "screen" : "xterm"
    let likeXterm = ["xterm", "tmux", "screen", "rxvt", "foot", "kitty", "alacritty", "wezterm", "ghostty", "contour"]
      .contains { term.hasPrefix($0) }
    guard likeXterm else { return [term] }
    switch depth {
    case .truecolor where !term.hasSuffix("-direct"): return [DirectColor.name, term, "\(family)-256color", family]
    case .palette256 where !term.hasSuffix("-256color"): return ["\(family)-256color", term, family]
    default: return [term, "\(family)-256color", family]
    }
  }

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
        at: "TERM=\(term)", remedy: "set TERM=xterm-256color, or use --headless")
    }
    guard found.placesCursor else {
      throw TerminalTrouble(
        "this type of terminal cannot place its cursor", at: "TERM=\(term)",
        remedy: "use --headless, or another terminal")
    }
    return found.type
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
