/// Bytes on their way to the terminal. Writing never waits: what the terminal does not take now goes later.
import CTerminal
import Glibc

struct OutputQueue {
  private var bytes: [UInt8] = []
  private var sent = 0
  /// Bytes the terminal has taken since the start.
  private(set) var total = 0

  var isEmpty: Bool { sent == bytes.count }

  mutating func append(_ more: [UInt8]) { bytes += more }

  /// Writes what the terminal takes. False when the terminal is gone.
  mutating func send(to file: Int32) -> Bool {
    while !isEmpty {
      let count = bytes.withUnsafeBytes { write(file, $0.baseAddress! + sent, $0.count - sent) }
      if count >= 0 {
        sent += count
        total += count
      } else if errno == EAGAIN {
        return true
      } else if errno != EINTR {
        return false
      }
    }
    bytes.removeAll(keepingCapacity: true)
    sent = 0
    return true
  }

  mutating func removeAll() { (bytes, sent) = ([], 0) }
}
