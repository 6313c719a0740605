// Lines that are typed or piped in.
import Basics
import Testing

private let longest = 65536

/// What comes of a text that arrives in pieces.
private func lines(_ text: [UInt8], pieces size: Int) -> (whole: [TypedLine], last: [TypedLine]) {
  var lines = TypedLines()
  let whole = stride(from: 0, to: text.count, by: size).flatMap { lines.take(text[$0..<min($0 + size, text.count)]) }
  return (whole, lines.end())
}

@Test func linesComeWholeHoweverTheyAreCut() {
  let text = Array("pause\n\ntemperature 0.2\nno end".utf8)
  for size in 1...text.count {
    let (whole, last) = lines(text, pieces: size)
    #expect(whole == [.words("pause"), .words(""), .words("temperature 0.2")] && last == [.words("no end")])
  }
}

@Test(arguments: [(longest, true), (longest + 1, false), (40 * longest, false)])
func aLineOfTheLongestLengthIsTakenAndALongerOneIsOneError(count: Int, isTaken: Bool) {
  let text = [UInt8](repeating: 0x61, count: count) + Array("\nhelp\n".utf8)
  let line = isTaken ? TypedLine.words(String(repeating: "a", count: count)) : .tooLong
  #expect(lines(text, pieces: 4096).whole == [line, .words("help")])
}
