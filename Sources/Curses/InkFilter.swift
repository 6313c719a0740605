/// ncurses sets both colours whenever one of them changes, and all of it anew after every frame: this keeps track of the
/// ink that the terminal has, and sends only what changes, when something is written with it.
struct InkFilter {
  /// Colours and attributes, by the parameters that set them ("38;5;12", "1").
  private struct Ink: Equatable {
    var foreground = ArraySlice("39".utf8)
    var background = ArraySlice("49".utf8)
    /// Bit n: attribute n, 1 (bold) … 9.
    var attributes: UInt16 = 0
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
    settle(&kept)
    kept += text
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
      // Where the cursor goes is the same in every ink; what is erased is not.
      if !"HGdABCD".utf8.contains(last) { settle(&kept) }
      kept += sequence
    }
  }

  /// What an SGR sequence makes of the ink asked for; nil when it is not understood.
  private func ink(after parameters: ArraySlice<UInt8>) -> Ink? {
    var rest = parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)[...]
    var ink = wanted
    while let first = rest.popFirst() {
      let number = Int(String(decoding: first.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)) ?? 0
      switch number {
      case 0: ink = Ink()
      case 1...9: ink?.attributes |= 1 << number
      case 38: ink?.foreground = Self.extended(first, &rest)
      case 48: ink?.background = Self.extended(first, &rest)
      case 30...37, 39, 90...97: ink?.foreground = first
      case 40...47, 49, 100...107: ink?.background = first
      default: return nil
      }
    }
    return ink
  }

  /// "38;5;12" or "38;2;1;2;3", of which the first part is taken; with colons it is one part.
  private static func extended(
    _ first: ArraySlice<UInt8>, _ rest: inout ArraySlice<ArraySlice<UInt8>>
  ) -> ArraySlice<UInt8> {
    guard !first.contains(UInt8(ascii: ":")), let kind = rest.first else { return first }
    let count = kind.elementsEqual("2".utf8) ? 4 : 2
    let parts = [first] + rest.prefix(count)
    rest = rest.dropFirst(count)
    return ArraySlice(parts.joined(separator: [UInt8(ascii: ";")]))
  }

  /// Before something is written: the ink asked for, where the terminal has another.
  private mutating func settle(_ kept: inout [UInt8]) {
    guard let wanted, wanted != standing else { return }
    var before = standing ?? Ink()
    var parts: [ArraySlice<UInt8>] = []
    // An attribute is taken away by taking all away.
    if standing == nil || before.attributes & ~wanted.attributes != 0 {
      before = Ink()
      parts.append(ArraySlice("0".utf8))
    }
    for attribute in 1...9 where (wanted.attributes & ~before.attributes) >> attribute & 1 == 1 {
      parts.append(ArraySlice("\(attribute)".utf8))
    }
    if wanted.foreground != before.foreground { parts.append(wanted.foreground) }
    if wanted.background != before.background { parts.append(wanted.background) }
    kept += [Self.escape, UInt8(ascii: "[")]
    kept += parts.joined(separator: [UInt8(ascii: ";")])
    kept.append(UInt8(ascii: "m"))
    standing = wanted
  }
}
