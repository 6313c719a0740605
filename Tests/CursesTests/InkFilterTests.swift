/// What reaches the terminal looks the same without the colours that are left out.
import Testing

@testable import Curses

private func filtered(_ pieces: String...) -> String {
  var filter = InkFilter()
  // As every frame of ncurses begins.
  _ = filter.filter(Array("\u{1b}(B\u{f}\u{1b}[m ".utf8))
  return pieces.map { String(decoding: filter.filter(Array($0.utf8)), as: UTF8.self) }.joined(separator: "|")
}

@Test func coloursThatStandAreNotSetAgain() {
  #expect(
    filtered("\u{1b}[38;5;1m\u{1b}[48;5;2ma\u{1b}[38;5;3m\u{1b}[48;5;2mb")
      == "\u{1b}[38;5;1;48;5;2ma\u{1b}[38;5;3mb")
}

@Test func whatIsTheSameInTheNextFrameIsNotSetAgain() {
  let frame = "\u{1b}[2;9H\u{1b}(B\u{1b}[0;1m\u{1b}[38;5;7m1\u{1b}[39;49m\u{1b}(B\u{1b}[m"
  #expect(filtered(frame, frame) == "\u{1b}[2;9H\u{1b}[1;38;5;7m1|\u{1b}[2;9H1")
  // Where ^O belongs to it, as in tmux.
  #expect(filtered("\u{1b}[31ma\u{1b}[m\u{f}", "\u{1b}[31mb") == "\u{1b}[31ma|b")
}

@Test func inkOfNothingIsNotSet() {
  #expect(filtered("\u{1b}[31m\u{1b}[5;7H\u{1b}[32mx") == "\u{1b}[5;7H\u{1b}[32mx")
  // But what is erased has a colour.
  #expect(filtered("\u{1b}[41m\u{1b}[K") == "\u{1b}[41m\u{1b}[K")
}

@Test func blanksHaveTheirBackgroundOnly() {
  #expect(filtered("\u{1b}[31ma\u{1b}[32m \u{1b}[31mb") == "\u{1b}[31ma b")
  #expect(filtered("\u{1b}[31ma\u{1b}[1;32m  b") == "\u{1b}[31ma  \u{1b}[1;32mb")
  #expect(filtered("\u{1b}[31ma\u{1b}[32m\u{1b}[41m \u{1b}[K") == "\u{1b}[31ma\u{1b}[41m \u{1b}[K")
  // Unless more of them is seen.
  #expect(filtered("\u{1b}[31ma\u{1b}[7;32m ") == "\u{1b}[31ma\u{1b}[7;32m ")
  #expect(filtered("\u{1b}[4;31ma\u{1b}[0;31m ") == "\u{1b}[4;31ma\u{1b}[0;31m ")
}

@Test func goingBackIsTheSameInEveryInk() {
  #expect(filtered("\u{1b}[1;31m1\u{1b}[m", "\u{8}\u{1b}[1;31m2\u{1b}[m") == "\u{1b}[1;31m1|\u{8}2")
  #expect(filtered("\u{1b}[1;31m1\u{1b}[m", "\r\u{1b}[1;31m2") == "\u{1b}[1;31m1|\r2")
}

@Test func anAttributeIsTakenAwayWithTheRest() {
  #expect(
    filtered("\u{1b}[1m\u{1b}[31ma\u{1b}(B\u{1b}[m\u{1b}[31mb") == "\u{1b}[1;31ma\u{1b}[0;31mb")
  #expect(filtered("\u{1b}[1ma\u{1b}[0;1;7mb\u{1b}[mc") == "\u{1b}[1ma\u{1b}[7mb\u{1b}[0mc")
}

@Test func theTerminalsOwnColoursCount() {
  #expect(filtered("\u{1b}[31ma\u{1b}[39;49mb\u{1b}[39mc") == "\u{1b}[31ma\u{1b}[39mbc")
}

@Test func trueColoursAreWhole() {
  #expect(filtered("\u{1b}[38;2;1;2;3m\u{1b}[48:2::4:5:6mx") == "\u{1b}[38;2;1;2;3;48:2::4:5:6mx")
}

