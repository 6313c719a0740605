// A terminal of its own for the program: keys in, screen out, and its modes looked at afterwards.
import Foundation
import TestSupport
import Testing

/// A pseudo-terminal with the program on it.
final class Screen {
  private(set) var master: Int32
  private let terminal: Int32
  private let before: termios
  let process: ChildProcess
  private(set) var received = Data()
  private(set) var shown: ShownText

  init(
    _ arguments: [String], in folder: String, under wrapper: [String] = [], columns: Int = 120, rows: Int = 36,
    environment: [String: String?] = [:]
  ) throws {
    var (master, slave): (Int32, Int32) = (-1, -1)
    var size = Self.size(columns, rows)
    try #require(openpty(&master, &slave, nil, nil, &size) == 0)
    (self.master, terminal) = (master, slave)
    shown = ShownText(columns: columns, rows: rows)
    var mode = termios()
    tcgetattr(slave, &mode)
    before = mode
    try Self.rememberDashboard()
    process = try ChildProcess(
      wrapper + [program.path] + arguments, in: folder,
      environment: ["TERM": "xterm-256color"].merging(environment) { $1 }, terminal: slave)
  }

  /// Makes the tests' user one who has seen the dashboard in its usual arrangement: a newcomer gets a hint in place of the
  /// status line, and what an earlier test arranged must not matter.
  private static func rememberDashboard() throws {
    let folder = try #require(ProcessInfo.processInfo.environment["XDG_CONFIG_HOME"]) + "/simscope"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(#"{"layout": "quarters"}"#.utf8).write(to: URL(fileURLWithPath: folder + "/screen.json"))
  }

  /// As a connection does that breaks. Nothing can be read any more.
  func hangUp() {
    close(master)
    master = -1
  }

  /// Writes on the terminal until it takes no more; nothing is read.
  func fill() throws {
    let file = open(String(cString: ttyname(terminal)), O_WRONLY | O_NOCTTY | O_NONBLOCK)
    try #require(file >= 0)
    defer { close(file) }
    while write(file, "............", 12) > 0 {}
    while write(file, ".", 1) > 0 {}
  }

  deinit {
    process.end()
    if master >= 0 { close(master) }
    close(terminal)
  }

  private static func size(_ columns: Int, _ rows: Int) -> winsize {
    winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
  }

  func type(_ keys: String) { Array(keys.utf8).withUnsafeBytes { _ = write(master, $0.baseAddress, $0.count) } }

  /// As a terminal emulator does when its window changes. The terminal is not the program's controlling one, so that the
  /// signal is ours to send.
  func resize(columns: Int, rows: Int) {
    read()
    shown = ShownText(columns: columns, rows: rows)
    var size = Self.size(columns, rows)
    _ = ioctl(terminal, UInt(TIOCSWINSZ), &size)
    kill(process.processIdentifier, SIGWINCH)
  }

  /// Reads what the program sends, so that it is never kept waiting.
  func read() {
    var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    var buffer = [UInt8](repeating: 0, count: 65536)
    while poll(&descriptor, 1, 10) > 0, descriptor.revents & Int16(POLLIN) != 0 {
      let count = Foundation.read(master, &buffer, buffer.count)
      guard count > 0 else { return }
      received.append(contentsOf: buffer[..<count])
      shown.take(buffer[..<count])
    }
  }

  /// Waits until something holds; fails as soon as the program has ended without it, unless it is expected after the end.
  func wait(for what: String, afterItsEnd: Bool = false, _ holds: () -> Bool) throws {
    try process.waitUntil(what, afterItsEnd: afterItsEnd, seeing: { shown.lines.joined(separator: "\n") }) {
      read()
      return holds()
    }
  }

  /// Whether a text stands on the screen now.
  func shows(_ text: String) -> Bool { shown.lines.contains { $0.contains(text) } }

  /// Whether the program has ever sent a text, such as an escape sequence.
  func wasSent(_ text: String) -> Bool { received.range(of: Data(text.utf8)) != nil }

  /// How often the program has sent a text.
  func times(_ text: String) -> Int {
    String(decoding: received, as: UTF8.self).components(separatedBy: text).count - 1
  }

  var isModeRestored: Bool {
    var mode = termios()
    tcgetattr(terminal, &mode)
    return mode.c_lflag == before.c_lflag && mode.c_iflag == before.c_iflag && mode.c_oflag == before.c_oflag
  }

  /// Private modes of xterm that were switched on and not off again, and the cursor's and the alternate screen's.
  var modesLeft: [String] {
    func last(_ text: String) -> Int {
      received.range(of: Data(text.utf8), options: .backwards)?.lowerBound ?? received.startIndex - 1
    }
    let left = ["1000", "1002", "1003", "1006", "1049", "2004", "2026"].filter {
      last("\u{1B}[?\($0)h") > last("\u{1B}[?\($0)l")
    }
    return left + (last("\u{1B}[?25l") > last("\u{1B}[?25h") ? ["cursor"] : [])
  }
}
