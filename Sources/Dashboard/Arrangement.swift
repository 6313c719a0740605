/// How the overview's panels share a screen that has room for several rows: what a person may change, and what is kept.
import Canvas

public struct Arrangement: Sendable, Equatable {
  public enum Preset: String, Sendable, CaseIterable {
    case quarters, wide, pictures, plots

    /// From the top, each from the left.
    var rows: [[Panel]] {
      switch self {
      case .quarters: [[.loss, .similarity], [.views, .knobs]]
      case .wide: [[.loss], [.similarity, .views, .knobs]]
      case .pictures: [[.similarity, .views], [.loss, .knobs]]
      case .plots: [[.loss, .knobs]]
      }
    }
  }

  public var preset = Preset.quarters
  /// Share of the upper row's height, of a row's left panel's width, 0.2…0.8; nil: as suits the screen.
  public var top: Double? {
    didSet { top = top.map(Self.clamped) }
  }
  public var left: Double? {
    didSet { left = left.map(Self.clamped) }
  }
  public var hidden: Set<Panel> = []

  public init() {}

  private static func clamped(_ share: Double) -> Double { min(max((share * 1000).rounded() / 1000, 0.2), 0.8) }

  /// The rows that are left when hidden panels are taken out; the loss comes back when nothing else is.
  var rows: [[Panel]] {
    let shown = preset.rows.map { $0.filter { !hidden.contains($0) } }.filter { !$0.isEmpty }
    return shown.isEmpty ? [[.loss]] : shown
  }

  var isStandard: Bool { self == Arrangement() }
}

public enum ArrangementIntent: Sendable, Equatable {
  case next
  /// Wider or narrower left panels; a higher or lower upper row.
  case widen(Int), heighten(Int)
  /// The focused panel; all of them.
  case hide, showAll
  case reset
}

extension DashboardState {
  mutating func obey(_ intent: ArrangementIntent) {
    switch intent {
    case .next:
      arrangement.preset = arrangement.preset.next
      message = Message("layout \(arrangement.preset.rawValue)")
    case .widen(let steps): arrangement.left = (arrangement.left ?? 0.6) + 0.05 * Double(steps)
    case .heighten(let steps): arrangement.top = (arrangement.top ?? 0.5) + 0.05 * Double(steps)
    case .hide:
      guard arrangement.rows.joined().count > 1, arrangement.rows.joined().contains(focus) else {
        message = Message("the last panel stays", .warning)
        return
      }
      arrangement.hidden.insert(focus)
      message = Message("\(focus.rawValue) is hidden; X shows all panels")
    case .showAll: arrangement.hidden = []
    case .reset: arrangement = Arrangement()
    }
    if !arrangement.rows.joined().contains(focus), focus != .log { focus = arrangement.rows[0][0] }
  }

  var arranges: Bool { isFree && screen == .overview && !isPreview }
}

let arrangementBindings: [Binding] = [
  Binding(
    .screen, "a", "layout", "the next arrangement of the panels; it is remembered",
    [(.character("a"), .arrange(.next))], when: \.arranges),
  Binding(
    .screen, "< > { }", "", "narrower, wider, lower, higher",
    [
      (.character("<"), .arrange(.widen(-1))), (.character(">"), .arrange(.widen(1))),
      (.character("{"), .arrange(.heighten(-1))), (.character("}"), .arrange(.heighten(1))),
    ], when: \.arranges),
  Binding(
    .screen, "x X =", "", "hide the focused panel; show all; as it was at first",
    [
      (.character("x"), .arrange(.hide)), (.character("X"), .arrange(.showAll)), (.character("="), .arrange(.reset)),
    ], when: \.arranges),
]

let arrangementActions = [
  Action("layout", .arrange(.next)), Action("narrower", .arrange(.widen(-1))), Action("wider", .arrange(.widen(1))),
  Action("lower", .arrange(.heighten(-1))), Action("higher", .arrange(.heighten(1))),
  Action("hide-panel", .arrange(.hide)), Action("show-panels", .arrange(.showAll)),
  Action("reset-layout", .arrange(.reset)),
]
