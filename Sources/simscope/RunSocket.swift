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
    Files.remove(folder + "/control.sock")
    file = folder.withPath { ct_listen($0) }
    guard file >= 0 else {
      throw Trouble(
        "no other terminal can attach (\(String(cString: strerror(errno))))", at: folder + "/control.sock",
        remedy: "put runs on a file system that has sockets, with --run")
    }
    number = Self.number(in: folder)
  }

  deinit {
    if number == Self.number(in: folder) { Files.remove(folder + "/control.sock") }
    close(file)
  }

  private static func number(in folder: String) -> UInt? {
    Files.linkStatus(folder + "/control.sock").map { UInt($0.st_ino) }
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
