/// A line of `metrics.jsonl` read back. A long run has hundreds of megabytes of them, so they are read by hand: a flat
/// object of numbers and strings.
extension StepMetrics {
  /// From a line's bytes; keys this version does not know are passed over, values that cannot be are NaN or infinite. nil
  /// when the line is torn or has no step of 0…2⁵³.
  public init?(line: UnsafeBufferPointer<UInt8>) {
    var reader = FlatObjectReader(line)
    self.init(step: -1)
    guard reader.take("{") else { return nil }
    while !reader.take("}") {
      guard let key = reader.string(), reader.take(":"), let value = reader.value() else { return nil }
      if key.elementsEqual("step".utf8) {
        guard let step = Int(count: value) else { return nil }
        self.step = step
      } else if let ordinal = Self.ordinal(of: key) {
        let metric = Metric.allCases[ordinal]
        self[metric] = metric.checked(value)
      }
      guard reader.take(",") || reader.isBefore("}") else { return nil }
    }
    guard reader.isAtEnd, step >= 0 else { return nil }
  }

  private static func ordinal(of key: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
    keys[hash(key), default: []].first { key.elementsEqual(Metric.allCases[$0].rawValue.utf8) }
  }

  private static let keys = Dictionary(grouping: Metric.allCases.indices) { hash(Metric.allCases[$0].rawValue.utf8) }

  /// FNV-1a.
  private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

/// Walks over the bytes of a JSON object without objects in it.
private struct FlatObjectReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  var isAtEnd: Bool {
    mutating get {
      skipBlanks()
      return place == bytes.count
    }
  }

  private mutating func skipBlanks() {
    while place < bytes.count, bytes[place] == 32 || bytes[place] == 9 || bytes[place] == 13 { place += 1 }
  }

  mutating func isBefore(_ mark: Unicode.Scalar) -> Bool {
    skipBlanks()
    return place < bytes.count && bytes[place] == UInt8(ascii: mark)
  }

  mutating func take(_ mark: Unicode.Scalar) -> Bool {
    guard isBefore(mark) else { return false }
    place += 1
    return true
  }

  /// What stands between quotes, as it is written.
  mutating func string() -> Slice<UnsafeBufferPointer<UInt8>>? {
    guard take("\"") else { return nil }
    let start = place
    while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
      place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard place < bytes.count else { return nil }
    place += 1
    return bytes[start..<place - 1]
  }

  /// A number; NaN for any other string or word than the names of the infinities.
  mutating func value() -> Double? {
    if isBefore("\"") {
      guard let word = string() else { return nil }
      if word.elementsEqual("Infinity".utf8) { return .infinity }
      return word.elementsEqual("-Infinity".utf8) ? -.infinity : .nan
    }
    let start = place
    while place < bytes.count, bytes[place] > 32, bytes[place] != UInt8(ascii: ","), bytes[place] != UInt8(ascii: "}") {
      place += 1
    }
    return number(bytes[start..<place])
  }

  /// Digits that fit a double's fraction, and a small power of ten, give the exact number in one operation (Clinger
  /// 1990); others are left to the library.
  private func number(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
    var (digits, fraction, isFraction, isNegative) = (UInt64(0), 0, false, false)
    for (index, byte) in text.enumerated() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9") where digits < 900_000_000_000_000:
        digits = digits * 10 + UInt64(byte - UInt8(ascii: "0"))
        fraction += isFraction ? 1 : 0
      case UInt8(ascii: ".") where !isFraction: isFraction = true
      case UInt8(ascii: "-") where index == 0: isNegative = true
      default: return Double(String(decoding: text, as: UTF8.self))
      }
    }
    guard let last = text.last, last >= UInt8(ascii: "0"), fraction < Self.powers.count else {
      return Double(String(decoding: text, as: UTF8.self))
    }
    let value = Double(digits) / Self.powers[fraction]
    return isNegative ? -value : value
  }

  /// Those that a double holds exactly.
  private static let powers = (0...22).reduce(into: [Double]()) { $0.append($1 == 0 ? 1 : $0[$1 - 1] * 10) }
}
