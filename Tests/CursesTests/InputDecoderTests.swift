/// What keys send, as xterm, rxvt, the Linux console and tmux send it.
import Canvas
import Testing

@testable import Curses

@Suite struct InputDecoderTests {
  private func keys(_ text: String) -> [Key] {
    var decoder = InputDecoder()
    return decoder.decode(text.utf8).compactMap { if case .key(let key) = $0 { key } else { nil } }
  }

  @Test(arguments: [
    ("\u{1b}[A", Key.up), ("\u{1b}OA", .up), ("\u{1b}[B", .down), ("\u{1b}OB", .down), ("\u{1b}[C", .right),
    ("\u{1b}OC", .right), ("\u{1b}[D", .left), ("\u{1b}OD", .left), ("\u{1b}[1;2A", .shiftUp),
    ("\u{1b}[1;2B", .shiftDown), ("\u{1b}[1;2C", .shiftRight), ("\u{1b}[1;2D", .shiftLeft), ("\u{1b}[a", .shiftUp),
    ("\u{1b}[1;5C", .right), ("\u{1b}[5~", .pageUp), ("\u{1b}[6~", .pageDown), ("\u{1b}[H", .home),
    ("\u{1b}OH", .home), ("\u{1b}[1~", .home), ("\u{1b}[7~", .home), ("\u{1b}[F", .end), ("\u{1b}OF", .end),
    ("\u{1b}[4~", .end), ("\u{1b}[8~", .end), ("\u{1b}[3~", .delete), ("\u{1b}[Z", .backTab), ("\t", .tab),
    ("\r", .enter), ("\n", .enter), ("\u{1b}OM", .enter), ("\u{7f}", .backspace), ("\u{8}", .backspace),
    ("\u{13}", .control("s")), ("\u{11}", .control("q")), ("\u{c}", .control("l")), ("\u{1a}", .control("z")),
    ("\u{0}", .control("@")), ("\u{1f}", .control("_")), ("\u{1b}OP", .function(1)), ("\u{1b}OS", .function(4)),
    ("\u{1b}[[A", .function(1)), ("\u{1b}[[E", .function(5)), ("\u{1b}[11~", .function(1)),
    ("\u{1b}[15~", .function(5)), ("\u{1b}[17~", .function(6)), ("\u{1b}[21~", .function(10)),
    ("\u{1b}[23~", .function(11)), ("\u{1b}[24~", .function(12)), ("\u{1b}[1;2P", .function(1)),
    ("q", .character("q")), ("é", .character("é")), ("τ", .character("τ")), ("中", .character("中")),
    ("🙂", .character("🙂")),
  ])
  func bytesBecomeTheKey(bytes: String, key: Key) {
    #expect(keys(bytes) == [key])
    #expect(keys(bytes + "x") == [key, .character("x")], "and end where they end")
  }

  /// By the specification of the kitty keyboard protocol, and xterm's modifyOtherKeys=2.
  @Test(arguments: [
    ("\u{1b}[113u", Key.character("q")), ("\u{1b}[97;2u", .character("A")), ("\u{1b}[97:65;2u", .character("A")),
    ("\u{1b}[49:33;2u", .character("!")), ("\u{1b}[49;2;33u", .character("!")), ("\u{1b}[97;65u", .character("A")),
    ("\u{1b}[97;129u", .character("a")), ("\u{1b}[27u", .escape), ("\u{1b}[13;1:1u", .enter), ("\u{1b}[9u", .tab),
    ("\u{1b}[9;2u", .backTab), ("\u{1b}[127u", .backspace), ("\u{1b}[108;5u", .control("l")),
    ("\u{1b}[99;5u", .control("c")), ("\u{1b}[57417u", .left), ("\u{1b}[57414u", .enter),
    ("\u{1b}[57400u", .character("1")), ("\u{1b}[27;5;108~", .control("l")), ("\u{1b}[27;2;65~", .character("A")),
    ("\u{1b}[1;2:1A", .shiftUp), ("\u{1b}[1;1:2B", .down), ("\u{1b}[5;1:1~", .pageUp), ("\u{1b}[945u", .character("α")),
  ])
  func otherKeyboardModesAreUnderstood(bytes: String, key: Key) {
    #expect(keys(bytes + "x") == [key, .character("x")])
  }

  @Test func pastedTextIsOneInputWithoutControlCharacters() {
    var decoder = InputDecoder()
    #expect(decoder.decode("\u{1b}[200~kNN\r\u{7}é".utf8) == [])
    #expect(decoder.decode("\u{9b}\u{1b}[Az\u{1b}[201~q".utf8) == [.paste("kNN éz"), .key(.character("q"))])
  }

  @Test func aPasteWithoutAnEndIsOverAfterAWhile() {
    var decoder = InputDecoder()
    #expect(decoder.decode("\u{1b}[200~abc".utf8) == [] && decoder.patience == 1)
    #expect(decoder.giveUp() == [.paste("abc")])
    #expect(decoder.decode("q".utf8) == [.key(.character("q"))])
    let long = decoder.decode("\u{1b}[200~\(String(repeating: "x", count: 100_000))\u{1b}[201~".utf8)
    #expect(long == [.paste(String(repeating: "x", count: 4096))])
  }

