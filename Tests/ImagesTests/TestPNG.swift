/// A PNG writer for every colour type, depth and interlacing: stored blocks, no compression.

struct TestPNG {
  var width: Int
  var height: Int
  /// 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha.
  var colorType: UInt8
  var depth: Int
  var interlaced = false
  /// Fewer than `height` for a file that ends too early.
  var rows: Int?
  var palette: [[UInt8]] = []
  /// The body of a tRNS chunk.
  var transparency: [UInt8] = []
  /// The sample of a channel at a place, below 2^depth.
  var sample: (_ x: Int, _ y: Int, _ channel: Int) -> Int

  var channels: Int { [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType]! }

  var bytes: [UInt8] {
    let size = bigEndian(UInt32(width)) + bigEndian(UInt32(height))
    var file: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
    file += chunk("IHDR", size + [UInt8(depth), colorType, 0, 0, interlaced ? 1 : 0])
    if !palette.isEmpty { file += chunk("PLTE", palette.flatMap { $0 }) }
    if !transparency.isEmpty { file += chunk("tRNS", transparency) }
    file += chunk("IDAT", stored(scanlines))
    return file + chunk("IEND", [])
  }

  /// The rows of the one pass, or of Adam7's seven, each after its filter byte (0: none).
  private var scanlines: [UInt8] {
    let passes =
      interlaced
      ? [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
      : [(0, 0, 1, 1)]
    return passes.flatMap { x0, y0, dx, dy -> [UInt8] in
      let columns = Array(stride(from: x0, to: width, by: dx))
      guard !columns.isEmpty else { return [] }
      return stride(from: y0, to: rows ?? height, by: dy).flatMap { y in [0] + row(columns, y) }
    }
  }

  private func row(_ columns: [Int], _ y: Int) -> [UInt8] {
    let bits = columns.flatMap { x in
      (0..<channels).flatMap { channel -> [Int] in
        let value = sample(x, y, channel)
        return (0..<depth).reversed().map { value >> $0 & 1 }
      }
    }
    return stride(from: 0, to: bits.count, by: 8).map { start in
      (0..<8).reduce(UInt8(0)) { $0 << 1 | UInt8(start + $1 < bits.count ? bits[start + $1] : 0) }
    }
  }

  private func stored(_ raw: [UInt8]) -> [UInt8] {
    precondition(raw.count < 65_536, "one stored block holds 65,535 bytes")
    let (low, high) = (UInt8(raw.count & 255), UInt8(raw.count >> 8))
    let header: [UInt8] = [0x78, 0x01, 0x01, low, high, ~low, ~high]
    return header + raw + bigEndian(adler(raw))
  }

  private func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + body
    return bigEndian(UInt32(body.count)) + named + bigEndian(crc(named))
  }

  private func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }

  private func adler(_ bytes: [UInt8]) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return b << 16 | a
  }

  private func crc(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
