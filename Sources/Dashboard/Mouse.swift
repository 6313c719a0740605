/// The pointer: what lies under it is found in the same layout that is drawn. Nothing needs it.
import Canvas
import Telemetry

public enum MouseIntent: Sendable, Equatable {
  case focus(Panel), zoom(Panel)
  case choose(knob: Int)
  case turn(knob: Int, clicks: Int)
  /// The slider of a knob is held at a share of its range, 0…1. What it shows is asked for when it is let go.
  case hold(knob: Int, fraction: Double)
  /// What divides the overview's panels is taken hold of; it goes to a share of their room.
  case grasp(Divider), divide(Divider, at: Double)
  case letGo
  /// On a panel shown alone that knows its own cells.
  case point(PanelPoint)
}

/// Where the pointer is on a panel shown alone, and what it did there.
public struct PanelPoint: Sendable, Equatable {
  public let panel: Panel
  public let event: MouseEvent
  /// The panel's cells, with its frame.
  public let area: Rect
}

/// What goes with the pointer while its button is down.
enum Held: Sendable, Equatable {
  case knob(HeldKnob)
  case divider(Divider)

  var knob: HeldKnob? { if case .knob(let knob) = self { knob } else { nil } }
}

/// A slider under the pointer.
struct HeldKnob: Sendable, Equatable {
  let knob: Int
  let key: String
  var value: Double
}

/// For the help screen.
let mouseHelp = [
  ("click", "focus a panel; choose a knob"), ("title", "a click, or a double click below it: zoom, and back"),
  ("drag", "a slider: its knob is set when it is let go; the frame between two panels"),
  ("wheel", "turn a knob, scroll log and help, step pairs"),
  ("frozen draw", "a click chooses a stage, the wheel turns what is chosen"),
]

/// What the pointer asks for in this state, on a screen of this size; nil when it means nothing there.
public func intent(for mouse: MouseEvent, in state: DashboardState, columns: Int, rows: Int) -> Intent? {
  guard state.isFree else { return nil }
  let parts = layout(state, columns: columns, rows: rows)
  if let held = state.held { return drag(held, mouse, state, parts, columns).map { .mouse($0) } }
  guard let place = parts.first(where: { $0.area.contains(x: mouse.column, y: mouse.row) }) else { return nil }
  let knobs = knobRows(place, state, columns)
  if let row = knobs.first(where: { $0.area.contains(x: mouse.column, y: mouse.row) }) {
    if let intent = onKnob(mouse, row, state) { return .mouse(intent) }
  }
  if place.part == .fullPanel(.loss) {
    return state.metricsIntent(for: mouse, in: place.area, columns: columns, rows: rows).map { .metrics($0) }
  }
  if place.part == .fullPanel(.views), let intent = state.drawIntent(for: mouse, in: place.area, columns: columns) {
    return .draw(intent)
  }
  if mouse.kind == .press, mouse.button == .left,
    let divider = Dividers(parts, in: state)?.divider(at: mouse.column, mouse.row)
  {
    return .mouse(.grasp(divider))
  }
  switch mouse.kind {
  case .wheelUp, .wheelDown: return wheel(mouse, on: place, state)
  case .press where mouse.button == .left: return press(mouse, on: place, state)
  case .press, .drag, .release: return point(mouse, on: place)
  }
}

/// The knobs that a part of the screen shows.
private func knobRows(_ place: PlacedPart, _ state: DashboardState, _ columns: Int) -> [(knob: Int, area: Rect)] {
  guard state.turnsKnobs else { return [] }
  let inside = Scene.inside(of: place.area, columns: columns)
  switch place.part {
  case .panel(.knobs): return KnobRows(panel: inside, state).shown
  case .fullPanel(.knobs): return KnobRows(table: inside, state).shown
  case .knobStrip: return [(min(state.selectedKnob, state.knobs.count - 1), KnobRows.strip(place.area).knob)]
  default: return []
  }
}

