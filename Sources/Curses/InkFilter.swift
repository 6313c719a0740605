/// ncurses sets both colours whenever one of them changes, for a blank as for a letter, and all of it anew after every
/// frame: this keeps track of the ink that the terminal has, and sends only what can be seen to change, when something
/// is written with it.
struct InkFilter {
  private struct Ink: Equatable {
    var foreground = Parameter("39".utf8)
    var background = Parameter("49".utf8)
    /// Bit n: attribute n, 1 (bold) … 9.
    var attributes: UInt16 = 0

    /// A blank in it shows more than the background: it is underlined (4), reversed (7) or crossed out (9).
    var isSeenInBlanks: Bool { attributes & (1 << 4 | 1 << 7 | 1 << 9) != 0 }
  }

  /// The text that sets a colour ("38;5;12"), zeros behind it. Not an array: a frame has thousands.
  private struct Parameter: Equatable {
    private var letters = SIMD32<UInt8>()

    /// At most 32 letters; the longest colour has 17.
    init(_ text: some Sequence<UInt8>) {
      for (i, letter) in zip(0..<32, text) { letters[i] = letter }
    }

    func append(to bytes: inout [UInt8]) {
      for i in 0..<32 where letters[i] != 0 { bytes.append(letters[i]) }
    }
  }

  /// What the terminal has, and what is asked for; nil when that is not known.
  private var standing: Ink?
  private var wanted: Ink?
  /// The letter of the character set.
  private var letters: UInt8?
  /// Letters may be shifted to another set, so that shifting them back means something.
  private var mayBeShifted = true

  private static let escape: UInt8 = 0x1b
  private static let shiftOut: UInt8 = 0x0e
  private static let shiftIn: UInt8 = 0x0f
  private static let backspace: UInt8 = 0x08
  private static let carriageReturn: UInt8 = 0x0d
  private static let blank: UInt8 = 0x20

  /// Somebody else may have set something.
  mutating func forget() { (standing, wanted, letters, mayBeShifted) = (nil, nil, nil, true) }

  /// The same bytes without needless ink.
  mutating func filter(_ bytes: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    var i = 0
    while i < bytes.count {
      let sequence = bytes[i..<Self.end(of: bytes, from: i)]
      i = sequence.endIndex
      if sequence.first != Self.escape {
        takeText(sequence, &kept)
      } else if sequence.dropFirst().first == UInt8(ascii: "[") {
        takeControl(sequence, &kept)
      } else if sequence.dropFirst().first == UInt8(ascii: "(") {
        if letters != sequence.last { kept += sequence }
        letters = sequence.last
      } else {
        settle(&kept)
        kept += sequence
      }
    }
    return kept
  }

  /// The end of the escape sequence that begins here, or of what stands before the next one.
  private static func end(of bytes: [UInt8], from start: Int) -> Int {
    guard bytes[start] == escape else {
      if bytes[start] == shiftIn { return start + 1 }
      return bytes[(start + 1)...].firstIndex { $0 == escape || $0 == shiftIn } ?? bytes.count
    }
    guard start + 1 < bytes.count else { return bytes.count }
    switch bytes[start + 1] {
    case UInt8(ascii: "["):
      return bytes[(start + 2)...].firstIndex { (0x40...0x7e).contains($0) }.map { $0 + 1 } ?? bytes.count
    case UInt8(ascii: "("): return min(start + 3, bytes.count)
    default: return start + 2
    }
  }

  private mutating func takeText(_ text: ArraySlice<UInt8>, _ kept: inout [UInt8]) {
    // It belongs to the sequence that resets attributes, and does nothing where nothing was shifted.
    if text.elementsEqual([Self.shiftIn]) {
      if mayBeShifted { kept += text }
      return mayBeShifted = false
    }
    mayBeShifted = mayBeShifted || text.contains(Self.shiftOut)
    let moves = text.prefix { $0 == Self.backspace || $0 == Self.carriageReturn }
    kept += moves
    let blanks = text[moves.endIndex...].prefix { $0 == Self.blank }
    if !blanks.isEmpty { settle(blanks: true, &kept) }
    kept += blanks
    let rest = text[blanks.endIndex...]
    if !rest.isEmpty { settle(&kept) }
    kept += rest
  }

