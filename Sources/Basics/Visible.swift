/// Text made safe to show: names and values come from files and other people, and a terminal obeys control characters.
/// The same form everywhere: `\n`, `\r`, `\t`, `\u{1b}` for a scalar, `\xff` for a byte that is not UTF-8.

extension String {
  /// The same text with every scalar escaped that a terminal obeys or that has no shape of its own: control characters
  /// (C0, C1, DEL), line and paragraph separators, and format characters (bidirectional controls, zero-width and soft
  /// ones). All other text stays as it is, backslashes included, so that `text.visible.visible == text.visible`.
  public var visible: String {
    if utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return self }
    var shown = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if scalar.isVisible { shown.append(scalar) } else { shown.append(contentsOf: scalar.escape.unicodeScalars) }
    }
    return String(shown)
  }
}

extension Unicode.Scalar {
  /// Whether the scalar can be shown as it is: false for what would be obeyed by a terminal, or leave no trace on it.
  public var isVisible: Bool {
    if isASCII { return (0x20..<0x7f).contains(value) }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return false
    default: return escapedByte == nil
    }
  }

  fileprivate var escape: String {
    switch self {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: escapedByte.map { "\\x" + String($0, radix: 16) } ?? "\\u{\(String(value, radix: 16))}"
    }
  }
}
