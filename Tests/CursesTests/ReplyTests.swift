/// What terminals tell about themselves, in time, late and in pieces.
import Canvas
import Testing

@testable import Curses

@Suite struct ReplyTests {
  /// xterm -ti vt340, as recorded.
  private let vt340 = "\u{1b}[?1;0;1024S\u{1b}[?2;0;1000;1000S\u{1b}[?63;1;2;4;6;9;15;16;22;28c"

  private func replies(_ text: String) -> (told: Replies, keys: [Key]) {
    var decoder = InputDecoder()
    var told = Replies()
    var keys: [Key] = []
    decoder.expectsReply = true
    for byte in text.utf8 {
      for input in decoder.decode([byte]) {
        switch input {
        case .key(let key): keys.append(key)
        case .mouse, .paste: break
        case .reply(let reply): told.note(reply)
        }
      }
    }
    return (told, keys)
  }

  @Test func aTerminalWithSixelIsKnown() {
    let (told, keys) = replies(vt340)
    #expect(told.isComplete && told.showsSixel && keys.isEmpty)
    #expect(told.largestPicture == (1000, 1000))
  }

  // xterm's default, tmux 3.3a, a VT100, st
  @Test(arguments: ["\u{1b}[?2;3S\u{1b}[?64;1;2;6;9;15;16;17;18;21;22;28c", "\u{1b}[?1;2c", "\u{1b}[?6c"])
  func aTerminalWithoutIsKnown(text: String) {
    let (told, keys) = replies(text)
    #expect(told.isComplete && !told.showsSixel && keys.isEmpty)
  }

  @Test func theKindOfTerminalIsNoExtension() { #expect(!replies("\u{1b}[?4c").told.showsSixel) }

  @Test func fewRegistersAreTooFew() {
    #expect(!replies("\u{1b}[?1;0;16S\u{1b}[?63;4c").told.showsSixel)
  }

  @Test func keysBetweenLateRepliesAreKept() {
    let (told, keys) = replies("a\u{1b}[?1;0;1024Sb\u{1b}[A\u{1b}[?63;1;2;4cq")
    #expect(told.showsSixel)
    #expect(keys == [.character("a"), .character("b"), .up, .character("q")])
  }

  @Test func whileAReplyIsDueEscapeIsWaitedForLonger() {
    var decoder = InputDecoder()
    decoder.expectsReply = true
    _ = decoder.decode([27])
    #expect(decoder.patience! > 0.025)
    #expect(decoder.decode("[?63;4c".utf8) == [.reply(.deviceAttributes([63, 4]))])
  }
}
