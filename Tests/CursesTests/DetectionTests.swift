/// From TERM, the environment and the replies to what is drawn.
import Canvas
import Testing

@testable import Curses

@Suite struct DetectionTests {
  private let window = WindowSize(columns: 100, rows: 40, pixelWidth: 904, pixelHeight: 764)

  private func detection(
    _ environment: Environment, colors: Int = 256, _ options: TerminalOptions = TerminalOptions(), sixel: Bool = false
  ) -> Detection {
    var detection = Detection(environment: environment, options: options, colors: colors, window: window)
    if sixel { detection.replies.note(.deviceAttributes([63, 4])) }
    return detection
  }

  @Test func xtermWithSixelShowsPixels() {
    let found = detection(Environment(term: "xterm-256color"), sixel: true)
    #expect(
      found.abilities == Abilities(colors: .palette256, graphics: .sixel, unicode: true, cellWidth: 9, cellHeight: 19))
    #expect(found.availableGraphics == [.ascii, .braille, .half, .quadrant, .sextant, .sixel])
  }

  @Test func withoutItHalfBlocks() {
    #expect(detection(Environment(term: "xterm-256color")).abilities.graphics == .half)
  }

  @Test func tmuxPixelsAreNotBelieved() {
    let found = detection(Environment(term: "tmux-256color", multiplexed: true))
    #expect(found.abilities.cellPixels == nil)
    #expect(!found.availableGraphics.contains(.sixel))
  }

  @Test func sixelMayBeForced() {
    let found = detection(Environment(term: "foo"), TerminalOptions(graphics: .sixel))
    #expect(found.abilities.graphics == .sixel && found.abilities.cellPixels != nil)
  }

  @Test func kittyGraphicsAreNotPromised() {
    let found = detection(Environment(term: "xterm-256color"), TerminalOptions(graphics: .kitty))
    #expect(found.abilities.graphics == .half)
  }

  @Test func asciiLocaleMeansAscii() {
    let found = detection(Environment(term: "xterm-256color", unicode: false))
    #expect(found.availableGraphics == [.ascii] && !found.abilities.unicode)
  }

  @Test func noColourAndWishes() {
    #expect(detection(Environment(term: "xterm-256color", noColor: true)).abilities.colors == .mono)
    let wish = TerminalOptions(colors: .sixteen)
    #expect(detection(Environment(term: "xterm-256color", noColor: true), wish).abilities.colors == .sixteen)
    #expect(
      detection(Environment(term: "vt100"), colors: 0, TerminalOptions(colors: .truecolor)).abilities.colors == .mono)
    #expect(detection(Environment(term: "vt100"), colors: 0).abilities.graphics == .braille)
  }

  @Test func colorTermMeansDirectColourOnlyOutsideTmux() {
    let direct = Environment(term: "xterm-256color", colorTerm: "truecolor")
    #expect(TerminalType.wantedDepth(nil, in: direct) == .truecolor)
    #expect(TerminalType.wantedDepth(.palette256, in: direct) == .palette256)
    let tmux = Environment(term: "tmux-256color", colorTerm: "truecolor", multiplexed: true)
    #expect(TerminalType.wantedDepth(nil, in: tmux) == nil)
  }
}
