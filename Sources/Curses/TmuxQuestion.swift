/// tmux asked whether it passes commands on, and to what kind of terminal: no reply of that terminal reaches us through
/// it. It answers while we draw.
import CTerminal
import Glibc

struct TmuxQuestion {
  /// Where the answer can be read.
  let file: Int32
  private var text: [UInt8] = []

  struct Answer: Equatable {
    /// allow-passthrough is on.
    let passes: Bool
    /// The terminal's name and version by its own word; empty when tmux does not know.
    let terminal: String

    /// "on kitty(0.35.2)"; before tmux 3.4 "1 kitty(0.35.2)".
    init(_ text: String) {
      let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
      passes = words.first.map { ["1", "on", "all"].contains($0) } ?? false
      terminal = words.dropFirst().joined(separator: " ")
    }

    /// One of the terminals known to show placeholders.
    var showsPlaceholders: Bool { ["kitty", "ghostty"].contains { terminal.lowercased().hasPrefix($0) } }
  }

  /// nil when tmux cannot be started.
  init?(_ environment: Environment) {
    file = ct_ask_tmux(environment.tmuxSocket, environment.tmuxPane, "#{allow-passthrough} #{client_termtype}")
    if file < 0 { return nil }
  }

  /// Takes what has arrived. The answer once it is whole; then there is nothing more to read.
  mutating func read() -> Answer? {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(file, &bytes, bytes.count)
    if count > 0 { text += bytes.prefix(count) }
    guard count == 0 || count < 0 && errno != EAGAIN && errno != EINTR else { return nil }
    end()
    return Answer(String(decoding: text, as: UTF8.self))
  }

  /// Lets tmux go, answered or not.
  func end() { ct_leave_tmux(file) }
}
