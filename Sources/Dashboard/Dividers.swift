/// The frames between the overview's panels, which the pointer can drag.
import Canvas

/// What a person may move: the left panels' right edge, or the upper row's lower edge.
public enum Divider: Sendable, Equatable {
  case left, top
}

/// The overview's panels as they are placed, when they stand as the person has arranged them.
struct Dividers {
  /// All panels together.
  private let room: Rect
  /// Row by row the first panel's area, and whether there is another beside it.
  private let rows: [(first: Rect, isDivided: Bool)]

  /// nil where there is nothing to move: another screen, or one too small for rows.
  init?(_ parts: [PlacedPart], in state: DashboardState) {
    let panels = parts.compactMap { part -> (panel: Panel, area: Rect)? in
      if case .panel(let panel) = part.part { (panel, part.area) } else { nil }
    }
    let arranged = state.arrangement.rows
    let areas = arranged.map { row in row.map { panel in panels.first { $0.panel == panel }?.area } }
    guard state.arranges, let first = panels.first, areas.joined().allSatisfy({ $0 != nil }),
      areas.allSatisfy({ row in row.allSatisfy { $0!.y == row[0]!.y } })
    else { return nil }
    let all = panels.dropFirst().reduce(first.area) { $0.union($1.area) }
    guard all.width >= 60, all.height >= 16 else { return nil }
    room = all
    rows = areas.map { ($0[0]!, $0.count > 1) }
  }

  /// What can be taken hold of there. A title row is not for that: a click on it zooms.
  func divider(at column: Int, _ row: Int) -> Divider? {
    if rows.count > 1, row == rows[1].first.y - 1 { return .top }
    let isSide = rows.contains { first, isDivided in
      isDivided && (first.maxX - 1...first.maxX).contains(column) && row > first.y && row < bottom(of: first)
    }
    return isSide ? .left : nil
  }

  /// Of the row that begins there.
  private func bottom(of first: Rect) -> Int { rows.first { $0.first.y > first.y }?.first.y ?? room.maxY }

  /// The share of the room that ends under the pointer.
  func share(_ divider: Divider, at column: Int, _ row: Int) -> Double {
    switch divider {
    case .left: Double(column + 1 - room.x) / Double(room.width)
    case .top: Double(row + 1 - room.y) / Double(room.height)
    }
  }
}

extension Rect {
  /// The smallest rectangle with both in it.
  fileprivate func union(_ other: Rect) -> Rect {
    let (left, top) = (min(x, other.x), min(y, other.y))
    return Rect(x: left, y: top, width: max(maxX, other.maxX) - left, height: max(maxY, other.maxY) - top)
  }
}
