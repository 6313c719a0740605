/// ncurses sets both colours whenever one of them changes, and sets them though nothing is written before the next: this
/// leaves out what the terminal has already, and says the rest in one sequence. A screen is a third shorter by it.
struct ColorFilter {
  /// Parameters that set the colours, as "38;5;12"; nil when they are not known.
  private struct Pair: Equatable {
    var foreground: ArraySlice<UInt8>?
    var background: ArraySlice<UInt8>?

    mutating func take(_ other: Pair) {
      (foreground, background) = (other.foreground ?? foreground, other.background ?? background)
    }
  }

  /// What the terminal has, and what is asked for.
  private var standing = Pair()
  private var wanted = Pair()

  private static let ownForeground = ArraySlice("39".utf8)
  private static let ownBackground = ArraySlice("49".utf8)

  /// Somebody else may have set colours.
  mutating func forget() { (standing, wanted) = (Pair(), Pair()) }

  /// The same bytes without needless colours.
  mutating func filter(_ bytes: [UInt8]) -> [UInt8] {
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    var i = 0
    while i < bytes.count {
      let sequence = bytes[i..<Self.end(of: bytes, from: i)]
      i = sequence.endIndex
      guard Self.isControl(sequence) else {
        settle(&kept)
        kept += sequence
        continue
      }
      let last = sequence.last!
      if last == UInt8(ascii: "m") {
        if !takeColors(sequence.dropFirst(2).dropLast()) { kept += sequence }
        continue
      }
      // Where the cursor goes is the same in every colour; what is erased is not.
      if !"HGdABCD".utf8.contains(last) { settle(&kept) }
      kept += sequence
    }
    return kept
  }

  /// CSI and what follows.
  private static func isControl(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.starts(with: [0x1b, UInt8(ascii: "[")]) && bytes.count > 2
  }

  /// The end of the control sequence that begins here, or of what stands before the next escape.
  private static func end(of bytes: [UInt8], from start: Int) -> Int {
    guard isControl(bytes[start...]) else {
      return bytes[(start + 1)...].firstIndex(of: 0x1b) ?? bytes.count
    }
    return bytes[(start + 2)...].firstIndex { (0x40...0x7e).contains($0) }.map { $0 + 1 } ?? bytes.count
  }

  /// Takes up what an SGR sequence does to the colours.
  /// - Returns: whether that is all it does, so that it need not be sent as it is.
  private mutating func takeColors(_ parameters: ArraySlice<UInt8>) -> Bool {
    var rest = parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)[...]
    var isAll = true
    var set = Pair()
    while let first = rest.popFirst() {
      switch Int(String(decoding: first.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)) ?? 0 {
      case 0:
        set = Pair(foreground: Self.ownForeground, background: Self.ownBackground)
        isAll = false
      case 38: set.foreground = Self.extended(first, &rest)
      case 48: set.background = Self.extended(first, &rest)
      case 30...37, 39, 90...97: set.foreground = first
      case 40...47, 49, 100...107: set.background = first
      default: isAll = false
      }
    }
    wanted.take(set)
    // Sent with the rest, so that it stands at once.
    if !isAll { standing.take(set) }
    return isAll
  }

  /// "38;5;12" or "38;2;1;2;3", of which the first part is taken; with colons it is one part.
  private static func extended(_ first: ArraySlice<UInt8>, _ rest: inout ArraySlice<ArraySlice<UInt8>>) -> ArraySlice<
    UInt8
  > {
    guard !first.contains(UInt8(ascii: ":")), let kind = rest.first else { return first }
    let count = kind.elementsEqual("2".utf8) ? 4 : 2
    let parts = [first] + rest.prefix(count)
    rest = rest.dropFirst(count)
    return ArraySlice(parts.joined(separator: [UInt8(ascii: ";")]))
  }

  /// Before something is written: the colours asked for, where the terminal has others.
  private mutating func settle(_ kept: inout [UInt8]) {
    guard wanted != standing else { return }
    var parts: [ArraySlice<UInt8>] = []
    if let color = wanted.foreground, color != standing.foreground { parts.append(color) }
    if let color = wanted.background, color != standing.background { parts.append(color) }
    if !parts.isEmpty {
      kept += [0x1b, UInt8(ascii: "[")] + parts.joined(separator: [UInt8(ascii: ";")]) + [UInt8(ascii: "m")]
    }
    standing = wanted
  }
}
