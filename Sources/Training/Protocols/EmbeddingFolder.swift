/// h and z of a data set as files for other tools: `h.npy`, `z.npy`, `labels.npy`, `paths.txt`.
import Basics
import Foundation
import Images
import Tensors

public struct EmbeddingFolder: Sendable {
  /// [n, D]
  public let h: Tensor
  /// [n, d]; nil without a head.
  public let z: Tensor?
  /// nil where the pictures have none.
  public let labels: [Int]?
  /// One a row.
  public let paths: [String]

  public init(h: Tensor, z: Tensor?, labels: [Int]?, paths: [String]) {
    (self.h, self.z, self.labels, self.paths) = (h, z, labels, paths)
  }

  /// - Throws: `Trouble` when there is something else at `path`, so that nobody waits for what cannot be written.
  public static func checkFree(_ path: String) throws {
    guard Files.exists(path) else { return }
    guard Files.names(in: path)?.isEmpty == true else {
      throw Trouble("there is something already", at: path, remedy: "give another --output, or remove it first")
    }
  }

  /// Writes all files, in a folder beside that then takes its place: all are there or none.
  public func write(to path: String) throws {
    try Self.checkFree(path)
    var path = path
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    let partial = path + ".partial-\(getpid())"
    defer { Files.removeAll(partial) }
    guard Files.makeFolder(partial) else {
      throw Trouble("cannot make the folder", at: path, remedy: "choose a place that may be written, with --output")
    }
    for (name, bytes) in files { try SafeFile.write(bytes, to: "\(partial)/\(name)") }
    guard Files.rename(partial, to: path) else {
      throw Trouble("cannot put the folder in its place", error: errno, at: path, remedy: "give another --output")
    }
  }

  private var files: [(name: String, bytes: [UInt8])] {
    var files = [("h.npy", NumPyFile.bytes(h.shape, h.scalars))]
    if let z { files.append(("z.npy", NumPyFile.bytes(z.shape, z.scalars))) }
    if let labels { files.append(("labels.npy", NumPyFile.bytes([labels.count], labels.map(Int64.init)))) }
    // One line a row whatever a file is called.
    let newline = UInt8(ascii: "\n")
    let lines = paths.flatMap { path in
      path.pathBytes.flatMap { $0 == newline ? Array("\\n".utf8) : [$0] } + [newline]
    }
    files.append(("paths.txt", lines))
    return files
  }
}
