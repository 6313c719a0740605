/// Files and folders by path. The only way to the file system: Foundation repairs or drops names that are not UTF-8, and
/// C functions would take a `String` without turning its escaped bytes back (`String.pathBytes`).
import Foundation

public enum Files {
  // MARK: asking

  /// Follows links; nil with `errno` set.
  public static func status(_ path: String) -> stat? {
    var status = stat()
    return path.withPath { stat($0, &status) } == 0 ? status : nil
  }

  /// Of a link itself.
  public static func linkStatus(_ path: String) -> stat? {
    var status = stat()
    return path.withPath { lstat($0, &status) } == 0 ? status : nil
  }

  /// Where a link leads; nil with `errno` set.
  public static func linkTarget(_ path: String) -> String? {
    let most = Int(PATH_MAX)
    let bytes = [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
      count = max(0, path.withPath { readlink($0, buffer.baseAddress!, most) })
    }
    return bytes.isEmpty ? nil : String(path: bytes)
  }

  public static func exists(_ path: String) -> Bool { status(path) != nil }
  public static func isFolder(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

  /// The names in a folder, without `.` and `..`, in no order; nil with `errno` set.
  public static func names(in folder: String) -> [String]? { entries(of: folder)?.map(\.name) }

  public struct Entry: Sendable {
    public enum Kind: Sendable { case file, folder, link, other, unknown }
    public let name: String
    public let kind: Kind
    /// As the folder says; 0 where it does not.
    public let inode: UInt64
  }

  /// What a folder holds, with kinds as far as the folder itself says, so that no file is asked; nil with `errno` set.
  public static func entries(of folder: String) -> [Entry]? {
    guard let stream = folder.withPath({ opendir($0) }) else { return nil }
    defer { closedir(stream) }
    var found: [Entry] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(path: $0) }
      }
      if name != "." && name != ".." {
        found.append(
          Entry(name: name, kind: kind(Int32(entry.pointee.d_type)), inode: UInt64(entry.pointee.d_ino)))
      }
      errno = 0
    }
    return errno == 0 ? found : nil
  }

  private static func kind(_ type: Int32) -> Entry.Kind {
    switch type {
    case Int32(DT_REG): .file
    case Int32(DT_DIR): .folder
    case Int32(DT_LNK): .link
    case Int32(DT_UNKNOWN): .unknown
    default: .other
    }
  }

  // MARK: reading and writing

  /// A descriptor, closed on exec; negative with `errno` set.
  public static func open(_ path: String, _ flags: Int32, _ mode: mode_t = 0o644) -> Int32 {
    path.withPath { Foundation.open($0, flags | O_CLOEXEC, mode) }
  }

  /// A pipe or device may have no end: more bytes than this are refused.
  private static let mostOfPipe = 1 << 26

  /// All bytes of a file; nil with `errno` set.
  public static func bytes(of path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    // One byte more than the file says finds its end without another round; files of /proc say 0.
    let expected = fstat(file, &status) == 0 ? Int(status.st_size) + 1 : 0
    let isFile = status.st_mode & S_IFMT == S_IFREG
    var bytes: [UInt8] = []
    var capacity = max(4096, expected)
    while true {
      let start = bytes.count
      var failed = false
      bytes.reserveCapacity(start + capacity)
      let piece = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        let got = readSome(file, into: buffer)
        (count, failed) = (max(0, got), got < 0)
      }
      if failed { return nil }
      if piece.isEmpty { return bytes }
      if bytes.isEmpty { bytes = piece } else { bytes += piece }
      guard isFile || bytes.count <= mostOfPipe else {
        errno = EFBIG
        return nil
      }
      capacity = 1 << 16
    }
  }

  /// All bytes of a file; nil when there is none.
  /// - Throws: `Trouble` for one that is there and cannot be read.
  public static func bytesIfThere(
    _ path: String, _ what: String = "cannot read", remedy: String = "check its permissions"
  )
    throws -> [UInt8]?
  {
    if let bytes = bytes(of: path) { return bytes }
    let error = errno
    guard error == ENOENT || error == ENOTDIR else { throw Trouble(what, error: error, at: path, remedy: remedy) }
    return nil
  }

  /// The same for Foundation's decoders.
  public static func contents(_ path: String) -> Data? { bytes(of: path).map { Data($0) } }

  /// At most `count` bytes from the beginning of a file; nil with `errno` set.
  public static func firstBytes(_ count: Int, of path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      let got = readSome(file, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      (filled, failed) = (max(0, got), got < 0)
    }
    return failed ? nil : bytes
  }

  private static func readSome(_ file: Int32, into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
    while true {
      let got = read(file, buffer.baseAddress!, buffer.count)
      if got >= 0 || errno != EINTR { return got }
    }
  }

  /// For reading in pieces; closes its file when it ends.
  public static func handle(reading path: String) -> FileHandle? {
    let file = open(path, O_RDONLY)
    return file < 0 ? nil : FileHandle(fileDescriptor: file, closeOnDealloc: true)
  }

  /// Writes a file in place; `SafeFile` writes one that must never be seen half.
  public static func write(_ bytes: [UInt8], to path: String) throws {
    let file = open(path, O_WRONLY | O_CREAT | O_TRUNC)
    guard file >= 0 else { throw SafeFile.trouble("cannot create a file", path) }
    defer { close(file) }
    try SafeFile.writeAll(bytes, to: file, path)
  }

  // MARK: changing

  /// Makes a folder and those above it; one that is there already is fine.
  /// - Returns: false with `errno` set.
  public static func makeFolder(_ path: String) -> Bool {
    if path.withPath({ mkdir($0, 0o777) }) == 0 { return true }
    if errno == ENOENT, let above = folder(of: path), above != path {
      guard makeFolder(above) else { return false }
      return path.withPath { mkdir($0, 0o777) } == 0 || errno == EEXIST && isFolder(path)
    }
    let error = errno
    if error == EEXIST && isFolder(path) { return true }
    errno = error == EEXIST ? ENOTDIR : error
    return false
  }

  /// Removes a file or link. Returns false with `errno` set.
  @discardableResult public static func remove(_ path: String) -> Bool { path.withPath { unlink($0) } == 0 }

  /// Removes an empty folder.
  @discardableResult public static func removeFolder(_ path: String) -> Bool { path.withPath { rmdir($0) } == 0 }

  /// Removes a folder and all that it holds; links are removed, not followed.
  public static func removeAll(_ path: String) {
    guard let status = linkStatus(path) else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      remove(path)
      return
    }
    for name in names(in: path) ?? [] { removeAll(path + "/" + name) }
    removeFolder(path)
  }

  /// Puts a file or folder in the place of another. Returns false with `errno` set.
  public static func rename(_ path: String, to other: String) -> Bool {
    path.withPath { from in other.withPath { Foundation.rename(from, $0) } } == 0
  }

  // MARK: paths

  /// The path from the root, without `.`, `..` and doubled slashes; links stay as they are.
  public static func absolute(_ path: String) -> String {
    let start = path.utf8.first == UInt8(ascii: "/") ? "" : currentFolder + "/"
    var parts: [Substring.UTF8View] = []
    for part in (start + path).utf8.split(separator: UInt8(ascii: "/")) {
      if part.elementsEqual("..".utf8) {
        _ = parts.popLast()
      } else if !part.elementsEqual(".".utf8) {
        parts.append(part)
      }
    }
    return "/" + parts.map { String(Substring($0)) }.joined(separator: "/")
  }

  private static var currentFolder: String {
    guard let path = getcwd(nil, 0) else { return "" }
    defer { free(path) }
    return String(path: path)
  }

  /// The last name of a path: "c" of "a/b/c" and of "a/b/c/".
  public static func name(of path: String) -> String {
    path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? "/"
  }

  /// What comes before the last name: "a/b" of "a/b/c"; nil of a single name.
  public static func folder(of path: String) -> String? {
    var bytes = Substring(path).utf8
    while bytes.count > 1, bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    return slash == bytes.startIndex ? "/" : String(Substring(bytes[..<slash]))
  }

  /// "png" of "a/b.png"; empty where there is no dot.
  public static func fileExtension(of path: String) -> String {
    let name = name(of: path).utf8
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return "" }
    return String(Substring(name[name.index(after: dot)...]))
  }

  /// The last name of a path without its extension: "b" of "a/b.png".
  public static func stem(of path: String) -> String {
    let name = name(of: path).utf8
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else { return String(name) }
    return String(Substring(name[..<dot]))
  }

  /// `$HOME`, or what the system's list of users says.
  public static var home: String {
    if let home = environmentPath("HOME") { return home }
    guard let entry = getpwuid(getuid()), let folder = entry.pointee.pw_dir else { return "/" }
    return String(path: folder)
  }

  /// A path in which `~` at the beginning stands for the home folder, and `~NAME` for that of a user, as in a shell.
  public static func expandingTilde(_ path: String) -> String {
    guard path.utf8.first == UInt8(ascii: "~") else { return path }
    let end = path.utf8.firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
    let user = path[path.index(after: path.startIndex)..<end]
    if user.isEmpty { return home + path[end...] }
    guard let entry = getpwnam(String(user)), let folder = entry.pointee.pw_dir else { return path }
    return String(path: folder) + path[end...]
  }

  /// The program's own file.
  public static var program: String {
    guard let path = realpath("/proc/self/exe", nil) else { return "/" }
    defer { free(path) }
    return String(path: path)
  }

  /// What the command line says after the program's name.
  public static var programArguments: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0].map { String(path: $0) } }
  }

  /// A variable of the environment that holds a path; nil when unset or empty.
  public static func environmentPath(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(path: value)
  }
}
