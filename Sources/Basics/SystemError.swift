/// What an error of the system (`errno`) means for the person at the keyboard: one table for all that opens, writes,
/// locks and lists.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The system's own words for its last error, or for another one.
public func systemError(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }

extension Trouble {
  /// An error of the system: its words in brackets, and what helps against it.
  /// - Parameter remedy: for errors that say nothing about what to do, such as a missing permission.
  public init(_ what: String, error code: Int32, at place: String, remedy: String = "check the path and the disk") {
    self.init("\(what) (\(systemError(code)))", at: place, remedy: Self.remedy(for: code) ?? remedy)
  }

  private static func remedy(for code: Int32) -> String? {
    switch code {
    case ENOSPC: "make room on the disk"
    case EDQUOT: "your quota is used up: make room, or choose another disk"
    case EFBIG: "raise the limit on the size of files (ulimit -f)"
    case EROFS: "this file system is read-only: choose another place"
    case EMFILE: "raise the limit on open files (ulimit -n)"
    case ENFILE: "the whole system has too many files open: end other programs"
    case ENOMEM: "there is no memory left: end other programs"
    case EISDIR: "a folder has this name: choose another name, or remove it"
    case ENOTDIR: "a part of this path is a file, not a folder: check the path"
    case ENAMETOOLONG: "the name or path is too long: choose a shorter one"
    case ELOOP: "a symbolic link is in the way: give the file or folder itself"
    case ESTALE: "the file server has replaced or removed the file: try again"
    case EIO: "the disk, or the connection to it, has failed: see the system's log (dmesg)"
    case ETXTBSY, EBUSY: "another program uses it: end that first"
    default: nil
    }
  }
}
