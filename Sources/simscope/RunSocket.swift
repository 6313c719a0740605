/// A run's `control.sock`: there while it trains, for this user alone.
import Basics
import CTerminal
import Foundation

/// Listens in a run's folder; the file goes when this object ends.
final class RunSocket: Sendable {
  let folder: String
  private let file: Int32
  /// The file's number: another trainer may have put its own there since.
  private let number: UInt?

  /// Replaces one that a dead trainer has left: the run's lock is ours.
  /// - Throws: `Trouble` where files cannot be sockets.
  init(in folder: String) throws {
    self.folder = folder
    unlink(folder + "/control.sock")
    file = ct_listen(folder)
    guard file >= 0 else {
      throw Trouble(
        "no other terminal can attach (\(String(cString: strerror(errno))))", at: folder + "/control.sock",
        remedy: "put runs on a file system that has sockets, with --run")
    }
    number = Self.number(in: folder)
  }

  deinit {
    if number == Self.number(in: folder) { unlink(folder + "/control.sock") }
    close(file)
  }

  private static func number(in folder: String) -> UInt? {
    var status = stat()
    return lstat(folder + "/control.sock", &status) == 0 ? UInt(status.st_ino) : nil
  }

  /// Who connects within so many seconds.
  func accept(seconds: Double) -> Channel? {
    guard isReadable(file, seconds: seconds) else { return nil }
    let guest = ct_accept(file)
    return guest >= 0 ? Channel(guest) : nil
  }

  /// Ends the waiting: nobody is let in any more.
  func shut() { shutdown(file, Int32(SHUT_RDWR)) }
}
