/// A folder held by a descriptor, so that it is found again when it is moved.
import Foundation

public final class FolderHandle: Sendable {
  private let file: Int32

  /// Holds nothing when the folder cannot be opened.
  public init(_ path: String) { file = Files.open(path, O_RDONLY | O_DIRECTORY) }

  deinit { if file >= 0 { close(file) } }

  /// Whether a path leads to this folder; true when nothing is held.
  public func isAt(_ path: String) -> Bool {
    var own = stat()
    guard file >= 0, fstat(file, &own) == 0 else { return true }
    return Files.status(path).map { $0.st_dev == own.st_dev && $0.st_ino == own.st_ino } ?? false
  }

  /// Where the folder is now; nil when it was deleted.
  public var path: String? {
    guard let path = Files.linkTarget("/proc/self/fd/\(file)"), isAt(path) else { return nil }
    return path
  }
}
