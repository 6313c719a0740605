/// What lies in folders, in an order that is the same on every machine.
import Basics
import Foundation

enum FolderListing {
  /// Names in a folder, hidden ones left out, sorted by their bytes.
  static func entries(of folder: String) throws -> [String] {
    guard let names = Files.names(in: folder) else {
      throw Trouble("the folder cannot be listed (\(systemError()))", at: folder, remedy: "check its permissions")
    }
    return names.filter { $0.utf8.first != UInt8(ascii: ".") }.sorted(by: byBytes)
  }

  /// The folders in a folder, links to folders among them, sorted by their bytes; those of systems and editors left out.
  static func folders(of folder: String) throws -> [String] {
    try listed(folder).filter { isFolder($0, in: folder) }.map(\.name).sorted(by: byBytes)
  }

  /// Whether images lie in the folder itself.
  static func hasImages(_ folder: String) throws -> Bool {
    try listed(folder).contains { !isFolder($0, in: folder) && isImage($0, in: folder) }
  }

  /// Whether images lie in the folder or below; ends at the first one.
  static func holdsImages(_ folder: String) -> Bool {
    var seen: Set<[UInt64]> = []
    var pending = [folder]
    while let next = pending.popLast() {
      guard let status = Files.status(next), seen.insert([UInt64(status.st_dev), UInt64(status.st_ino)]).inserted,
        let entries = try? listed(next)
      else { continue }
      var inner: [String] = []
      for entry in entries {
        if isFolder(entry, in: next) {
          inner.append(next + "/" + entry.name)
        } else if isImage(entry, in: next) {
          return true
        }
      }
      pending += inner
    }
    return false
  }

  private static func listed(_ folder: String) throws -> [Files.Entry] {
    guard let entries = Files.entries(of: folder) else {
      throw Trouble("the folder cannot be listed (\(systemError()))", at: folder, remedy: "check its permissions")
    }
    return entries.filter { !FileName.isOfSystem($0.name) }
  }

  private static func isFolder(_ entry: Files.Entry, in folder: String) -> Bool {
    switch entry.kind {
    case .folder: true
    case .file, .other: false
    case .link, .unknown: Files.isFolder(folder + "/" + entry.name)
    }
  }

  /// By its name, or by its first bytes; images in formats that are not read count, too.
  private static func isImage(_ entry: Files.Entry, in folder: String) -> Bool {
    if FileName.promisesImage(entry.name) { return true }
    guard entry.kind != .other, !FileName.promisesText(entry.name) else { return false }
    return Files.firstBytes(ImageFormat.signatureBytes, of: folder + "/" + entry.name).flatMap(ImageFormat.of) != nil
  }

  /// The lines of a text file that are not blank; nil when there are none.
  static func lines(of path: String) -> [String]? {
    guard let text = Files.bytes(of: path).map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
    let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    return lines.isEmpty ? nil : lines
  }

  static func byBytes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
}
