/// Files that are whole or not there: written beside, synced, renamed.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `write` is also the name of what SafeFile does.
private let systemWrite: @Sendable (Int32, UnsafeRawPointer?, Int) -> Int = write

/// What the system says about its last error.
public func systemError() -> String { String(cString: strerror(errno)) }

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
    let descriptor = Files.open(partial, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    guard descriptor >= 0 else { throw trouble("cannot create a file", path) }
    defer { close(descriptor) }
    try fill(descriptor)
    try sync(descriptor, path)
  }

  /// Waits until what was written is on the disk.
  public static func sync(_ descriptor: Int32, _ path: String) throws {
    // EINVAL: a device, which has nothing to wait for.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw trouble("cannot write", path) }
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
    let reason = systemError()
    let remedy =
      switch errno {
      case ENOSPC, EDQUOT: "make room on the disk"
      case EFBIG: "raise the limit on the size of files (ulimit -f)"
      case EACCES, EPERM, EROFS: "choose a place that may be written"
      default: "check the path and the disk"
      }
    return Trouble("\(what) (\(reason))", at: path, remedy: remedy)
  }
}
