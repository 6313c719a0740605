/// Colours brought down to what a terminal has.
import Canvas
import Testing

@testable import Curses

@Suite struct ColorMapTests {
  private func number(_ hex: UInt32, _ depth: Abilities.ColorDepth, count: Int = 256) -> Int32 {
    var map = ColorMap(depth: depth, count: count)
    return map.numbers(for: Style(RGB(hex: hex)), text: true).foreground
  }

  @Test(arguments: [(16, 0x000000), (231, 0xffffff), (196, 0xff0000), (67, 0x5f87af), (232, 0x080808), (255, 0xeeeeee)])
  func coloursOfThe256AreThemselves(index: Int32, hex: UInt32) {
    #expect(number(hex, .palette256) == index)
    #expect(ColorMap.color256(Int(index)) == RGB(hex: hex))
  }

  // CIEDE2000, computed apart from this program, puts these nearest
  @Test(arguments: [
    (0x1e1e2e, 234), (0x7aa2f7, 111), (0x364c26, 22), (0x6e8034, 64), (0x27204e, 17), (0xcadef6, 153), (0x684a4e, 95),
    (0xed4833, 196), (0xa3bcdc, 110), (0x5b2440, 89),
  ])
  func nearColoursGoTheWayOfTheEye(hex: UInt32, index: Int32) {
    #expect(number(hex, .palette256) == index)
  }

  @Test func systemColoursOf256AreLeftAlone() {
    // 0–15 are the user's own shades
    for hex in stride(from: UInt32(0), to: 0xffffff, by: 0x10235) { #expect(number(hex, .palette256) >= 16) }
  }

  @Test func directColourIsTheNumberItself() {
    #expect(number(0x123456, .truecolor) == 0x123456)
    #expect(number(0x000003, .truecolor) == 8)  // 0–7 would be ANSI colours
  }

  @Test func monoAsksForNoColour() {
    var map = ColorMap(depth: .mono, count: 0)
    let numbers = map.numbers(for: Style(RGB(255, 0, 0), on: RGB(0, 0, 255)), text: true)
    #expect(numbers == (-1, -1))
  }

  @Test func ansiColoursAreFoundAmongSixteenAndEight() {
    #expect(number(0xcd0000, .sixteen, count: 16) == 1)
    #expect(number(0x5c5cff, .sixteen, count: 16) == 12)
    #expect(number(0x5c5cff, .sixteen, count: 8) < 8)
  }

  @Test(arguments: [8, 16], [(0x6c7086, 0x1e1e2e), (0x45475a, 0x11131a), (0x303030, 0x181818), (0xc0c0c0, 0xf5f5f0)])
  func textStaysReadableInFewColours(count: Int, colors: (front: UInt32, back: UInt32)) {
    var map = ColorMap(depth: .sixteen, count: count)
    let style = Style(RGB(hex: colors.front), on: RGB(hex: colors.back))
    let numbers = map.numbers(for: style, text: true)
    let lightness = { (number: Int32) in Oklab(ColorMap.ansi[Int(number)]).lightness }
    #expect(abs(lightness(numbers.foreground) - lightness(numbers.background)) > 0.2)
  }

  @Test func picturesMayHaveTwoHalvesOfOneColour() {
    var map = ColorMap(depth: .sixteen, count: 16)
    let numbers = map.numbers(for: Style(RGB(hex: 0x202020), on: RGB(hex: 0x101010)), text: false)
    #expect(numbers.foreground == numbers.background)
  }

  @Test func darkGroundIsBlack() {
    var map = ColorMap(depth: .sixteen, count: 16)
    #expect(map.numbers(for: Style(nil, on: RGB(hex: 0x11131a)), text: true).background == 0)
  }
}
