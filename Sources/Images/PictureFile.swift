/// One picture file, PNG or JPEG: what it is follows from its first bytes, whatever its name says.
import Basics
import Foundation

struct PictureFile {
  let path: String
  /// Nil where JPEG cannot be read.
  let jpeg: TurboJPEG?

  /// Whether a file's name promises a picture.
  static func isNamedLikeOne(_ name: String) -> Bool { name.lowercased().hasSuffix(".png") || isNamedLikeJPEG(name) }

  static func isNamedLikeJPEG(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasSuffix(".jpg") || name.hasSuffix(".jpeg")
  }

  func decode() throws -> Image {
    let bytes = try read()
    if bytes.starts(with: PNG.signature) { return try PNG.decode(bytes, name: path) }
    guard bytes.starts(with: JPEG.signature) else { throw foreign(bytes) }
    guard let jpeg else { throw JPEG.missing(path) }
    return try jpeg.decode(bytes, name: path)
  }

  /// Width and height from the header alone.
  func size() throws -> (width: Int, height: Int) {
    let bytes = try read()
    if bytes.starts(with: PNG.signature), bytes.count >= 24 {
      return (bigEndian(bytes[16..<20]), bigEndian(bytes[20..<24]))
    }
    guard bytes.starts(with: JPEG.signature) else { throw foreign(bytes) }
    guard let jpeg else { throw JPEG.missing(path) }
    return try jpeg.size(bytes, name: path)
  }

  private func read() throws -> [UInt8] {
    guard let bytes = Files.bytes(of: path) else {
      throw Trouble("a file that cannot be opened (\(systemError()))", at: path, remedy: "check its permissions")
    }
    return bytes
  }

  private func foreign(_ bytes: [UInt8]) -> Trouble {
    Trouble(
      bytes.isEmpty ? "an empty file" : "neither PNG nor JPEG", at: path, remedy: "convert it to PNG, or remove it")
  }

  private func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