  private mutating func takeControl(_ sequence: ArraySlice<UInt8>, _ kept: inout [UInt8]) {
    let last = sequence.last!
    if last == UInt8(ascii: "m") {
      guard let ink = ink(after: sequence.dropFirst(2).dropLast()) else {
        // Not understood: what comes after it is said in full.
        settle(&kept)
        kept += sequence
        return forget()
      }
      wanted = ink
    } else {
      // Where the cursor goes is the same in every ink; what is erased has the background.
      if !"HGdABCD".utf8.contains(last) { settle(blanks: "KJX".utf8.contains(last), &kept) }
      kept += sequence
    }
  }

  /// What an SGR sequence makes of the ink asked for; nil when it is not understood.
  private func ink(after parameters: ArraySlice<UInt8>) -> Ink? {
    var ink = wanted
    var start = parameters.startIndex
    while start <= parameters.endIndex {
      var end = Self.end(of: parameters, from: start)
      let number = Self.number(parameters[start..<end])
      if number == 38 || number == 48 { end = Self.endOfColor(parameters, from: start, firstEnd: end) }
      let text = parameters[start..<end]
      switch number {
      case 0: ink = Ink()
      case 1...9: ink?.attributes |= 1 << number
      case 30...39, 90...97: ink?.foreground = Parameter(text)
      case 40...49, 100...107: ink?.background = Parameter(text)
      default: return nil
      }
      start = end + 1
    }
    return ink
  }

  /// The end of the parameter that begins here.
  private static func end(of parameters: ArraySlice<UInt8>, from start: Int) -> Int {
    parameters[start...].firstIndex(of: UInt8(ascii: ";")) ?? parameters.endIndex
  }

  /// The end of "38;5;12" or "38;2;1;2;3"; with colons a colour is one parameter.
  private static func endOfColor(_ parameters: ArraySlice<UInt8>, from start: Int, firstEnd: Int) -> Int {
    guard firstEnd == start + 2, firstEnd + 1 < parameters.endIndex else { return firstEnd }
    var end = firstEnd
    let count = parameters[firstEnd + 1] == UInt8(ascii: "2") ? 4 : 2
    for _ in 0..<count where end < parameters.endIndex { end = Self.end(of: parameters, from: end + 1) }
    return end
  }

  /// The number that a parameter begins with, 9999 at most; none is 0.
  private static func number(_ parameter: ArraySlice<UInt8>) -> UInt16 {
    parameter.prefix(4).prefix { (48...57).contains($0) }.reduce(0) { 10 * $0 + UInt16($1 - 48) }
  }

  /// Before something is written: the ink asked for, where the terminal has another. Before blanks, its background.
  private mutating func settle(blanks: Bool = false, _ kept: inout [UInt8]) {
    guard var wanted else { return }
    if blanks, let standing, !standing.isSeenInBlanks, !wanted.isSeenInBlanks {
      (wanted.foreground, wanted.attributes) = (standing.foreground, standing.attributes)
    }
    guard wanted != standing else { return }
    let separator = UInt8(ascii: ";")
    var before = standing ?? Ink()
    kept += [Self.escape, UInt8(ascii: "[")]
    // An attribute is taken away by taking all away.
    if standing == nil || before.attributes & ~wanted.attributes != 0 {
      before = Ink()
      kept += [UInt8(ascii: "0"), separator]
    }
    let added = wanted.attributes & ~before.attributes
    if added != 0 {
      for attribute in UInt8(1)...9 where added >> attribute & 1 == 1 { kept += [48 + attribute, separator] }
    }
    if wanted.foreground != before.foreground { add(wanted.foreground, separator, &kept) }
    if wanted.background != before.background { add(wanted.background, separator, &kept) }
    kept[kept.count - 1] = UInt8(ascii: "m")
    standing = wanted
  }

  private func add(_ parameter: Parameter, _ separator: UInt8, _ kept: inout [UInt8]) {
    parameter.append(to: &kept)
    kept.append(separator)
  }
}