private func onKnob(_ mouse: MouseEvent, _ row: (knob: Int, area: Rect), _ state: DashboardState) -> MouseIntent? {
  switch mouse.kind {
  case .wheelUp: return .turn(knob: row.knob, clicks: 1)
  case .wheelDown: return .turn(knob: row.knob, clicks: -1)
  case .press where mouse.button == .left:
    let parts = KnobRow(in: row.area, isAsked: state.asked[state.knobs[row.knob].key] != nil)
    guard parts.track.width >= 3, parts.track.contains(x: mouse.column, y: mouse.row) else {
      return .choose(knob: row.knob)
    }
    return .hold(knob: row.knob, fraction: parts.fraction(at: mouse.column))
  case .press, .drag, .release: return nil
  }
}

/// What is held goes with the pointer wherever it is moved, until the button is let go.
private func drag(
  _ held: Held, _ mouse: MouseEvent, _ state: DashboardState, _ parts: [PlacedPart], _ columns: Int
) -> MouseIntent? {
  guard mouse.kind == .drag else { return mouse.kind == .release || mouse.kind == .press ? .letGo : nil }
  switch held {
  case .knob(let knob): return slide(knob, mouse, state, parts, columns)
  case .divider(let divider):
    let dividers = Dividers(parts, in: state)
    return dividers.map { .divide(divider, at: $0.share(divider, at: mouse.column, mouse.row)) }
  }
}

private func slide(
  _ knob: HeldKnob, _ mouse: MouseEvent, _ state: DashboardState, _ parts: [PlacedPart], _ columns: Int
) -> MouseIntent? {
  let rows = parts.flatMap { knobRows($0, state, columns) }
  guard let row = rows.first(where: { $0.knob == knob.knob }) else { return nil }
  let isAsked = state.asked[state.knobs[row.knob].key] != nil
  return .hold(knob: row.knob, fraction: KnobRow(in: row.area, isAsked: isAsked).fraction(at: mouse.column))
}

private func press(_ mouse: MouseEvent, on place: PlacedPart, _ state: DashboardState) -> Intent? {
  let isTitle = mouse.row == place.area.y
  switch place.part {
  case .panel(let panel) where state.screen == .overview:
    return .mouse(isTitle || mouse.clicks == 2 ? .zoom(panel) : .focus(panel))
  case .fullPanel where isTitle: return state.isPreview ? nil : .back
  default: return point(mouse, on: place)
  }
}

private func wheel(_ mouse: MouseEvent, on place: PlacedPart, _ state: DashboardState) -> Intent? {
  let down = mouse.kind == .wheelDown ? 1 : -1
  switch place.part {
  case .help, .fullPanel(.log): return .scroll(3 * down)
  case .panel(.views), .fullPanel(.views): return .pair(down)
  default: return point(mouse, on: place)
  }
}

private func point(_ mouse: MouseEvent, on place: PlacedPart) -> Intent? {
  guard case .fullPanel(let panel) = place.part, panel == .similarity else { return nil }
  return .mouse(.point(PanelPoint(panel: panel, event: mouse, area: place.area)))
}

extension DashboardState {
  mutating func obey(_ intent: MouseIntent) -> [Command] {
    switch intent {
    case .focus(let panel): focus = panel
    case .zoom(let panel): show(.panel(panel))
    case .choose(let knob): selectedKnob = knob
    case .turn(let knob, let clicks):
      selectedKnob = knob
      return turn(clicks, false)
    case .hold(let index, let fraction): hold(index, fraction)
    case .grasp(let divider): held = .divider(divider)
    case .divide(.left, let share): arrangement.left = share
    case .divide(.top, let share): arrangement.top = share
    case .letGo: return letGo()
    case .point(let point): explore(point)
    }
    return []
  }

  private mutating func hold(_ index: Int, _ fraction: Double) {
    selectedKnob = index
    let knob = knobs[index]
    let value = knob.value(at: fraction, in: range(of: knob))
    held = .knob(HeldKnob(knob: index, key: knob.key, value: value))
    if isPreview { previewKnobs[keyPath: knob.path] = value }
  }

  private mutating func letGo() -> [Command] {
    let last = held?.knob
    held = nil
    guard let last else { return [] }
    let knob = knobs[last.knob]
    return last.value == shownValue(of: knob) || !turnsKnobs ? [] : set(knob, to: last.value)
  }
}
