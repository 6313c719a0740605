/// The decoded pictures of a big folder, kept in one file for the next start.
import Basics
import Foundation

/// Where such files lie, which folders are worth one, and how long they stay. They may be deleted at any time.
public struct PictureCache: Sendable {
  /// Made when missing.
  public let folder: String
  /// A folder with fewer pictures, and fewer bytes of pixels, is decoded at every start.
  var leastPictures = 2_000
  var leastBytes = 64 << 20
  /// Bytes of all files together; nil for half of what they and the free room on their disk come to.
  var mostBytes: Int?
  /// A file that was not used for so many days is removed when another is written.
  var mostDays = 90.0

  static let suffix = ".pictures"

  public init(folder: String = Self.usualFolder) { self.folder = folder }

  /// `$XDG_CACHE_HOME/simscope`, or `~/.cache/simscope`.
  public static var usualFolder: String {
    let asked = Files.environmentPath("XDG_CACHE_HOME") ?? ""
    return (asked.hasPrefix("/") ? asked : Files.home + "/.cache") + "/simscope"
  }

  func isWorthwhile(pictures: Int, bytes: Int) -> Bool { pictures >= leastPictures || bytes >= leastBytes }

  /// The file for the pictures that `purpose` names: the folder, and what is made of it.
  func path(for purpose: String) -> String {
    var sum = Checksum()
    sum.add(purpose)
    return folder + "/" + String(sum.value, radix: 16) + Self.suffix
  }

  /// Notes that a file was used now.
  static func touch(_ path: String) { path.withPath { _ = utimensat(AT_FDCWD, $0, nil, 0) } }

  /// Removes what was not used for long and then, the least recently used first, what a new file needs the room of.
  /// - Parameter path: of the new file; an earlier one of this name stays until it is replaced.
  /// - Throws: `Trouble` when the new file alone is too big.
  func makeRoom(for bytes: Int, at path: String) throws(Trouble) {
    let others = files.filter { $0.path != path }.sorted { $0.lastUse > $1.lastUse }
    var room = mostBytes ?? (freeBytes(in: folder) + others.reduce(0) { $0 + $1.bytes }) / 2
    guard bytes <= room else {
      throw .notKept("they need about \(bytes >> 20) MiB, and caches take at most \(room >> 20) MiB here", at: path)
    }
    room -= bytes
    for file in others {
      room -= file.bytes
      if room < 0 || file.lastUse.timeIntervalSinceNow < -86_400 * mostDays { Files.remove(file.path) }
    }
  }

  private var files: [(path: String, bytes: Int, lastUse: Date)] {
    (Files.names(in: folder) ?? []).filter { $0.hasSuffix(Self.suffix) }
      .compactMap { name in
        guard let status = Files.status(folder + "/" + name) else { return nil }
        return (folder + "/" + name, Int(status.st_size), Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec)))
      }
  }

  private func freeBytes(in folder: String) -> Int {
    var disk = statvfs()
    return folder.withPath { statvfs($0, &disk) } == 0 ? Int(disk.f_bavail) * Int(disk.f_frsize) : 0
  }
}

/// What a cache has of a data set's pictures.
public enum CacheState: Sendable, Equatable {
  /// They are read or decoded fast enough without.
  case needless
  /// The next start writes about so many bytes.
  case absent(path: String, bytes: Int)
  /// So many pictures are decoded again, as they have changed, come or gone.
  case present(path: String, bytes: Int, changed: Int)
}

extension Trouble {
  /// A cache that could not be written.
  static func notKept(_ reason: String, at path: String) -> Trouble {
    Trouble(
      "the decoded pictures are not kept for the next start (\(reason))", at: path,
      remedy: "make room there, set XDG_CACHE_HOME to another folder, or say --no-cache")
  }
}
