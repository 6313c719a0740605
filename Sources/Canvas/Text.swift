/// A line of styled runs. Every glyph takes one column: what would take two or none is replaced or left out.
public struct Text: Sendable, Equatable {
  public enum Alignment: Sendable { case left, center, right }

  public private(set) var cells: [Cell] = []

  public init() {}

  public init(_ text: String, _ style: Style = Style()) {
    cells = text.unicodeScalars.compactMap { scalar in scalar.oneColumn.map { Cell($0, style) } }
  }

  public var width: Int { cells.count }
  public var isEmpty: Bool { cells.isEmpty }

  public static func + (a: Text, b: Text) -> Text {
    var sum = a
    sum.cells += b.cells
    return sum
  }

  public static func += (a: inout Text, b: Text) { a.cells += b.cells }

  /// The first columns.
  public func prefix(_ width: Int) -> Text {
    var first = Text()
    first.cells = Array(cells.prefix(width))
    return first
  }

  /// At most `width` columns; a cut end shows as "…".
  public func truncated(to width: Int) -> Text {
    if cells.count <= width { return self }
    guard width > 0 else { return Text() }
    var cut = prefix(width)
    while cut.cells.count > 1, cut.cells[cut.cells.count - 2].glyph == " " { cut.cells.removeLast() }
    cut.cells[cut.cells.count - 1].glyph = "…"
    return cut
  }

  /// Filled with blanks to exactly `width` columns, or truncated.
  public func padded(to width: Int, _ alignment: Alignment = .left) -> Text {
    let short = truncated(to: width)
    let room = max(0, width - short.width)
    let before = alignment == .left ? 0 : alignment == .right ? room : room / 2
    return Text(String(repeating: " ", count: before)) + short + Text(String(repeating: " ", count: room - before))
  }

  /// Draws into the first row of an area, truncated to its width.
  public func draw(in area: Rect, of grid: inout Grid, _ alignment: Alignment = .left) {
    guard area.height > 0 else { return }
    let short = truncated(to: area.width)
    let room = area.width - short.width
    let before = alignment == .left ? 0 : alignment == .right ? room : room / 2
    short.draw(x: area.x + before, y: area.y, width: short.width, of: &grid)
  }

  func draw(x: Int, y: Int, width: Int, of grid: inout Grid) {
    for (offset, cell) in truncated(to: width).cells.enumerated() { grid[x + offset, y] = cell }
  }

  /// Broken at blanks into lines of at most `width` columns; a longer word is broken anywhere.
  public func wrapped(to width: Int) -> [Text] {
    guard width > 0 else { return [] }
    var lines: [Text] = []
    var rest = cells[...]
    while rest.count > width {
      let blank = rest.prefix(width + 1).lastIndex { $0.glyph == " " }
      let end = blank.flatMap { $0 > rest.startIndex ? $0 : nil } ?? rest.startIndex + width
      lines.append(Text(cells: rest[..<end]))
      rest = rest[end...].drop { $0.glyph == " " }
    }
    return lines + [Text(cells: rest)]
  }

  private init(cells: ArraySlice<Cell>) { self.cells = Array(cells) }

  /// Parts joined by a separator; empty parts are left out.
  public static func joined(_ parts: [Text], by separator: Text) -> Text {
    parts.filter { !$0.isEmpty }.enumerated().reduce(into: Text()) { sum, part in
      if part.offset > 0 { sum += separator }
      sum += part.element
    }
  }
}

extension Text {
  /// The same text on another ground.
  public func on(_ background: RGB) -> Text {
    var changed = self
    for index in changed.cells.indices { changed.cells[index].style.background = background }
    return changed
  }
}
