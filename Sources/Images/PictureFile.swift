/// One image file, PNG or JPEG: what it is follows from its first bytes, whatever its name says.
import Basics
import Foundation

struct PictureFile {
  let path: String
  /// For notes about it.
  let name: String
  /// Nil where JPEG cannot be read.
  let jpeg: TurboJPEG?

  func decode(_ orientation: ExifOrientation = .ignore, _ notes: ReadingNotes? = nil) throws -> Image {
    let bytes = try read()
    let (width, height) = try size(bytes)
    try PixelLimit.check(width, height, path)
    if width * height > PixelLimit.usual { notes?.addHuge(name, width, height) }
    return try PixelLimit.decoding(width, height) {
      let image =
        bytes.starts(with: PNG.signature)
        ? try PNG.decode(bytes, name: path) : try library().decode(bytes, name: path)
      guard orientation == .apply, let turn = Exif.orientation(of: bytes) else { return image }
      return image.upright(from: turn)
    }
  }

  /// Width and height from the header alone.
  func size() throws -> (width: Int, height: Int) { try size(try read()) }

  /// The EXIF orientation, 2…8; nil when it is upright or has none.
  var orientation: Int? { Files.firstBytes(1 << 16, of: path).flatMap(Exif.orientation) }

  private func size(_ bytes: [UInt8]) throws -> (width: Int, height: Int) {
    switch ImageFormat.of(bytes) {
    case .png?:
      guard bytes.count >= 24 else { throw foreign("a PNG that is cut off", "write it again, or remove it") }
      let (width, height) = (bigEndian(bytes[16..<20]), bigEndian(bytes[20..<24]))
      // libpng says what is wrong with other sizes.
      return (1...Int(Int32.max)).contains(width) && (1...Int(Int32.max)).contains(height) ? (width, height) : (1, 1)
    case .jpeg?: return try library().size(bytes, name: path)
    case .pointer?: throw foreign("a git-lfs pointer, not the image itself", ImageFormat.pointer.remedy)
    case let format?: throw foreign("\(format.rawValue), neither PNG nor JPEG", "convert it to PNG, or remove it")
    case nil where bytes.isEmpty: throw foreign("an empty file", "remove it")
    case nil: throw foreign("neither PNG nor JPEG", "convert it to PNG, or remove it")
    }
  }

  private func library() throws -> TurboJPEG {
    guard let jpeg else { throw JPEG.missing(path) }
    return jpeg
  }

  private func read() throws -> [UInt8] {
    guard let bytes = Files.bytes(of: path) else {
      throw Trouble("a file that cannot be opened (\(systemError()))", at: path, remedy: "check its permissions")
    }
    return bytes
  }

  private func foreign(_ what: String, _ remedy: String) -> Trouble { Trouble(what, at: path, remedy: remedy) }

  private func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}
