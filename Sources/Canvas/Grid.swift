/// One character cell. The glyph is one column wide.
public struct Cell: Sendable, Hashable {
  public var glyph: Unicode.Scalar
  public var style: Style

  public init(_ glyph: Unicode.Scalar = " ", _ style: Style = Style()) { (self.glyph, self.style) = (glyph, style) }
}

/// A screen of cells, a value. Writing outside of it changes nothing; reading outside gives a blank.
public struct Grid: Sendable, Equatable {
  public let columns: Int
  public let rows: Int
  /// Row-major, rows × columns.
  public private(set) var cells: [Cell]

  public init(columns: Int, rows: Int, filling cell: Cell = Cell()) {
    (self.columns, self.rows) = (max(0, columns), max(0, rows))
    cells = Array(repeating: cell, count: self.columns * self.rows)
  }

  public var bounds: Rect { Rect(x: 0, y: 0, width: columns, height: rows) }

  public subscript(x: Int, y: Int) -> Cell {
    get { bounds.contains(x: x, y: y) ? cells[y * columns + x] : Cell() }
    set { if bounds.contains(x: x, y: y) { cells[y * columns + x] = newValue } }
  }

  /// The same screen with every cell changed.
  func mapCells(_ change: (Cell) -> Cell) -> Grid {
    var changed = self
    for index in cells.indices { changed.cells[index] = change(cells[index]) }
    return changed
  }

  /// Fills a rectangle with one cell.
  public mutating func fill(_ area: Rect, with cell: Cell) {
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX { self[x, y] = cell }
    }
  }

  /// Takes the cells of a rectangle from another screen.
  public mutating func copy(_ area: Rect, from other: Grid) {
    for y in area.y..<area.maxY {
      for x in area.x..<area.maxX { self[x, y] = other[x, y] }
    }
  }

  /// Writes glyphs from (x, y) to the right, at most `limit` columns.
  public mutating func write(_ text: String, x: Int, y: Int, _ style: Style, limit: Int = .max) {
    Text(text, style).draw(x: x, y: y, width: limit, of: &self)
  }
}

extension Grid: CustomStringConvertible {
  /// The glyphs, a line a row, without trailing blanks.
  public var description: String {
    (0..<rows).map { row in
      var line = String.UnicodeScalarView()
      for column in 0..<columns { line.append(self[column, row].glyph) }
      while line.last == " " { line.removeLast() }
      return String(line)
    }.joined(separator: "\n")
  }
}