@Test func aColourCutShortIsPassedOn() {
  #expect(filtered("\u{1b}[38m\u{1b}[48;5mx") == "\u{1b}[38;48;5mx")
  #expect(filtered("\u{1b}[38;mx") == "x")  // the empty parameter resets
  #expect(filtered("\u{1b}[1000mx") == "\u{1b}[1000mx")
}

@Test func whatIsNotKnownIsSaidInFull() {
  var filter = InkFilter()
  let text = { (piece: String) in String(decoding: filter.filter(Array(piece.utf8)), as: UTF8.self) }
  #expect(text("\u{1b}(B\u{1b}[m\u{1b}[31ma") == "\u{1b}(B\u{1b}[0;31ma")
  #expect(text("\u{1b}[53mb\u{1b}[0;31mc") == "\u{1b}[53mb\u{1b}[0;31mc")
}

/// A terminal of one row that knows ink.
private struct Reader {
  var cells: [String] = []
  private var (front, back) = ("39", "49")
  private var attributes: Set<Int> = []

  mutating func read(_ text: String) {
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      if scalar == "\u{8}" {
        cells.append("back")
        continue
      }
      guard scalar == "\u{1b}" else {
        let isSeen = scalar != " " || !attributes.isDisjoint(with: [4, 7, 9])
        cells.append(isSeen ? "\(scalar) \(front) \(back) \(attributes.sorted())" : "blank \(back)")
        continue
      }
      if rest.popFirst() == "(" {
        rest.removeFirst()
        continue
      }
      let end = rest.firstIndex { ("a"..."z").contains($0) || ("A"..."Z").contains($0) }!
      let body = String(String.UnicodeScalarView(rest[..<end]))
      if rest[end] == "m" { set(body.split(separator: ";", omittingEmptySubsequences: false).map(String.init)) }
      if rest[end] == "K" { cells.append("erased \(back)\(attributes.isDisjoint(with: [4, 7, 9]) ? "" : front)") }
      rest = rest[(end + 1)...]
    }
  }

  private mutating func set(_ parameters: [String]) {
    var rest = parameters[...]
    while let first = rest.popFirst() {
      switch Int(first) ?? 0 {
      case 0: (front, back, attributes) = ("39", "49", [])
      case 38: front = [first, rest.popFirst()!, rest.popFirst()!].joined(separator: ";")
      case 48: back = [first, rest.popFirst()!, rest.popFirst()!].joined(separator: ";")
      case 30...39: front = first
      case 40...49: back = first
      case let attribute: attributes.insert(attribute)
      }
    }
  }
}

@Test func anyStreamLooksTheSame() {
  var random = SystemRandomNumberGenerator()
  let pieces = [
    "\u{1b}[38;5;1m", "\u{1b}[38;5;2m", "\u{1b}[48;5;1m", "\u{1b}[48;5;2m", "\u{1b}[31m", "\u{1b}[41m",
    "\u{1b}[39;49m", "\u{1b}(B\u{1b}[m", "\u{1b}[1m", "\u{1b}[0;4;32m", "\u{1b}[1;31m", "\u{1b}[7m",
    "\u{1b}[3;4H", "\u{1b}[K", "a", "b", "é", " ", "  c", "\u{8}",
  ]
  for _ in 0..<500 {
    var (filter, plain, thrifty) = (InkFilter(), Reader(), Reader())
    for turn in 0..<4 {
      let text = (turn == 0 ? "\u{1b}[m" : "") + (0..<12).map { _ in pieces.randomElement(using: &random)! }.joined()
      plain.read(text)
      let kept = filter.filter(Array(text.utf8))
      thrifty.read(String(decoding: kept, as: UTF8.self))
      #expect(plain.cells == thrifty.cells)
      if turn == 2 {
        filter.forget(); plain.read("\u{1b}[m"); thrifty.read("\u{1b}[0m"); _ = filter.filter([27, 91, 109])
      }
    }
  }
}
