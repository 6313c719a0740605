/// Files that are whole or not there: written beside, synced, renamed.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `write` and `flock` are also names of other things.
public let systemLock: @Sendable (Int32, Int32) -> Int32 = flock
private let systemWrite: @Sendable (Int32, UnsafeRawPointer?, Int) -> Int = write

public enum SafeFile {
  /// Ends the name of a file that is being written.
  public static let partialSuffix = ".partial"

  /// Replaces the file at `path` by these bytes. A reader, a crash or a full disk sees the old file or the new one.
  /// - Throws: `Trouble` with the system's reason; what was there before stays.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    try write(to: path) { try writeAll(bytes, to: $0, path) }
  }

  /// The same with the bytes that `fill` writes to the file it is given.
  public static func write(to path: String, _ fill: (_ descriptor: Int32) throws -> Void) throws {
    let partial = path + partialSuffix
    do {
      try writeAndSync(to: partial, path, fill)
      guard Files.rename(partial, to: path) else { throw trouble("cannot put a file in its place", path) }
    } catch {
      Files.remove(partial)
      throw error
    }
    syncFolder(of: path)
  }

  /// - Parameter path: the name for the trouble.
  private static func writeAndSync(
    to partial: String, _ path: String, _ fill: (_ descriptor: Int32) throws -> Void
  ) throws {
    // One that was left behind, or a link that somebody put there.
    Files.remove(partial)
    let descriptor = Files.open(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw trouble("cannot create a file", path) }
    defer { close(descriptor) }
    try fill(descriptor)
    try sync(descriptor, path)
  }

  /// Waits until what was written is on the disk.
  public static func sync(_ descriptor: Int32, _ path: String) throws {
    guard isSynced(descriptor) else { throw trouble("cannot write", path) }
  }

  /// Waits until what was written is on the disk; false with `errno` set. A file system that offers no such thing, or a
  /// device that has nothing to wait for, is no failure.
  public static func isSynced(_ descriptor: Int32) -> Bool {
    fsync(descriptor) == 0 || [EINVAL, ENOSYS, ENOTSUP, EOPNOTSUPP].contains(errno)
  }

  /// Writes all bytes, however many calls that takes.
  public static func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws {
    try bytes.withUnsafeBytes { try writeAll($0, to: descriptor, path) }
  }

  public static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String) throws {
    var written = 0
    while written < bytes.count {
      let count = systemWrite(descriptor, bytes.baseAddress! + written, bytes.count - written)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw trouble("cannot write", path) }
      written += count
    }
  }

  /// A new name must reach the disk, too.
  public static func syncFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = Files.open(folder.isEmpty ? "/" : folder, O_RDONLY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  static func trouble(_ what: String, _ path: String) -> Trouble {
    let remedy = [EACCES, EPERM].contains(errno) ? "choose a place that may be written" : "check the path and the disk"
    return Trouble(what, error: errno, at: path, remedy: remedy)
  }

  // MARK: files that stay open

  /// Opens a plain file that lies where it is looked for: a link would lead elsewhere, a pipe would wait for ever.
  public static func openOwn(
    _ path: String, _ flags: Int32, _ what: String = "cannot open", remedy: String
  ) throws -> Int32 {
    let descriptor = Files.open(path, flags | O_NOFOLLOW | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else {
      let error = errno
      if let other = otherThanPlainFile(path) { throw other }
      throw Trouble(what, error: error, at: path, remedy: remedy)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw otherThanPlainFile(path) ?? Trouble(what, at: path, remedy: remedy)
    }
    return descriptor
  }

  /// What is wrong where a plain file or folder is expected; nil where there is one, or nothing.
  public static func otherThanPlainFile(_ path: String, folder: Bool = false) -> Trouble? {
    guard let kind = Files.linkStatus(path).map({ $0.st_mode & S_IFMT }) else { return nil }
    let expected = folder ? "folder" : "file"
    switch kind {
    case folder ? S_IFDIR : S_IFREG: return nil
    case S_IFLNK:
      return Trouble(
        "a symbolic link in the place of a \(expected)", at: path, remedy: "put the \(expected) itself there")
    default: return Trouble("not a plain \(expected)", at: path, remedy: "remove it, or choose another folder")
    }
  }

  public enum Lock: Equatable, Sendable {
    case taken, held
    /// The file system has no locks.
    case unsupported(Int32)
    case failed(Int32)
  }

  /// Takes the lock of an open file, without waiting.
  /// - Parameter flock: the system's call.
  public static func lock(_ descriptor: Int32, _ flock: (Int32, Int32) -> Int32 = systemLock) -> Lock {
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK: return .held
      case ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP, EINVAL: return .unsupported(errno)
      default: return .failed(errno)
      }
    }
    return .taken
  }
}
