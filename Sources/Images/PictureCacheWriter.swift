/// Writes the file of a cache, under a name of its own until it is whole and on the disk.
import Basics
import Foundation
import Synchronization

/// Takes pictures from any thread.
final class PictureCacheWriter: Sendable {
  private struct State {
    var end: Int
    var records: [PictureCacheFile.Record]
    var failure: Trouble?
  }

  private let path: String
  /// The unfinished file.
  let file: Int32
  private let state: Mutex<State>

  /// The name under which this process writes.
  static func unfinished(_ path: String) -> String { "\(path).\(getpid())\(partial)" }
  private static let partial = ".partial"

  /// - Parameter keys: one a picture.
  /// - Throws: `Trouble` when the file cannot be made.
  init(_ path: String, keys: [UInt64]) throws(Trouble) {
    self.path = path
    state = Mutex(
      State(end: PictureCacheFile.bodyStart(pictures: keys.count), records: keys.map { .init(key: $0) }))
    // What may be private pictures is for nobody else to read.
    let file = Files.open(Self.unfinished(path), O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw .notKept(systemError(), at: path) }
    // The lock goes with the process, and says to others that somebody is at work.
    guard SafeFile.lock(file) != .held else {
      close(file)
      throw .notKept("another process is writing them", at: path)
    }
    self.file = file
  }

  deinit {
    // Gone already when the file is whole.
    Files.remove(Self.unfinished(path))
    close(file)
  }

  /// Nil while all is well.
  var failure: Trouble? { state.withLock { $0.failure } }

  /// - Parameter pixels: height × width × 3.
  func add(_ pixels: [UInt8], width: Int, height: Int, at place: Int) {
    let start = state.withLock { state in
      let start = state.end
      state.records[place].offset = UInt64(start)
      (state.records[place].width, state.records[place].height) = (UInt32(width), UInt32(height))
      state.end += pixels.count
      return start
    }
    write(pixels, at: start)
  }

  /// Writes what stands before the pixels and gives the file its name.
  /// - Throws: `Trouble` when anything could not be written.
  func finish() throws(Trouble) {
    let (records, end) = state.withLock { ($0.records, $0.end) }
    write(PictureCacheFile.front(records, fileBytes: end), at: 0)
    if let failure { throw failure }
    // Before the name: after a power cut a file of this name is whole, too.
    guard SafeFile.isSynced(file), Files.rename(Self.unfinished(path), to: path) else {
      throw .notKept(systemError(), at: path)
    }
  }

  private func write(_ bytes: [UInt8], at start: Int) {
    bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = pwrite(file, bytes.baseAddress! + written, bytes.count - written, off_t(start + written))
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else {
          let trouble = Trouble.notKept(systemError(), at: path)
          return state.withLock { $0.failure = $0.failure ?? trouble }
        }
        written += count
      }
    }
  }

  /// Removes what processes that are no more have left unfinished.
  static func removeAbandoned(in folder: String) {
    for name in Files.names(in: folder) ?? [] where name.hasSuffix(partial) {
      let file = Files.open(folder + "/" + name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
      guard file >= 0 else { continue }
      if SafeFile.lock(file) == .taken { Files.remove(folder + "/" + name) }
      close(file)
    }
  }
}
