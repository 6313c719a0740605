/// Bytes from the terminal turned into keys, moves of the pointer and replies. Pasted text never becomes keys. Numbers
/// are read into a range that arithmetic cannot leave; sequences, their parameters and pasted text have a length limit.
import Canvas

struct InputDecoder {
  enum Input: Equatable {
    case key(Key)
    case mouse(MouseEvent)
    case reply(Reply)
    /// Text of a bracketed paste, without control characters; a space for each line's end.
    case paste(String)
  }

  /// A reply is on its way: ESC at the end of what was read may be its beginning.
  var expectsReply = false

  private var waiting: [UInt8] = []
  /// What has been pasted so far; nil outside a paste.
  private var pasted: String.UnicodeScalarView?
  private var isPasting: Bool { pasted != nil }

  /// Bytes of a sequence and scalars of a paste; more are dropped.
  private static let longestSequence = 1 << 16
  private static let longestPaste = 4096

  /// Seconds to wait for the rest before `giveUp`; nil when nothing is half read.
  var patience: Double? {
    waiting.isEmpty ? (isPasting ? 1 : nil) : waiting == [escape] ? (expectsReply ? 0.1 : 0.025) : 0.5
  }

  mutating func decode(_ bytes: some Sequence<UInt8>) -> [Input] {
    waiting += bytes
    var inputs: [Input] = []
    var position = 0
    while position < waiting.count, let (input, length) = readOne(waiting[position...]) {
      if let input { inputs.append(input) }
      position += length
    }
    waiting.removeFirst(position)
    if waiting.count > Self.longestSequence { waiting = [] }
    return inputs
  }

  /// No more bytes came: ESC alone was the Escape key, anything else half read is dropped. A paste without an end is
  /// over, so that keys work again.
  mutating func giveUp() -> [Input] {
    defer { waiting = [] }
    if waiting.isEmpty { return endPaste().map { [$0] } ?? [] }
    return waiting == [escape] && !isPasting ? [.key(.escape)] : []
  }

  private let escape: UInt8 = 27

  /// What stands at the front and how long it is; nil while it is not whole. A nil input is swallowed.
  private mutating func readOne(_ bytes: ArraySlice<UInt8>) -> (input: Input?, length: Int)? {
    if bytes.first == escape { return readEscape(bytes) }
    guard let (key, length) = readCharacter(bytes) else { return nil }
    guard isPasting else { return (key.map { .key($0) }, length) }
    if let key { paste(key) }
    return (nil, length)
  }

  private mutating func paste(_ key: Key) {
    guard let count = pasted?.count, count < Self.longestPaste else { return }
    switch key {
    case .character(let scalar) where scalar.properties.generalCategory != .control: pasted?.append(scalar)
    case .enter, .tab: pasted?.append(" ")
    default: break
    }
  }

  private mutating func endPaste() -> Input? {
    defer { pasted = nil }
    return pasted.map { .paste(String($0)) }
  }

  private func readCharacter(_ bytes: ArraySlice<UInt8>) -> (Key?, Int)? {
    let first = bytes.first!
    if first < 32 || first == 127 { return (KeyTable.key(control: first), 1) }
    if first < 128 { return (.character(Unicode.Scalar(first)), 1) }
    let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
    guard first >= 0xc2, first < 0xf5 else { return (nil, 1) }
    guard bytes.dropFirst().prefix(length - 1).allSatisfy({ $0 & 0xc0 == 0x80 }) else { return (nil, 1) }
    guard bytes.count >= length else { return nil }
    let scalar = String(validating: bytes.prefix(length), as: UTF8.self)?.unicodeScalars.first
    return (scalar.map { .character($0) }, length)
  }

  private mutating func readEscape(_ bytes: ArraySlice<UInt8>) -> (Input?, Int)? {
    guard let second = bytes.dropFirst().first else { return nil }
    switch second {
    case UInt8(ascii: "["): return readSequence(bytes)
    case UInt8(ascii: "O"):
      guard let letter = bytes.dropFirst(2).first else { return nil }
      return (isPasting ? nil : KeyTable.key(letter: letter, shifted: false).map { .key($0) }, 3)
    case UInt8(ascii: "P"), UInt8(ascii: "]"), UInt8(ascii: "_"), UInt8(ascii: "^"), UInt8(ascii: "X"):
      return lengthOfString(bytes).map { (reply(bytes.prefix($0), second), $0) }
    default: return (isPasting ? nil : .key(.escape), 1)
    }
  }

