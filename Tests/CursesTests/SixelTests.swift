/// Pictures through the encoder and back by a decoder of the test's own.
import Canvas
import Testing

@testable import Curses

@Suite struct SixelTests {
  @Test func picturesOfFewColoursComeBackExactly() throws {
    let bitmap = pattern(width: 17, height: 12) { x, y in RGB(UInt8((x * 15) % 256), UInt8(y * 17), 51) }
    let decoded = try SixelPicture(SixelEncoder.encode(bitmap, width: 17, height: 12, sharp: true))
    #expect(decoded.width == 17 && decoded.height == 12)
    expectEqual(decoded, bitmap, within: 2)  // sixel levels are hundredths
  }

  @Test func sharpEnlargementRepeatsPixels() throws {
    let bitmap = pattern(width: 3, height: 2) { x, y in RGB(UInt8(x * 100), UInt8(y * 200), 0) }
    let decoded = try SixelPicture(SixelEncoder.encode(bitmap, width: 12, height: 12, sharp: true))
    let large = pattern(width: 12, height: 12) { x, y in bitmap[x / 4, y / 6] }
    expectEqual(decoded, large, within: 2)
  }

  @Test func everyPixelIsDrawn() throws {
    let bitmap = pattern(width: 40, height: 18) { x, y in RGB(UInt8(x * 6), UInt8(y * 14), UInt8((x * y) % 256)) }
    let decoded = try SixelPicture(SixelEncoder.encode(bitmap, width: 40, height: 18, sharp: false))
    #expect(decoded.colors.count == 40 * 18)
  }

  @Test func picturesOfManyColoursStayClose() throws {
    let bitmap = pattern(width: 64, height: 60) { x, y in RGB(UInt8(x * 4), UInt8(y * 4), UInt8(255 - 2 * x - y)) }
    let decoded = try SixelPicture(SixelEncoder.encode(bitmap, width: 64, height: 60, sharp: true))
    var squares = 0.0
    for y in 0..<60 {
      for x in 0..<64 {
        squares += difference(decoded.colors[y * 64 + x]!, bitmap[x, y]).map { Double($0 * $0) }.reduce(0, +)
      }
    }
    #expect(squares / Double(64 * 60 * 3) < 25)  // 34 dB; the usual cube of 252 colours gives 22
  }

  @Test func smoothEnlargementOfARampIsARamp() {
    let ramp = pattern(width: 2, height: 1) { x, _ in RGB(UInt8(x * 200), 0, 0) }
    let large = enlargeSmoothly(ramp, toWidth: 8, toHeight: 2)
    // centres at 1/16, 3/16, …; flat beyond the outer centres of the two pixels
    #expect((0..<8).map { large[$0, 1].red } == [0, 0, 25, 75, 125, 175, 200, 200])
  }

  @Test func noLineIsLostInALargePicture() {
    let diagonal = pattern(width: 512, height: 512) { x, y in x == y ? RGB(255, 255, 255) : RGB(0, 0, 0) }
    let small = shrunk(diagonal, atMost: 100, 60)
    #expect(small.width == 100 && small.height == 60)
    // 512 bright pixels among 512 · 512 keep their share: 255 · 512 in all, rounding aside
    let mean = Double(small.pixels.reduce(0) { $0 + Int($1) }) / Double(small.pixels.count)
    #expect(abs(mean - 255.0 / 512) < 0.05)
    for y in 0..<60 { #expect((0..<100).contains { small[$0, y].red > 0 }, "row \(y)") }
  }

  @Test func flatPicturesAreSmall() {
    let bitmap = pattern(width: 8, height: 8) { _, _ in RGB(1, 2, 3) }
    #expect(SixelEncoder.encode(bitmap, width: 600, height: 600, sharp: true).count < 1500)
  }

  private func pattern(width: Int, height: Int, _ color: (Int, Int) -> RGB) -> Bitmap {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width { pixels += [color(x, y).red, color(x, y).green, color(x, y).blue] }
    }
    return Bitmap(width: width, height: height, pixels: pixels)
  }

  private func difference(_ a: RGB, _ b: RGB) -> [Int] {
    [Int(a.red) - Int(b.red), Int(a.green) - Int(b.green), Int(a.blue) - Int(b.blue)].map(abs)
  }

  private func expectEqual(_ picture: SixelPicture, _ bitmap: Bitmap, within tolerance: Int) {
    for y in 0..<bitmap.height {
      for x in 0..<bitmap.width {
        let color = picture.colors[y * bitmap.width + x]
        #expect(
          color.map { difference($0, bitmap[x, y]).max()! <= tolerance } == true, "at \(x), \(y): \(color as Any)")
      }
    }
  }
}