  @Test(arguments: ["\u{1b}[A", "\u{1b}[1;2D", "\u{1b}[24~", "é", "🙂", "\u{1b}OP"])
  func bytesMayComeOneByOne(text: String) {
    var decoder = InputDecoder()
    let inputs = text.utf8.flatMap { decoder.decode([$0]) }
    #expect(inputs == keys(text).map { .key($0) } && inputs.count == 1)
  }

  @Test func escapeAloneIsKnownAfterAWhile() {
    var decoder = InputDecoder()
    #expect(decoder.decode([27]) == [])
    #expect(decoder.patience == 0.025)
    #expect(decoder.giveUp() == [.key(.escape)])
    #expect(decoder.patience == nil)
  }

  @Test func escapeBeforeALetterIsBoth() { #expect(keys("\u{1b}x") == [.escape, .character("x")]) }

  @Test(arguments: ["\u{1b}[", "\u{1b}[1;", "\u{1b}]10;rgb:", "\u{c3}"])
  func whatNeverEndsIsDropped(text: String) {
    var decoder = InputDecoder()
    _ = decoder.decode(text == "\u{c3}" ? [0xc3] : Array(text.utf8))
    #expect(decoder.giveUp() == [])
    #expect(decoder.decode([UInt8(ascii: "q")]) == [.key(.character("q"))])
  }

  @Test(arguments: [
    "\u{1b}[200~quit\r\u{1b}[A\u{1b}[201~",  // pasted text
    "\u{1b}[1;-9223372036854775808A", "\u{1b}[99999999999999999999A", "\u{1b}[1;99999999999A", "\u{1b}[<0;-1;4M",
    "\u{1b}[-1u", "\u{1b}[55296u", "\u{1b}[1114112u", "\u{1b}[97;3u", "\u{1b}[97;1:3u",  // release, alt, no scalar
    "\u{1b}[1" + String(repeating: ";1", count: 40) + "A",
    "\u{1b}[M !!", "\u{1b}[<66;3;4M", "\u{1b}[<128;3;4M", "\u{1b}[<0;0;4M",  // mouse: X10, sideways, button 8, no cell
    "\u{1b}[I", "\u{1b}[O",  // focus
    "\u{1b}]11;rgb:0000/0000/0000\u{7}", "\u{1b}]10;rgb:ffff/ffff/ffff\u{1b}\\",  // colours
    "\u{1b}P>|XTerm(379)\u{1b}\\", "\u{1b}P1$r0m\u{1b}\\", "\u{1b}_Gi=31;OK\u{1b}\\",  // DCS, APC
    "\u{1b}[>41;379;0c", "\u{1b}[?2026;0$y", "\u{1b}[12;40R", "\u{1b}[8;36;120t", "\u{1b}[?1u",
  ])
  func whatIsNoKeyIsSwallowed(text: String) {
    #expect(keys(text + "x") == [.character("x")])
  }

  @Test(arguments: [
    ("\u{1b}[<0;1;1M", MouseEvent(.press, column: 0, row: 0)),
    ("\u{1b}[<0;300;100m", MouseEvent(.release, column: 299, row: 99)),
    ("\u{1b}[<2;3;4M", MouseEvent(.press, .right, column: 2, row: 3)),
    ("\u{1b}[<33;3;4M", MouseEvent(.drag, .middle, column: 2, row: 3)),
    ("\u{1b}[<16;3;4M", MouseEvent(.press, column: 2, row: 3)),  // with control
    ("\u{1b}[<64;3;4M", MouseEvent(.wheelUp, column: 2, row: 3)),
    ("\u{1b}[<65;3;4M", MouseEvent(.wheelDown, column: 2, row: 3)),
  ])
  func reportsBecomeTheMouse(bytes: String, mouse: MouseEvent) {
    var decoder = InputDecoder()
    #expect(decoder.decode(bytes.utf8) == [.mouse(mouse)])
  }

  @Test func twoPressesInOnePlaceAreADoubleClick() {
    var clicks = ClickCounter()
    let press = MouseEvent(.press, column: 5, row: 5)
    let release = MouseEvent(.release, column: 5, row: 5)
    #expect(clicks.counted(press, at: 1).clicks == 1)
    #expect(clicks.counted(release, at: 1.1) == release)
    #expect(clicks.counted(press, at: 1.2).clicks == 2)
    #expect(clicks.counted(press, at: 1.3).clicks == 3)
    #expect(clicks.counted(MouseEvent(.press, column: 6, row: 5), at: 1.4).clicks == 1)
    #expect(clicks.counted(MouseEvent(.press, column: 6, row: 5), at: 3).clicks == 1)
  }

  @Test func brokenUnicodeIsSkipped() {
    var decoder = InputDecoder()
    #expect(decoder.decode([0xff, 0xc3, 0x28, 0x80, 0x71]) == [.key(.character("(")), .key(.character("q"))])
  }
}
