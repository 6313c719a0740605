/// What the keys do in the similarity explorer.
import Canvas
import Telemetry

public enum SimilarityIntent: Sendable, Equatable {
  /// Down and right: by as much as can be seen, or by single views.
  case move(Int, Int, single: Bool)
  /// So many windows down.
  case page(Int)
  /// Nearer or farther.
  case zoom(Int)
  case whole
  /// To the anchor's next negative, by hardness.
  case negative(Int)
  /// The other view becomes the anchor.
  case swap
  case nextSort, nextLayout, nextBatch, nextSection
  /// To another temperature of the sweep.
  case temperature(Int)
  case hold
  /// The newest batch, sorted anew.
  case again
}

let similarityActions = [
  Action("cell-up", .similarity(.move(-1, 0, single: false))),
  Action("cell-down", .similarity(.move(1, 0, single: false))),
  Action("cell-left", .similarity(.move(0, -1, single: false))),
  Action("cell-right", .similarity(.move(0, 1, single: false))),
  Action("matrix-nearer", .similarity(.zoom(1))), Action("matrix-farther", .similarity(.zoom(-1))),
  Action("matrix-whole", .similarity(.whole)), Action("matrix-order", .similarity(.nextSort)),
  Action("matrix-partners", .similarity(.nextLayout)), Action("matrix-batch", .similarity(.nextBatch)),
  Action("matrix-hold", .similarity(.hold)), Action("matrix-again", .similarity(.again)),
  Action("matrix-part", .similarity(.nextSection)),
  Action("next-negative", .similarity(.negative(1))), Action("previous-negative", .similarity(.negative(-1))),
  Action("swap-anchor", .similarity(.swap)), Action("what-if-colder", .similarity(.temperature(-1))),
  Action("what-if-warmer", .similarity(.temperature(1))),
]

let similarityBindings: [Binding] = [
  Binding(
    .similarity, "arrows", "move", "move the cursor (shift: by one view; page keys: far)",
    [
      (.up, .similarity(.move(-1, 0, single: false))), (.down, .similarity(.move(1, 0, single: false))),
      (.left, .similarity(.move(0, -1, single: false))), (.right, .similarity(.move(0, 1, single: false))),
      (.shiftUp, .similarity(.move(-1, 0, single: true))), (.shiftDown, .similarity(.move(1, 0, single: true))),
      (.shiftLeft, .similarity(.move(0, -1, single: true))), (.shiftRight, .similarity(.move(0, 1, single: true))),
      (.pageUp, .similarity(.page(-1))), (.pageDown, .similarity(.page(1))),
    ], when: \.explores),
  Binding(
    .similarity, "+ -", "zoom", "down to single cells and back (home: the whole matrix)",
    [
      (.character("+"), .similarity(.zoom(1))), (.character("="), .similarity(.zoom(1))),
      (.character("-"), .similarity(.zoom(-1))), (.home, .similarity(.whole)),
    ], when: \.explores),
  Binding(
    .similarity, "o", "order", "sort by class, by cluster, by hardness, or as drawn",
    [(.character("o"), .similarity(.nextSort))], when: \.explores),
  Binding(
    .similarity, "b", "batch", "the fixed probe batch, or the batch that is trained on",
    [(.character("b"), .similarity(.nextBatch))], when: \.explores),
  Binding(
    .similarity, "n p", "negative", "the anchor's next negative by hardness, or the one before",
    [(.character("n"), .similarity(.negative(1))), (.character("p"), .similarity(.negative(-1)))], when: \.explores),
  Binding(
    .similarity, "[ ]", "what-if τ", "another temperature of the what-if",
    [(.character("["), .similarity(.temperature(-1))), (.character("]"), .similarity(.temperature(1)))],
    when: \.explores),
  Binding(
    .similarity, "v", "part", "put another part first beside the matrix",
    [(.character("v"), .similarity(.nextSection))], when: \.explores),
  Binding(
    .similarity, "i", "", "partners side by side, or first views before second ones",
    [(.character("i"), .similarity(.nextLayout))], when: \.explores),
  Binding(
    .similarity, "x", "", "the other view becomes the anchor", [(.character("x"), .similarity(.swap))],
    when: \.explores),
  Binding(
    .similarity, "f", "", "hold this batch on the screen, or let it go on", [(.character("f"), .similarity(.hold))],
    when: \.explores),
  Binding(
    .similarity, "r", "", "embed the batch by the newest weights now, and sort it anew",
    [(.character("r"), .similarity(.again))], when: \.explores),
  Binding(
    .similarity, "h l", "turn", "turn the chosen knob (k j: choose another)",
    [
      (.character("h"), .turn(-1, fine: false)), (.character("l"), .turn(1, fine: false)),
      (.character("k"), .choose(-1)), (.character("j"), .choose(1)),
    ], when: { $0.explores && $0.turnsKnobs }),
]

