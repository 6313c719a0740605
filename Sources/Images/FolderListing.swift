/// What lies in folders, in an order that is the same on every machine.
import Basics
import Foundation

enum FolderListing {
  /// Deeper than this is a link that leads back up.
  private static let deepest = 16

  /// Names in a folder, hidden ones left out, sorted by their bytes.
  static func entries(of folder: String) throws -> [String] {
    guard let names = Files.names(in: folder) else {
      throw Trouble("the folder cannot be listed (\(systemError()))", at: folder, remedy: "check its permissions")
    }
    return names.filter { $0.utf8.first != UInt8(ascii: ".") }.sorted(by: byBytes)
  }

  /// Files named like pictures in a folder and the folders below, as paths relative to it, sorted by their bytes.
  static func pictures(below root: String) throws -> [String] {
    try files(below: root).filter(PictureFile.isNamedLikeOne)
  }

  /// The other files there.
  static func others(below root: String) throws -> [String] {
    try files(below: root).filter { !PictureFile.isNamedLikeOne($0) }
  }

  private static func files(below root: String) throws -> [String] {
    var found: [String] = []
    try collect(root, prefix: "", depth: 0, into: &found)
    return found.sorted(by: byBytes)
  }

  /// The lines of a text file that are not blank; nil when there are none.
  static func lines(of path: String) -> [String]? {
    guard let text = Files.bytes(of: path).map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
    let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    return lines.isEmpty ? nil : lines
  }

  static func byBytes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

  private static func collect(_ root: String, prefix: String, depth: Int, into found: inout [String]) throws {
    guard depth < deepest else { return }
    for name in try entries(of: root + "/" + prefix) {
      if !PictureFile.isNamedLikeOne(name), Files.isFolder(root + "/" + prefix + name) {
        try collect(root, prefix: prefix + name + "/", depth: depth + 1, into: &found)
      } else {
        found.append(prefix + name)
      }
    }
  }
}
