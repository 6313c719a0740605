/// The kitty graphics protocol, read by a terminal of our own.
import Canvas
import Testing

@testable import Curses

@Suite struct KittyTests {
  private let area = Rect(x: 2, y: 3, width: 4, height: 2)
  private let cell = (width: 3, height: 5)

  private func bitmap(_ seed: Int, width: Int = 4, height: Int = 2) -> Bitmap {
    Bitmap(width: width, height: height, pixels: (0..<width * height * 3).map { UInt8(($0 * 37 + seed) % 256) })
  }

  private func picture(_ seed: Int, _ area: Rect) -> PlacedPicture {
    PlacedPicture(area: area, bitmap: bitmap(seed), sharp: true, graphics: .kitty)
  }

  /// What is shown, by a layer and a terminal that has seen all it sent.
  private struct Stage {
    var layer: PictureLayer
    var terminal = KittyTerminal(columns: 40)
    var bytes = 0

    init(throughTmux: Bool) { layer = PictureLayer(throughTmux: throughTmux) }

    mutating func show(_ pictures: [PlacedPicture], cell: (width: Int, height: Int), disturbed: Bool = false) {
      let (before, after) = layer.show(pictures, cell: cell, largest: (1, 1)) { _ in disturbed }
      bytes = before.count + after.count
      terminal.take(before + after)
    }
  }

  @Test(arguments: [false, true])
  func pixelsArriveAtTheirCells(throughTmux: Bool) throws {
    var stage = Stage(throughTmux: throughTmux)
    stage.show([picture(1, area)], cell: cell)
    let seen = try #require(stage.terminal.seen().first)
    #expect(stage.terminal.seen().count == 1 && seen.area == area && stage.terminal.complaints == [])
    let shown = try #require(stage.terminal.pictures[seen.picture])
    #expect(shown.width == 12 && shown.height == 10)
    // Every pixel is the one of the small picture that it enlarges.
    let small = bitmap(1)
    let isSame = (0..<10).allSatisfy { y in (0..<12).allSatisfy { x in shown[x, y] == small[x / 3, y / 5] } }
    #expect(isSame)
    stage.show([picture(1, area)], cell: cell)
    #expect(stage.bytes == 0, "what stands is not sent again")
  }

  @Test(arguments: [false, true])
  func picturesGoAndNothingOfThemStays(throughTmux: Bool) {
    var stage = Stage(throughTmux: throughTmux)
    let other = Rect(x: 20, y: 0, width: 3, height: 3)
    stage.show([picture(1, area), picture(2, other)], cell: cell)
    #expect(stage.terminal.seen().count == 2)
    stage.show([picture(2, other)], cell: cell)
    #expect(stage.terminal.seen().map(\.area) == [other] && stage.terminal.pictures.count == 1)
    stage.show([picture(3, other)], cell: cell)
    #expect(stage.terminal.seen().map(\.area) == [other] && stage.terminal.pictures.count == 1)
    stage.terminal.take(stage.layer.deletions)
    #expect(stage.terminal.pictures.isEmpty && stage.terminal.complaints == [])
  }

  @Test func placeholdersWrittenOverAreWrittenAgain() {
    var stage = Stage(throughTmux: true)
    stage.show([picture(1, area)], cell: cell)
    stage.terminal.take(Array("\u{1b}[4;3H    ".utf8))
    #expect(stage.terminal.seen().isEmpty)
    stage.show([picture(1, area)], cell: cell, disturbed: true)
    #expect(stage.terminal.seen().map(\.area) == [area] && stage.terminal.complaints == [])
  }

  @Test func largePicturesComeInPieces() {
    var stage = Stage(throughTmux: false)
    let large = PlacedPicture(
      area: Rect(x: 0, y: 0, width: 30, height: 20), bitmap: noise(), sharp: false, graphics: .kitty)
    stage.show([large], cell: (width: 8, height: 16))
    #expect(stage.bytes > 3 * 4096 && stage.terminal.complaints == [])
    #expect(stage.terminal.pictures.first?.value == enlargeSmoothly(noise(), toWidth: 240, toHeight: 320))
  }

