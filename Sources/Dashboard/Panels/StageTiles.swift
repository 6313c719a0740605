/// Where the stages of both views stand: for those who draw them, and for the pointer.
import Canvas
import Telemetry

struct StageTiles {
  /// Columns and rows of a stage with its name above and two lines of words below, and a free column.
  let tile: Rect
  /// Of the two views.
  private let rooms: [Rect]
  /// Of the number that is turned by hand; empty when none is.
  let number: Rect

  /// - Parameter inside: the room inside the panel's frame.
  init(_ pair: ViewPair, in inside: Rect, isFrozen: Bool) {
    let (inside, number) = inside.cutBottom(isFrozen ? 1 : 0)
    self.number = number
    let half = inside.cutTop((inside.height - 1) / 2).0
    let most = (pair.stages.map(\.count).max() ?? 0) + 1
    tile = Self.tile(for: pair.original, count: most, in: half)
    let across = max(1, inside.width / max(1, tile.width))
    let used = min(half.height, (most + across - 1) / across * tile.height)
    let (upper, lower) = inside.cutTop(used, gap: min(2, max(0, inside.height - 2 * used)))
    rooms = [upper, lower]
  }

  /// The place of a view's stage, the original's being 0; nil when there is no room.
  func place(of index: Int, view: Int) -> Rect? {
    let room = rooms[view]
    let across = max(1, room.width / max(1, tile.width))
    let y = room.y + index / across * tile.height
    guard y + tile.height <= room.maxY else { return nil }
    return Rect(x: room.x + index % across * tile.width, y: y, width: tile.width - 1, height: tile.height)
  }

  /// The number of tiles in a row is chosen so that the pictures are largest.
  private static func tile(for picture: Picture, count: Int, in area: Rect) -> Rect {
    let tiles = (1...count).map { across -> (Rect, Int) in
      let rows = (count + across - 1) / across
      let room = Rect(x: 0, y: 0, width: area.width / across - 1, height: area.height / rows - 3)
      let fit = BitmapView.fit(width: picture.width, height: picture.height, in: room)
      // Names like "saturation" want ten columns, and one for the mark of what is chosen.
      return (Rect(x: 0, y: 0, width: max(fit.width, min(room.width, 11)) + 1, height: fit.height + 3), fit.height)
    }
    return tiles.max { $0.1 < $1.1 }?.0 ?? area
  }
}

extension DashboardState {
  /// What the pointer asks for on a frozen draw: a press chooses a stage, the wheel turns what is chosen.
  func drawIntent(for mouse: MouseEvent, in area: Rect, columns: Int) -> DrawIntent? {
    guard turnsDraw, let pair else { return nil }
    switch mouse.kind {
    case .wheelUp: return .turn(1, fine: false)
    case .wheelDown: return .turn(-1, fine: false)
    case .press where mouse.button == .left: break
    case .press, .drag, .release: return nil
    }
    let tiles = StageTiles(pair, in: Scene.inside(of: area, columns: columns), isFrozen: true)
    for (view, stages) in pair.stages.enumerated() {
      for stage in stages.indices
      where tiles.place(of: stage + 1, view: view)?.contains(x: mouse.column, y: mouse.row) == true {
        return .point(view: view, stage: stage)
      }
    }
    return nil
  }
}