  /// DCS, OSC, APC, PM and SOS end with ESC \ (OSC with BEL too).
  private func lengthOfString(_ bytes: ArraySlice<UInt8>) -> Int? {
    for i in bytes.indices.dropFirst(2) {
      if bytes[i] == 7 { return i - bytes.startIndex + 1 }
      if bytes[i] == escape, i + 1 < bytes.endIndex { return i - bytes.startIndex + 2 }
    }
    return nil
  }

  private func reply(_ bytes: ArraySlice<UInt8>, _ kind: UInt8) -> Input? {
    let end = bytes.last == 7 ? 1 : 2
    return Reply(string: String(decoding: bytes.dropFirst(2).dropLast(end), as: UTF8.self)[...], kind: kind).map {
      .reply($0)
    }
  }

  /// ESC [ parameters final
  private mutating func readSequence(_ bytes: ArraySlice<UInt8>) -> (Input?, Int)? {
    let body = bytes.dropFirst(2)
    if body.first == UInt8(ascii: "[") { return readConsoleFunctionKey(bytes) }
    guard let end = body.firstIndex(where: { !(0x20...0x3f).contains($0) }) else { return nil }
    let length = end - bytes.startIndex + 1
    let final = bytes[end]
    guard (0x40...0x7e).contains(final) else { return (nil, length - 1) }  // broken off by a control character
    let text = String(decoding: body[..<end], as: UTF8.self)
    if final == UInt8(ascii: "M"), text.isEmpty { return bytes.count >= 6 ? (nil, 6) : nil }  // X10 mouse report
    return (meaning(of: text, final: final), length)
  }

  /// ESC [ [ A … E: F1 … F5 of the Linux console.
  private func readConsoleFunctionKey(_ bytes: ArraySlice<UInt8>) -> (Input?, Int)? {
    guard let letter = bytes.dropFirst(3).first else { return nil }
    let isKey = (UInt8(ascii: "A")...UInt8(ascii: "E")).contains(letter)
    return (isKey && !isPasting ? .key(.function(Int(letter) - 64)) : nil, 4)
  }

  private mutating func meaning(of text: String, final: UInt8) -> Input? {
    if let mark = text.unicodeScalars.first, "<=>?".unicodeScalars.contains(mark) {
      guard let parameters = Self.numbers(text.dropFirst()) else { return nil }
      switch mark {
      case "?": return Reply(parameters: parameters, final: final).map { .reply($0) }
      case ">": return Reply(marked: parameters, final: final).map { .reply($0) }
      case "<": return isPasting ? nil : MouseReport.event(parameters, final: final).map { .mouse($0) }
      default: return nil
      }
    }
    if text == "200", final == UInt8(ascii: "~") {
      pasted = pasted ?? String.UnicodeScalarView()
      return nil
    }
    if text == "201", final == UInt8(ascii: "~") { return endPaste() }
    guard !isPasting else { return nil }
    return key(text, final: final).map { .key($0) }
  }

  /// A key by its number or its final letter, in the forms of xterm and of the kitty keyboard protocol.
  private func key(_ text: String, final: UInt8) -> Key? {
    // Number, other numbers of the same key : modifiers, event : text
    let parts = text.split(separator: ";", omittingEmptySubsequences: false).map { Self.numbers($0, separator: ":") }
    guard parts.count <= Self.mostNumbers, parts.allSatisfy({ $0 != nil }) else { return nil }
    let groups = parts.map { $0! }
    let number = groups.first?.first ?? 1
    let modifiers = KeyModifiers(groups.dropFirst().first ?? [])
    guard !modifiers.isRelease else { return nil }
    switch final {
    case UInt8(ascii: "u"):
      return KeyTable.key(
        code: number, shiftedCode: groups.first?.dropFirst().first, text: groups.dropFirst(2).first?.first, modifiers)
    case UInt8(ascii: "~") where number == 27 && groups.count == 3:
      return KeyTable.key(code: groups[2].first ?? 0, shiftedCode: nil, text: nil, modifiers)
    case UInt8(ascii: "~"): return KeyTable.key(number: number)
    default:
      // A cursor report also ends in R.
      return number <= 1 ? KeyTable.key(letter: final, shifted: modifiers.shift) : nil
    }
  }

  private static let mostNumbers = 32
  private static let largestNumber = 0x10ffff

  /// Numbers between separators, a missing one as 0; nil when there is anything else, too large a number, or too many.
  private static func numbers(_ text: Substring, separator: Character = ";") -> [Int]? {
    if text.isEmpty { return [] }
    let parts = text.split(separator: separator, maxSplits: mostNumbers, omittingEmptySubsequences: false)
    let numbers = parts.map { part in part.isEmpty ? 0 : UInt32(part).map(Int.init) ?? .max }
    return parts.count <= mostNumbers && numbers.allSatisfy { $0 <= largestNumber } ? numbers : nil
  }
}
