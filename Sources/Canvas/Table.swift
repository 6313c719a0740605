/// Rows of texts in aligned columns.
public struct Table {
  public struct Column: Sendable {
    public var alignment: Text.Alignment
    /// Takes what the other columns leave.
    public var isFlexible: Bool

    public init(_ alignment: Text.Alignment = .left, isFlexible: Bool = false) {
      (self.alignment, self.isFlexible) = (alignment, isFlexible)
    }
  }

  public var columns: [Column]
  public var rows: [[Text]]
  /// Blanks between columns.
  public var gap = 2

  public init(columns: [Column], rows: [[Text]]) { (self.columns, self.rows) = (columns, rows) }

  /// What it needs to be drawn whole.
  public var width: Int { natural.reduce(0, +) + gap * max(0, columns.count - 1) }

  /// Draws the rows that fit, from the first on.
  public func draw(in area: Rect, of grid: inout Grid) {
    let widths = widths(in: area.width)
    for (y, row) in rows.prefix(area.height).enumerated() {
      var x = area.x
      for (index, text) in row.prefix(columns.count).enumerated() {
        let room = Rect(x: x, y: area.y + y, width: min(widths[index], area.maxX - x), height: 1)
        text.draw(in: room, of: &grid, columns[index].alignment)
        x += widths[index] + gap
      }
    }
  }

  private func widths(in total: Int) -> [Int] {
    var widths = natural
    if let flexible = columns.firstIndex(where: \.isFlexible) {
      widths[flexible] = max(0, widths[flexible] + total - width)
    }
    return widths
  }

  private var natural: [Int] {
    columns.indices.map { index in rows.map { index < $0.count ? $0[index].width : 0 }.max() ?? 0 }
  }
}
