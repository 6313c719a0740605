/// PNG in and out, by libpng's simplified interface, which reports errors as text and never jumps.
import Basics
import CPNG
import Foundation

public enum PNG {
  /// The first bytes of every PNG file.
  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  private static let color = UInt32(PNG_FORMAT_FLAG_COLOR)
  private static let alpha = UInt32(PNG_FORMAT_FLAG_ALPHA)

  /// Any colour type, depth and interlacing, as 8-bit RGB; what is transparent shows white. Samples are taken as they
  /// are, whatever gamma or profile the file names, as PIL and torchvision do.
  /// - Parameter name: the file's name, for the error.
  static func decode(_ bytes: [UInt8], name: String) throws -> Image {
    let bytes = withoutColorSpace(bytes)
    var png = png_image()
    png.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&png) }
    // libpng keeps reading from these bytes until the picture is finished.
    return try bytes.withUnsafeBytes { source in
      guard png_image_begin_read_from_memory(&png, source.baseAddress, source.count) != 0 else {
        throw broken(png, name)
      }
      let (width, height) = (Int(png.width), Int(png.height))
      try PixelLimit.check(width, height, name)
      let hasAlpha = png.format & alpha != 0
      // 16-bit samples without a gamma of their own are sRGB, as other tools take them, not linear.
      png.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)
      png.format = hasAlpha ? color | alpha : color
      let samples =
        isDeepAndInterlaced(bytes) ? try readLinear(&png, hasAlpha, name) : try read(&png, hasAlpha, name)
      return Image(width: width, height: height, pixels: hasAlpha ? overWhite(samples) : samples)
    }
  }

  /// The parts of a file, as far as they are whole; `range` is that of length, name, body and sum.
  static func chunks(_ bytes: [UInt8]) -> [(name: ArraySlice<UInt8>, body: ArraySlice<UInt8>, range: Range<Int>)] {
    var chunks: [(name: ArraySlice<UInt8>, body: ArraySlice<UInt8>, range: Range<Int>)] = []
    var place = signature.count
    while place + 12 <= bytes.count {
      let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = place + 12 + length
      guard end <= bytes.count else { break }
      chunks.append((bytes[place + 4..<place + 8], bytes[place + 8..<end - 4], place..<end))
      place = end
    }
    return chunks
  }

  /// The file without the chunks by which libpng would convert colours.
  private static func withoutColorSpace(_ bytes: [UInt8]) -> [UInt8] {
    let names = ["gAMA", "cHRM", "sRGB", "iCCP", "cICP"].map { Array($0.utf8) }
    let ranges = chunks(bytes).filter { chunk in names.contains { chunk.name.elementsEqual($0) } }.map(\.range)
    guard !ranges.isEmpty else { return bytes }
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    var place = 0
    for range in ranges {
      kept += bytes[place..<range.lowerBound]
      place = range.upperBound
    }
    return kept + bytes[place...]
  }

  /// Samples as the file has them, 8-bit, opacity not yet applied.
  private static func read(_ png: inout png_image, _ hasAlpha: Bool, _ name: String) throws -> [UInt8] {
    var samples = [UInt8](repeating: 0, count: Int(png.width) * Int(png.height) * (hasAlpha ? 4 : 3))
    guard png_image_finish_read(&png, nil, &samples, 0, nil) != 0 else { throw broken(png, name) }
    return samples
  }

  /// The same by way of linear light: libpng, as Debian 12 has it, garbles interlaced 16-bit pictures when asked for
  /// 8 bit (pnggroup/libpng#853), but not when asked for linear 16-bit, with colours multiplied by their opacity.
  private static func readLinear(_ png: inout png_image, _ hasAlpha: Bool, _ name: String) throws -> [UInt8] {
    png.format |= UInt32(PNG_FORMAT_FLAG_LINEAR)
    let channels = hasAlpha ? 4 : 3
    var linear = [UInt16](repeating: 0, count: Int(png.width) * Int(png.height) * channels)
    guard png_image_finish_read(&png, nil, &linear, 0, nil) != 0 else { throw broken(png, name) }
    return linear.indices.map { i in
      if hasAlpha && i % 4 == 3 { return UInt8((Int(linear[i]) * 255 + 32_767) / 65_535) }
      let opacity = hasAlpha ? max(linear[i - i % 4 + 3], 1) : .max
      // The power that libpng made it linear by.
      let encoded = pow(min(1, Double(linear[i]) / Double(opacity)), 1 / 2.2)
      return UInt8((255 * encoded).rounded())
    }
  }

  /// From the header: byte 24 holds the depth, byte 28 whether rows come in seven passes.
  private static func isDeepAndInterlaced(_ bytes: [UInt8]) -> Bool {
    bytes.count > 28 && bytes[24] == 16 && bytes[28] == 1
  }

  /// The file's bytes.
  public static func encode(_ image: Image) -> [UInt8] {
    var png = png_image()
    png.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&png) }
    (png.width, png.height, png.format) = (UInt32(image.width), UInt32(image.height), color)
    // Noise does not compress: the pixels, a filter byte a row, a little for each of zlib's blocks, and the chunks.
    let raw = image.pixels.count + image.height
    var bytes = [UInt8](repeating: 0, count: raw + raw / 64 + 4096)
    var count = bytes.count
    let written = png_image_write_to_memory(&png, &bytes, &count, 0, image.pixels, 0, nil)
    precondition(written != 0, "libpng could not write \(image.width)×\(image.height): \(message(png))")
    return Array(bytes[..<count])
  }

  /// Writes a file; throws a `Trouble` when it cannot.
  public static func write(_ image: Image, to path: String) throws(Trouble) {
    do {
      try Files.write(encode(image), to: path)
    } catch {
      throw Trouble(
        "the picture could not be written", at: path, remedy: "check that the folder exists and the disk has room")
    }
  }

  private static func overWhite(_ rgba: [UInt8]) -> [UInt8] {
    var rgb: [UInt8] = []
    rgb.reserveCapacity(rgba.count / 4 * 3)
    for pixel in stride(from: 0, to: rgba.count, by: 4) {
      let opacity = Int(rgba[pixel + 3])
      for channel in pixel..<pixel + 3 {
        rgb.append(UInt8((Int(rgba[channel]) * opacity + 255 * (255 - opacity) + 127) / 255))
      }
    }
    return rgb
  }

  private static func broken(_ png: png_image, _ name: String) -> Trouble {
    Trouble("a broken PNG (\(message(png)))", at: name, remedy: "write the file again, or remove it")
  }

  private static func message(_ png: png_image) -> String {
    withUnsafeBytes(of: png.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

extension PNG {
  /// Of libpng, such as "1.6.39".
  public static var libraryVersion: String { PNG_LIBPNG_VER_STRING }
}