extension DashboardState {
  /// The similarity explorer has the keys.
  var explores: Bool { isFree && screen == .panel(.similarity) }

  mutating func obey(_ intent: SimilarityIntent) -> [Command] {
    switch intent {
    case .move(let rows, let columns, let single):
      let stride = single ? 1 : similarity.stride
      similarity.moveCursor(to: similarity.row + rows * stride, similarity.column + columns * stride)
    case .page(let windows):
      similarity.moveCursor(to: similarity.row + windows * similarity.seen, similarity.column)
    case .zoom(let clicks): similarity.zoom(clicks)
    case .whole: (similarity.span, similarity.top, similarity.left) = (nil, 0, 0)
    case .negative(let places): similarity.moveAmongNegatives(places)
    case .swap: similarity.moveCursor(to: similarity.column, similarity.row)
    case .nextSort: nextSort()
    case .nextLayout:
      similarity.isInterleaved.toggle()
      similarity.arrange()
    case .nextBatch:
      (similarity.source, similarity.isHeld) = (similarity.source == .probe ? .live : .probe, false)
    case .nextSection: similarity.section = similarity.section.next
    case .temperature(let places): similarity.moveCrosshair(places)
    case .hold: similarity.isHeld.toggle()
    case .again:
      similarity.isHeld = false
      similarity.arrange()
      return [.watch(watching)]
    }
    return []
  }

  private mutating func nextSort() {
    similarity.sort = similarity.sort.next
    if similarity.sort == .byClass && snapshot.run.classes.isEmpty { similarity.sort = similarity.sort.next }
    similarity.arrange()
  }
}

extension DashboardState {
  /// The pointer on the matrix: a press or a drag puts the cursor there, the wheel zooms there.
  mutating func explore(_ point: PanelPoint) {
    let square = Scene.matrix(in: Scene.inside(of: point.area, columns: point.area.width))
    let (column, row) = (point.event.column - square.x, point.event.row - square.y)
    guard similarity.explored != nil, square.contains(x: point.event.column, y: point.event.row) else { return }
    guard point.event.kind != .release else { return }
    let seen = similarity.seen
    similarity.moveCursor(
      to: similarity.top + row * seen / square.height, similarity.left + column * seen / square.width)
    if point.event.kind == .wheelUp { similarity.zoom(1) }
    if point.event.kind == .wheelDown { similarity.zoom(-1) }
  }
}

extension SimilarityState {
  /// What the trainer shall find out while the explorer is shown.
  var watching: Set<Watch> { isHeld ? [] : [source == .probe ? .probe : .batch] }

  /// From the negative under the cursor, or from the partner, which stands before all negatives.
  fileprivate mutating func moveAmongNegatives(_ places: Int) {
    guard let explored else { return }
    let negatives = explored.analysis.negatives(of: anchor)
    let here = negatives.firstIndex(of: other) ?? -1
    let next = negatives[min(max(here + places, 0), negatives.count - 1)]
    moveCursor(to: row, explored.order.firstIndex(of: next)!)
  }

  /// From the temperature in force, when it has not been moved.
  fileprivate mutating func moveCrosshair(_ places: Int) {
    guard let explored else { return }
    let present = explored.present.temperature
    let last = explored.sweep.count - 1
    let next =
      crosshair.map { $0 + places }
      ?? (places > 0
        ? explored.sweep.firstIndex { $0.temperature > present }
        : explored.sweep.lastIndex { $0.temperature < present })
      ?? (places > 0 ? last : 0)
    crosshair = min(max(next, 0), last)
  }
}
