/// The orientation that a camera notes in EXIF data: how stored rows and columns have to be turned to stand upright.

enum Exif {
  /// - Parameter bytes: a PNG or JPEG file, or its beginning.
  /// - Returns: 2…8; nil when the image is upright, or says nothing.
  static func orientation(of bytes: [UInt8]) -> Int? {
    let block = bytes.starts(with: PNG.signature) ? pngBlock(bytes) : jpegBlock(bytes)
    return block.flatMap(orientation(inTIFF:)).flatMap { (2...8).contains($0) ? $0 : nil }
  }

  /// The body of a JPEG's APP1 segment that begins with "Exif".
  private static func jpegBlock(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var place = 2
    while place + 4 <= bytes.count, bytes[place] == 0xff {
      let (marker, length) = (bytes[place + 1], Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
      let body = place + 4
      let end = place + 2 + length
      // 0xDA: pixels follow.
      guard marker != 0xda, length >= 2, end <= bytes.count else { return nil }
      if marker == 0xe1, bytes[body..<end].starts(with: Array("Exif\0\0".utf8)) { return bytes[(body + 6)..<end] }
      place = end
    }
    return nil
  }

  private static func pngBlock(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    PNG.chunks(bytes).first { $0.name.elementsEqual("eXIf".utf8) }?.body
  }

  /// Tag 0x0112 of the first directory of a TIFF block, of either byte order.
  private static func orientation(inTIFF block: ArraySlice<UInt8>) -> Int? {
    let isLittle = block.starts(with: [0x49, 0x49, 0x2a, 0])
    guard isLittle || block.starts(with: [0x4d, 0x4d, 0, 0x2a]) else { return nil }
    func number(_ place: Int, _ count: Int) -> Int? {
      guard place >= 0, place + count <= block.count else { return nil }
      let bytes = block[(block.startIndex + place)..<(block.startIndex + place + count)]
      return (isLittle ? Array(bytes.reversed()) : Array(bytes)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(4, 4), let count = number(directory, 2) else { return nil }
    for entry in 0..<count {
      let place = directory + 2 + 12 * entry
      guard let tag = number(place, 2) else { return nil }
      // A short, in the first two bytes of the value.
      if tag == 0x0112, number(place + 2, 2) == 3 { return number(place + 8, 2) }
    }
    return nil
  }
}

extension Image {
  /// The image turned as its EXIF orientation says.
  /// - Parameter orientation: 2…8.
  func upright(from orientation: Int) -> Image {
    let (width, height) = (self.width, self.height)
    let isTransposed = orientation >= 5
    let (newWidth, newHeight) = isTransposed ? (height, width) : (width, height)
    let old = pixels
    var new = [UInt8](repeating: 0, count: old.count)
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let (sourceX, sourceY) =
          switch orientation {
          case 2: (width - 1 - x, y)
          case 3: (width - 1 - x, height - 1 - y)
          case 4: (x, height - 1 - y)
          case 5: (y, x)
          case 6: (y, height - 1 - x)
          case 7: (width - 1 - y, height - 1 - x)
          case 8: (width - 1 - y, x)
          default: (x, y)
          }
        let (to, from) = (3 * (y * newWidth + x), 3 * (sourceY * width + sourceX))
        for channel in 0..<3 { new[to + channel] = old[from + channel] }
      }
    }
    return Image(width: newWidth, height: newHeight, pixels: new)
  }
}
