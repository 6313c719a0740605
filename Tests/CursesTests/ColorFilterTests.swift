/// What reaches the terminal looks the same without the colours that are left out.
import Testing

@testable import Curses

private func filtered(_ pieces: String...) -> String {
  var filter = ColorFilter()
  return pieces.map { String(decoding: filter.filter(Array($0.utf8)), as: UTF8.self) }.joined(separator: "|")
}

@Test func coloursThatStandAreNotSetAgain() {
  #expect(
    filtered("\u{1b}[38;5;1m\u{1b}[48;5;2ma\u{1b}[38;5;3m\u{1b}[48;5;2mb")
      == "\u{1b}[38;5;1;48;5;2ma\u{1b}[38;5;3mb")
  // From one frame to the next.
  #expect(filtered("\u{1b}[31ma", "\u{1b}[31mb") == "\u{1b}[31ma|b")
}

@Test func coloursOfNothingAreNotSet() {
  #expect(filtered("\u{1b}[31m\u{1b}[5;7H\u{1b}[32mx") == "\u{1b}[5;7H\u{1b}[32mx")
  // But what is erased has a colour.
  #expect(filtered("\u{1b}[41m\u{1b}[K") == "\u{1b}[41m\u{1b}[K")
}

@Test func otherAttributesStayInTheirOrder() {
  #expect(
    filtered("\u{1b}[1m\u{1b}[31ma\u{1b}(B\u{1b}[mb\u{1b}[31mc") == "\u{1b}[1m\u{1b}[31ma\u{1b}(B\u{1b}[mb\u{1b}[31mc")
  // A reset takes colours that were asked for with it.
  #expect(filtered("a\u{1b}[31m\u{1b}[mb") == "a\u{1b}[mb")
  #expect(filtered("\u{1b}[0;1;31ma") == "\u{1b}[0;1;31ma")
}

@Test func theTerminalsOwnColoursCount() {
  #expect(filtered("\u{1b}[31ma\u{1b}[39;49mb\u{1b}[39mc") == "\u{1b}[31ma\u{1b}[39;49mbc")
}

@Test func trueColoursAreWhole() {
  #expect(filtered("\u{1b}[38;2;1;2;3m\u{1b}[48:2::4:5:6mx") == "\u{1b}[38;2;1;2;3;48:2::4:5:6mx")
}

/// A terminal of one row that knows colours.
private struct Reader {
  var cells: [String] = []
  private var colors = (front: "39", back: "49")

  mutating func read(_ text: String) {
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\u{1b}" else {
        cells.append("\(scalar) \(colors)")
        continue
      }
      let end = rest.firstIndex { ("a"..."z").contains($0) || ("A"..."Z").contains($0) }!
      let body = String(String.UnicodeScalarView(rest[(rest.startIndex + 1)..<end]))
      if rest[end] == "m" { set(body.split(separator: ";", omittingEmptySubsequences: false).map(String.init)) }
      if rest[end] == "K" { cells.append("erased \(colors.back)") }
      rest = rest[(end + 1)...]
    }
  }

  private mutating func set(_ parameters: [String]) {
    var rest = parameters[...]
    while let first = rest.popFirst() {
      switch Int(first) ?? 0 {
      case 0: colors = ("39", "49")
      case 38: colors.front = ([first] + [rest.popFirst()!, rest.popFirst()!]).joined(separator: ";")
      case 48: colors.back = ([first] + [rest.popFirst()!, rest.popFirst()!]).joined(separator: ";")
      case 30...39: colors.front = first
      case 40...49: colors.back = first
      default: break
      }
    }
  }
}

@Test func anyStreamLooksTheSame() {
  var random = SystemRandomNumberGenerator()
  let pieces = [
    "\u{1b}[38;5;1m", "\u{1b}[38;5;2m", "\u{1b}[48;5;1m", "\u{1b}[48;5;2m", "\u{1b}[31m", "\u{1b}[41m", "\u{1b}[39;49m",
    "\u{1b}[m", "\u{1b}[1m", "\u{1b}[0;4;32m", "\u{1b}[1;31m", "\u{1b}[3;4H", "\u{1b}[K", "a", "b", "é",
  ]
  for _ in 0..<500 {
    var (filter, plain, thrifty) = (ColorFilter(), Reader(), Reader())
    for _ in 0..<4 {
      let text = (0..<12).map { _ in pieces.randomElement(using: &random)! }.joined()
      plain.read(text)
      thrifty.read(String(decoding: filter.filter(Array(text.utf8)), as: UTF8.self))
      #expect(plain.cells == thrifty.cells)
    }
  }
}
