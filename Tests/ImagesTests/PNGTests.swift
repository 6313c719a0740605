import Basics
import Foundation
import Testing

@testable import Images

/// A grey ramp with something different in every pixel, as far as the depth has room.
private func ramp(_ x: Int, _ y: Int, _ channel: Int, depth: Int) -> Int {
  let value = (x * 37 + y * 101 + channel * 59) % (1 << min(depth, 8))
  return depth == 16 ? value * 257 : value
}

private func eightBit(_ sample: Int, depth: Int) -> UInt8 {
  UInt8((Double(sample) * 255 / Double((1 << depth) - 1)).rounded())
}

@Test(arguments: [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16)], [false, true])
func greyAndColourOfEveryDepthDecode(format: (colorType: Int, depth: Int), interlaced: Bool) throws {
  let depth = format.depth
  let png = TestPNG(width: 11, height: 9, colorType: UInt8(format.colorType), depth: depth, interlaced: interlaced) {
    ramp($0, $1, $2, depth: depth)
  }
  let image = try PNG.decode(png.bytes, name: "test.png")
  let expected = (0..<9 * 11 * 3).map { (i: Int) -> UInt8 in
    let channel = png.channels == 1 ? 0 : i % 3
    return eightBit(ramp(i / 3 % 11, i / 33, channel, depth: depth), depth: depth)
  }
  // Interlaced 16-bit goes by way of linear light, where level 1 of 255 has no code of its own.
  let tolerance = depth == 16 && interlaced ? 1 : 0
  let errors = zip(image.pixels, expected).map { abs(Int($0) - Int($1)) }
  #expect((image.width, image.height, errors.count) == (11, 9, expected.count))
  #expect(errors.max()! <= tolerance)
}

@Test(arguments: [1, 2, 4, 8], [false, true])
func palettesOfEveryDepthDecode(depth: Int, interlaced: Bool) throws {
  let palette = (0..<1 << depth).map { (i: Int) -> [UInt8] in
    [UInt8(i * 255 >> depth), UInt8(255 - i), UInt8(i * 7 % 256)]
  }
  let png = TestPNG(
    width: 7, height: 10, colorType: 3, depth: depth, interlaced: interlaced, palette: palette
  ) { x, y, _ in (x * 5 + y * 3) % (1 << depth) }
  let expected = (0..<70).flatMap { (i: Int) -> [UInt8] in palette[(i % 7 * 5 + i / 7 * 3) % (1 << depth)] }
  #expect(try PNG.decode(png.bytes, name: "test.png").pixels == expected)
}

@Test(arguments: [(4, 8), (4, 16), (6, 8), (6, 16)], [false, true])
func alphaIsLaidOverWhite(format: (colorType: Int, depth: Int), interlaced: Bool) throws {
  let depth = format.depth
  let png = TestPNG(width: 8, height: 8, colorType: UInt8(format.colorType), depth: depth, interlaced: interlaced) {
    ramp($0, $1, $2, depth: depth)
  }
  let image = try PNG.decode(png.bytes, name: "test.png")
  for y in 0..<8 {
    for x in 0..<8 {
      let opacity = Double(eightBit(ramp(x, y, png.channels - 1, depth: depth), depth: depth)) / 255
      for channel in 0..<3 {
        let own = Double(eightBit(ramp(x, y, png.channels == 2 ? 0 : channel, depth: depth), depth: depth))
        let expected = own * opacity + 255 * (1 - opacity)
        #expect(abs(Double(image.pixels[(y * 8 + x) * 3 + channel]) - expected) <= 0.5)
      }
    }
  }
}

@Test func aTransparentPaletteEntryShowsWhite() throws {
  let png = TestPNG(
    width: 2, height: 1, colorType: 3, depth: 8, palette: [[200, 10, 20], [30, 40, 50]], transparency: [0]
  ) { x, _, _ in x }
  #expect(try PNG.decode(png.bytes, name: "test.png").pixels == [255, 255, 255, 30, 40, 50])
}

@Test func sixteenBitSamplesAreNotTakenForLinearLight() throws {
  // Half of the range stays half; linear light would become 188.
  let png = TestPNG(width: 1, height: 1, colorType: 0, depth: 16) { _, _, _ in 32_896 }
  #expect(try PNG.decode(png.bytes, name: "test.png").pixels == [128, 128, 128])
}

@Test func encodedPicturesDecodeToThemselves() throws {
  for (width, height) in [(1, 1), (3, 2), (32, 32), (300, 7)] {
    let image = formulaImage(width, height)
    #expect(try PNG.decode(PNG.encode(image), name: "test.png") == image)
  }
}

@Test func brokenPNGsSayWhatIsWrongAndWhere() {
  let good = PNG.encode(formulaImage(16, 16))
  var torn = Array(good[..<(good.count / 2)])
  let missing = trouble { _ = try PNG.decode(torn, name: "a/torn.png") }
  #expect(missing?.place == "a/torn.png")
  #expect(missing?.what.hasPrefix("a broken PNG (") == true)
  torn = good
  torn[20] ^= 0xff
  #expect(trouble { _ = try PNG.decode(torn, name: "crc.png") }?.what.contains("CRC") == true)
}

@Test func aPNGOfHugeDimensionsIsRefusedBeforeMemoryIsTaken() {
  // The header promises 900 million pixels; one row of data follows.
  let png = TestPNG(width: 30_000, height: 30_000, colorType: 0, depth: 1, rows: 1) { _, _, _ in 0 }
  #expect(trouble { _ = try PNG.decode(png.bytes, name: "huge.png") }?.what.contains("30000×30000") == true)
}

@Test func writingWhereThereIsNoFolderIsATrouble() {
  let path = NSTemporaryDirectory() + UUID().uuidString + "/picture.png"
  #expect(trouble { try PNG.write(formulaImage(2, 2), to: path) }?.place == path)
}
