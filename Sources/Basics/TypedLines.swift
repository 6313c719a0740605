/// Lines of words as they are typed or piped in, piece by piece. No line takes more memory than the longest one may.

public enum TypedLine: Equatable, Sendable {
  case words(String)
  /// Longer than may be: its rest is passed over.
  case tooLong
}

public struct TypedLines: Sendable {
  /// Bytes of a line, without its end.
  public static let longest = 64 << 10

  /// The beginning of a line whose end has not come.
  private var begun: [UInt8] = []
  /// The rest of a line that was too long is passed over.
  private var isSkipping = false

  public init() {}

  /// Takes in some bytes.
  /// - Returns: the lines that are whole now.
  public mutating func take(_ bytes: some Collection<UInt8>) -> [TypedLine] {
    var found: [TypedLine] = []
    let pieces = bytes.split(separator: 10, omittingEmptySubsequences: false)
    for (index, piece) in pieces.enumerated() {
      if index > 0 { found += end() }
      if isSkipping { continue }
      begun += piece
      guard begun.count > Self.longest else { continue }
      (begun, isSkipping) = ([], true)
      found.append(.tooLong)
    }
    return found
  }

  /// Ends the line that has begun: nothing more of it will come.
  public mutating func end() -> [TypedLine] {
    defer { (begun, isSkipping) = ([], false) }
    return isSkipping ? [] : [.words(String(decoding: begun, as: UTF8.self))]
  }
}
