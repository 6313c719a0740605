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

  /// The next packet and the terminal that came with it, or -1; nil when none comes in that time, or none will.
  func receive(seconds: Double = 0) -> (bytes: Data, terminal: Int32)? {
    guard isReadable(file, seconds: seconds) else { return nil }
    var bytes = Data(count: 65536)
    var terminal: Int32 = -1
    let count = bytes.withUnsafeMutableBytes { ct_receive(file, $0.baseAddress!, $0.count, &terminal) }
    return count > 0 ? (bytes.prefix(count), terminal) : nil
  }
}

/// Whether there is something to read, or an end, within so many seconds.
func isReadable(_ file: Int32, seconds: Double) -> Bool {
  var descriptor = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
  return poll(&descriptor, 1, Int32(seconds * 1000)) > 0
}
