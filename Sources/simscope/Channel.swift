/// What a process that lends its terminal and the one that trains say to each other over `control.sock`: an object a
/// packet; and, from the former, signals, a byte a packet.
import CTerminal
import Foundation

/// The first packet; the terminal comes with it.
struct AttachRequest: Codable {
  /// Of this conversation; a number for each that the other side would not understand.
  static let version = 1

  var version = AttachRequest.version
  /// The terminal's name, for people.
  let terminal: String
  /// The environment it stands in.
  let variables: [String: String]
  /// As on the command line.
  let flags: [String]
}

/// What the trainer answers.
enum AttachAnswer: Codable {
  /// The request was heard.
  case welcome
  /// Ctrl-Z: the terminal is free for the shell until SIGCONT.
  case stop
  case farewell(Farewell)
}

/// The last packet: how the process that lent its terminal ends. Its form outlives versions.
struct Farewell: Codable {
  /// 1: `text` is a trouble.
  let status: Int32
  /// To be printed on the restored terminal.
  let text: String
}

/// One end of a connection; closed when it ends. It never waits unless told to.
final class Channel: Sendable {
  let file: Int32

  init(_ file: Int32) { self.file = file }
  deinit { close(file) }

  /// - Returns: whether it could go.
  @discardableResult
  func send(_ message: some Encodable, terminal: Int32 = -1) -> Bool {
    guard let bytes = try? JSONEncoder().encode(message) else { return false }
    return bytes.withUnsafeBytes { ct_send(file, $0.baseAddress!, $0.count, terminal) }
  }

  func send(signal: Int32) { _ = withUnsafeBytes(of: UInt8(signal)) { ct_send(file, $0.baseAddress!, 1, -1) } }

  /// The next packet; nil when none comes in that time, or none will. Files that come with it are closed.
  func receive(seconds: Double = 0) -> Data? { receive(seconds: seconds, terminal: nil) }

  /// The next packet and the terminal that came with it, or -1; nil when none comes in that time, or none will.
  func receiveTerminal(seconds: Double) -> (bytes: Data, terminal: Int32)? {
    var terminal: Int32 = -1
    return receive(seconds: seconds, terminal: &terminal).map { ($0, terminal) }
  }

  private func receive(seconds: Double, terminal: UnsafeMutablePointer<Int32>?) -> Data? {
    guard isReadable(file, seconds: seconds) else { return nil }
    var bytes = Data(count: 65536)
    let count = bytes.withUnsafeMutableBytes { ct_receive(file, $0.baseAddress!, $0.count, terminal) }
    return count > 0 ? bytes.prefix(count) : nil
  }

  /// The user whose process is at the other end; nil when the system does not say.
  var peer: UInt32? {
    var user: UInt32 = 0
    return ct_peer(file, &user) ? user : nil
  }
}

/// Who may lend a terminal to a run, and to whose run one is lent. Another user's trainer would read what is typed on the
/// terminal, and draw a prompt for a password there.
enum AttachPermission: Equatable {
  case granted
  /// Root may, when the person at the terminal agrees.
  case afterQuestion(user: UInt32)
  case refused

  /// Asked by the process that lends its terminal, before anything is sent.
  init(lendingAs own: UInt32, to trainer: UInt32?) {
    switch trainer {
    case own: self = .granted
    case let trainer? where own == 0: self = .afterQuestion(user: trainer)
    default: self = .refused
    }
  }

  /// Asked by the trainer, before anything is received.
  init(trainingAs own: UInt32, from lender: UInt32?) { self = lender == own || lender == 0 ? .granted : .refused }
}

/// A user's name and number, for people.
func userName(_ user: UInt32) -> String {
  guard let entry = getpwuid(user), let name = entry.pointee.pw_name else { return "user \(user)" }
  return "\(String(cString: name)) (user \(user))"
}

/// Whether there is something to read, or an end, within so many seconds.
func isReadable(_ file: Int32, seconds: Double) -> Bool {
  var descriptor = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
  return poll(&descriptor, 1, Int32(seconds * 1000)) > 0
}
