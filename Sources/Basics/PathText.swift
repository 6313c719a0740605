/// File names as text. A Unix path is a row of any bytes but zero, and a `String` holds Unicode only, so bytes that are
/// not UTF-8 are kept as private-use scalars (as Python's surrogateescape does). Lossless in both directions.

extension String {
  /// The text of a path. Byte 0x80…0xFF outside valid UTF-8 becomes U+10FE80…U+10FEFF; those scalars themselves, where
  /// a name has them, become four such scalars, one for each of their bytes.
  public init(path bytes: some Collection<UInt8>) {
    if !bytes.contains(0xf4), let text = String(validating: bytes, as: UTF8.self) {
      self = text
      return
    }
    var text = String.UnicodeScalarView()
    var rest = bytes.makeIterator()
    var parser = Unicode.UTF8.ForwardParser()
    var position = bytes.startIndex
    while true {
      let count: Int
      switch parser.parseScalar(from: &rest) {
      case .emptyInput:
        self = String(text)
        return
      case .valid(let encoded):
        count = encoded.count
        let scalar = Unicode.UTF8.decode(encoded)
        if scalar.escapedByte == nil { text.append(scalar) } else { text.append(contentsOf: encoded.map(Self.escape)) }
      case .error(let length):
        count = length
        let broken = bytes[position..<bytes.index(position, offsetBy: length)]
        text.append(contentsOf: broken.map(Self.escape))
      }
      position = bytes.index(position, offsetBy: count)
    }
  }

  /// The path that this text stands for.
  public var pathBytes: [UInt8] {
    guard utf8.contains(0xf4) else { return Array(utf8) }
    return unicodeScalars.flatMap { scalar in scalar.escapedByte.map { [$0] } ?? Array(UTF8.encode(scalar)!) }
  }

  /// Calls `body` with the path as C functions take it. A text with a zero byte names no file: its path is empty.
  public func withPath<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    let bytes = pathBytes
    guard !bytes.contains(0) else { return try "".withCString(body) }
    return try (bytes + [0]).withUnsafeBytes { try body($0.baseAddress!.assumingMemoryBound(to: CChar.self)) }
  }

  /// The text of a path that C hands over.
  public init(path pointer: UnsafePointer<CChar>) {
    var count = 0
    while pointer[count] != 0 { count += 1 }
    self.init(path: UnsafeRawBufferPointer(start: pointer, count: count))
  }

  private static func escape(_ byte: UInt8) -> Unicode.Scalar { Unicode.Scalar(0x10fe00 + UInt32(byte))! }
}

extension Unicode.Scalar {
  /// The byte of a path that this scalar stands for; nil for an ordinary scalar.
  public var escapedByte: UInt8? { (0x10fe80...0x10feff).contains(value) ? UInt8(value & 0xff) : nil }
}
