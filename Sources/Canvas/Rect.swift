/// A rectangle of cells, (0, 0) at the top left. Sizes are never negative.
public struct Rect: Sendable, Hashable {
  public let x: Int, y: Int, width: Int, height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    (self.x, self.y, self.width, self.height) = (x, y, max(0, width), max(0, height))
  }

  public var isEmpty: Bool { width == 0 || height == 0 }
  public var maxX: Int { x + width }
  public var maxY: Int { y + height }

  public func contains(x column: Int, y row: Int) -> Bool { column >= x && column < maxX && row >= y && row < maxY }

  /// Smaller by this much on every side.
  public func inset(_ columns: Int, _ rows: Int) -> Rect {
    Rect(x: x + columns, y: y + rows, width: width - 2 * columns, height: height - 2 * rows)
  }

  /// The upper `rows` of it and what is left below, with `gap` rows between.
  public func cutTop(_ rows: Int, gap: Int = 0) -> (Rect, Rect) {
    let taken = min(max(0, rows), height)
    let start = min(taken + gap, height)
    return (
      Rect(x: x, y: y, width: width, height: taken), Rect(x: x, y: y + start, width: width, height: height - start)
    )
  }

  /// The left `columns` of it and what is left of it on the right, with `gap` columns between.
  public func cutLeft(_ columns: Int, gap: Int = 0) -> (Rect, Rect) {
    let taken = min(max(0, columns), width)
    let start = min(taken + gap, width)
    return (
      Rect(x: x, y: y, width: taken, height: height), Rect(x: x + start, y: y, width: width - start, height: height)
    )
  }

  /// What is left above, and the lower `rows` of it.
  public func cutBottom(_ rows: Int) -> (Rect, Rect) { cutTop(height - min(max(0, rows), height)) }

  /// One row of it; empty when it lies outside.
  public func row(_ index: Int) -> Rect {
    Rect(x: x, y: y + index, width: width, height: index >= 0 && index < height ? 1 : 0)
  }

  public func intersects(_ other: Rect) -> Bool {
    !isEmpty && !other.isEmpty && x < other.maxX && other.x < maxX && y < other.maxY && other.y < maxY
  }

  public func contains(_ other: Rect) -> Bool {
    other.x >= x && other.y >= y && other.maxX <= maxX && other.maxY <= maxY
  }
}
