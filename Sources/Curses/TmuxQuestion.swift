/// tmux asked whether it passes commands on, and to what kind of terminal with which features: no reply of that terminal
/// reaches us through it. It answers while we draw.
import CTerminal
import Glibc

struct TmuxQuestion {
  /// Where the answer can be read.
  let file: Int32
  private var text: [UInt8] = []

  struct Answer: Equatable {
    /// allow-passthrough is on.
    let passes: Bool
    /// It hands 24-bit colour on, for it takes the terminal to have that.
    let showsDirectColor: Bool
    /// The terminal's name and version by its own word; empty when tmux does not know.
    let terminal: String

    fileprivate static let format = "#{allow-passthrough};#{client_termfeatures};#{client_termtype}"

    /// "on;256,RGB,title;kitty(0.35.2)"; before tmux 3.4 "1;…".
    init(_ text: String) {
      let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        .map { $0.trimmingPrefix(while: \.isWhitespace) }
      passes = ["1", "on", "all"].contains(parts[0])
      showsDirectColor = parts.dropFirst().first?.split(separator: ",").contains("RGB") ?? false
      terminal = String(parts.dropFirst(2).joined(separator: ";").prefix { $0 != "\n" })
    }

    /// One of the terminals known to show placeholders.
    var showsPlaceholders: Bool { ["kitty", "ghostty"].contains { terminal.lowercased().hasPrefix($0) } }
  }

  /// nil when tmux cannot be started.
  init?(_ environment: Environment) {
    file = ct_ask_tmux(environment.tmuxSocket, environment.tmuxPane, Answer.format)
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