  private func noise() -> Bitmap {
    var state: UInt32 = 1
    return Bitmap(
      width: 64, height: 64,
      pixels: (0..<64 * 64 * 3).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(state >> 24)
      })
  }

  @Test func manyPicturesNeverShareANumber() {
    var stage = Stage(throughTmux: false)
    for turn in 0..<600 {
      stage.show([picture(turn, area), picture(7, Rect(x: 20, y: 0, width: 3, height: 3))], cell: cell)
    }
    #expect(stage.terminal.complaints == [] && stage.terminal.pictures.count == 2)
  }

  @Test func sixelAndKittyFollowEachOther() {
    var stage = Stage(throughTmux: false)
    stage.show([picture(1, area)], cell: cell)
    let sixel = PlacedPicture(area: area, bitmap: bitmap(1), sharp: true)
    let (before, after) = stage.layer.show([sixel], cell: cell, largest: (100, 100)) { _ in false }
    #expect(String(decoding: before, as: UTF8.self).contains("\u{1b}[m    "))
    let text = String(decoding: after, as: UTF8.self)
    #expect(text.contains("\u{1b}P0;1;0q") && text.contains("a=d,d=I"))
  }

  // MARK: detection

  private func replies(_ text: String) -> Replies {
    var (decoder, told) = (InputDecoder(), Replies())
    for input in decoder.decode(text.utf8) { if case .reply(let reply) = input { told.note(reply) } }
    return told
  }

  private func detection(_ told: Replies, _ options: TerminalOptions = TerminalOptions()) -> Detection {
    var found = Detection(
      environment: Environment(term: "xterm-kitty"), options: options, colors: 256,
      window: WindowSize(columns: 100, rows: 40, pixelWidth: 900, pixelHeight: 800))
    found.replies = told
    return found
  }

  @Test func theTerminalsWordDecides() {
    let knows = detection(replies("\u{1b}P>|kitty(0.35.2)\u{1b}\\\u{1b}_Gi=31;OK\u{1b}\\\u{1b}[?62;c"))
    #expect(knows.abilities.graphics == .kitty && knows.availableGraphics.last == .kitty)
    #expect(detection(replies("\u{1b}_Gi=31;ENOTSUPPORTED\u{1b}\\\u{1b}[?62;c")).abilities.graphics == .half)
    #expect(detection(replies("\u{1b}[?62;c"), TerminalOptions(graphics: .kitty)).abilities.graphics == .half)
    #expect(detection(replies("\u{1b}_Gi=31;OK\u{1b}\\"), TerminalOptions(graphics: .half)).abilities.graphics == .half)
  }

  @Test func tmuxDecidesWhereItStandsBetween() {
    func found(_ answer: String, wish: Abilities.Graphics? = nil) -> Abilities.Graphics {
      var detection = Detection(
        environment: Environment(term: "tmux-256color", multiplexed: true, tmuxSocket: "/tmp/tmux"),
        options: TerminalOptions(graphics: wish), colors: 256,
        window: WindowSize(columns: 100, rows: 40, pixelWidth: 0, pixelHeight: 0))
      detection.tmux = TmuxQuestion.Answer(answer)
      return detection.abilities.graphics
    }
    #expect(found("on;256,RGB;kitty(0.35.2)\n") == .kitty)
    #expect(found("all;;ghostty 1.1.0\n") == .kitty)
    #expect(found("1;;kitty(0.35.2)\n") == .kitty && found("0;;kitty(0.35.2)\n") == .half)
    #expect(found("off;256,RGB;kitty(0.35.2)\n") == .half)
    #expect(found("on;256;XTerm(379)\n") == .half)
    #expect(found("on;;\n", wish: .kitty) == .kitty)
    #expect(found("off;;\n", wish: .kitty) == .half)
    #expect(found("\n", wish: .kitty) == .half && found("") == .half)
  }
}
