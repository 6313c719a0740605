/// Which glyphs take exactly one column, and what stands for them where only ASCII is known.
extension Unicode.Scalar {
  /// Itself when it takes one column, "?" when it is wide or cannot be shown, nil when it takes no column.
  public var oneColumn: Unicode.Scalar? {
    if value >= 0x20 && value < 0x7f { return self }
    if (0x2500...0x28ff).contains(value), !properties.isEmojiPresentation { return self }
    if value == 9 || value == 10 { return " " }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return nil
    case .control, .surrogate, .unassigned, .privateUse, .lineSeparator, .paragraphSeparator: return "?"
    default: return isWide ? "?" : self
    }
  }

  private var isWide: Bool {
    properties.isEmojiPresentation || Self.wideRanges.contains { $0.contains(value) }
  }

  /// East Asian wide and full-width blocks, and the emoji planes.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff,
    0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6, 0x1f000...0x1faff, 0x20000...0x3fffd,
  ]

  /// The glyph that says the same in ASCII, ' ' … '~'.
  public var asciiFallback: Unicode.Scalar {
    if value >= 0x20 && value < 0x7f { return self }
    if let known = Self.fallbacks[self] { return known }
    switch value {
    case 0x2800: return " "
    case 0x2801...0x28ff: return "*"
    case 0x2500...0x257f: return "+"
    case 0x2580...0x259f, 0x1fb00...0x1fb3b: return "#"
    default: return "?"
    }
  }

  private static let fallbacks: [Unicode.Scalar: Unicode.Scalar] = {
    let pairs: [(String, String)] = [
      ("─━┈┄╌╴╶═", "-=------"), ("│┃┊┆╎║", "||||||"), ("▁▂▃▄▅▆▇█", "_.-=+*##"), ("░▒▓", ".:%"),
      ("←→↑↓▲▼▸◂▶◀", "<>^v^v><><"), ("●○◆◇■□", "oo*+#."), ("·•…×−–—τβλσ", ".*.x---tbls"), ("✓✗⚠‖∥⏸", "+x!|||"),
      ("°≈≤≥±²³µ∞", "o~<>+23u8"), ("“”‘’«»", "\"\"''<>"), ("ₙ₁₂", "n12"),
      ("àáâãäåçèéêëìíîïñòóôõöøùúûüýÿß", "aaaaaaceeeeiiiinoooooouuuuyys"),
      ("ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝ", "AAAAAACEEEEIIIINOOOOOOUUUUY"), ("\u{a0}", " "),
    ]
    var table: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (from, to) in pairs {
      for (glyph, plain) in zip(from.unicodeScalars, to.unicodeScalars) { table[glyph] = plain }
    }
    return table
  }()
}

extension String {
  /// The same words in ASCII glyphs only.
  public var inASCII: String { String(String.UnicodeScalarView(unicodeScalars.map(\.asciiFallback))) }
}

extension Grid {
  /// The same screen in ASCII glyphs only.
  public var inASCII: Grid { mapCells { Cell($0.glyph.asciiFallback, $0.style) } }

  /// The same screen without any colour; attributes stay.
  public var withoutColors: Grid { mapCells { Cell($0.glyph, Style(nil, on: nil, $0.style.attributes)) } }

  /// The same screen with these colours where a cell asked for none.
  public func withDefaults(_ style: Style) -> Grid {
    mapCells { cell in
      Cell(
        cell.glyph,
        Style(
          cell.style.foreground ?? style.foreground, on: cell.style.background ?? style.background,
          cell.style.attributes))
    }
  }
}
