/// Looking for words in the log: only lines that hold them are shown.
import Canvas

public enum LogSearchIntent: Sendable, Equatable {
  case open
  case type(Unicode.Scalar)
  case erase
  /// Goes on with what was typed; forgets it.
  case keep, forget
}

/// What is looked for, and whether it is still being typed.
struct LogSearch: Sendable, Equatable {
  var text = ""
  var isOpen = true

  /// In letters of any size; without words every line is found.
  func finds(_ line: String) -> Bool { text.isEmpty || line.lowercased().contains(text.lowercased()) }
}

extension DashboardState {
  mutating func obey(_ intent: LogSearchIntent) {
    scroll = 0
    switch intent {
    case .open: logSearch = LogSearch(text: logSearch?.text ?? "")
    case .type(let character):
      if (logSearch?.text.unicodeScalars.count ?? 64) < 64 { logSearch?.text += String(Character(character)) }
    case .erase: if logSearch?.text.isEmpty ?? true { logSearch = nil } else { logSearch?.text.removeLast() }
    case .keep: if logSearch?.text.isEmpty ?? true { logSearch = nil } else { logSearch?.isOpen = false }
    case .forget: logSearch = nil
    }
  }

  var isSearching: Bool { !asksToQuit && palette == nil && logSearch?.isOpen == true && screen == .panel(.log) }
}

let logBindings: [Binding] = [
  Binding(
    .command, "enter", "keep", "show what was found", [(.enter, .searchLog(.keep))], when: \.isSearching),
  Binding(
    .command, "esc", "all", "forget it (also ctrl-c)",
    [(.escape, .searchLog(.forget)), (.control("c"), .searchLog(.forget))], when: \.isSearching),
  Binding(
    .command, "backspace", "", "take back a letter",
    [(.backspace, .searchLog(.erase)), (.delete, .searchLog(.erase))], when: \.isSearching),
  Binding(
    .command, "letters", "", "words to look for in the log",
    (32...126).map { Unicode.Scalar(UInt8($0)) }.map { (.character($0), .searchLog(.type($0))) }, when: \.isSearching),
  Binding(
    .screen, "/", "search", "look for words in the log", [(.character("/"), .searchLog(.open))],
    when: { $0.isFree && $0.screen == .panel(.log) }),
]

extension DashboardState {
  /// Types pasted text into the prompt that is open, without submitting it. Outside a prompt it is ignored.
  /// - Returns: whether there was a prompt.
  public mutating func paste(_ text: String) -> Bool {
    guard isCommanding || isSearching || isTyping else { return false }
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for scalar in words.unicodeScalars {
      switch intent(for: .character(scalar), in: self) {
      case .some(let intent) where intent.isTyping: _ = update(&self, intent)
      default: break
      }
    }
    return true
  }
}

extension Intent {
  /// Adds a character to a prompt, and does nothing else.
  fileprivate var isTyping: Bool {
    switch self {
    case .type, .palette(.type), .searchLog(.type): true
    default: false
    }
  }
}
