/// Freezing a draw: both views of a picture stay as they were drawn, whatever knobs do, and what was drawn for them is
/// turned by hand, number by number.
import Canvas
import Telemetry

public enum DrawIntent: Sendable, Equatable {
  case freeze, letGo
  /// So many numbers further on among those of both views.
  case choose(Int)
  case turn(Int, fine: Bool)
  /// Applies the chosen stage, or leaves it out.
  case switchStage
  /// The same number of the other view.
  case otherView
  /// The chosen stage as it was drawn; all of them.
  case asDrawn, allAsDrawn
  /// A stage by its place, the crop's being 0.
  case point(view: Int, stage: Int)
}

struct FrozenDraw: Sendable, Equatable {
  /// Picture, roll and knobs at the time of freezing.
  let request: PairRequest
  var changes: [DrawChange] = []
  /// Nil: the first.
  var chosen: Place?

  /// A number of the two views.
  struct Place: Sendable, Equatable {
    var view: Int
    let stage: String
    let number: String
  }

  /// The draw with what was changed.
  var pairRequest: PairRequest {
    var request = request
    request.changes = changes
    return request
  }

  /// A number as it was set, or else as it was drawn.
  func value(of number: DrawnNumber, at place: Place) -> Double {
    guard let value = changes.first(where: { $0.isAt(place) })?.value else { return number.drawn }
    return min(max(value, number.range.lowerBound), number.range.upperBound)
  }

  mutating func set(_ number: DrawnNumber, at place: Place, to value: Double) {
    changes.removeAll { $0.isAt(place) }
    guard value != number.drawn else { return }
    changes.append(DrawChange(view: place.view, stage: place.stage, number: place.number, value: value))
  }
}

extension DrawChange {
  fileprivate func isAt(_ place: FrozenDraw.Place) -> Bool {
    (view, stage, number) == (place.view, place.stage, place.number)
  }
}

extension ViewStage {
  /// The numbers to choose among: whether it is applied counts where there is nothing else.
  fileprivate var choices: [DrawnNumber] {
    let own = numbers.filter { $0.name != DrawnNumber.isOn }
    return own.isEmpty ? numbers : own
  }
}

extension DashboardState {
  /// The frozen draw has the views' own screen.
  var showsFrozen: Bool { frozen != nil && screen == .panel(.views) && !showsSheet }
  var turnsDraw: Bool { isFree && showsFrozen }
  var mayFreeze: Bool { showsPairs && frozen == nil && screen == .panel(.views) && !showsSheet }

  private var drawnNumbers: [(place: FrozenDraw.Place, number: DrawnNumber)] {
    (pair?.stages ?? []).enumerated().flatMap { view, stages in
      stages.flatMap { stage in
        stage.choices.map { (FrozenDraw.Place(view: view, stage: stage.name, number: $0.name), $0) }
      }
    }
  }

  /// What the arrows turn; nil where nothing was drawn.
  var chosenNumber: (place: FrozenDraw.Place, number: DrawnNumber)? {
    drawnNumbers.first { $0.place == frozen?.chosen } ?? drawnNumbers.first
  }

  var chosenStage: ViewStage? {
    chosenNumber.flatMap { chosen in pair?.stages[chosen.place.view].first { $0.name == chosen.place.stage } }
  }

  mutating func obey(_ intent: DrawIntent) {
    switch intent {
    case .freeze: freeze()
    case .letGo: frozen = nil
    case .choose(let places): choose(places)
    case .turn(let clicks, let fine): turnDrawn(clicks, fine)
    case .switchStage: switchStage()
    case .otherView: chooseOtherView()
    case .asDrawn:
      guard let place = chosenNumber?.place else { break }
      frozen?.changes.removeAll { ($0.view, $0.stage) == (place.view, place.stage) }
    case .allAsDrawn: frozen?.changes = []
    case .point(let view, let stage): choose(view, stage)
    }
  }

  private mutating func freeze() {
    guard let request = pairRequest, request.search == nil, pair != nil else {
      message = Message("there is no draw yet to be frozen")
      return
    }
    if drawnNumbers.isEmpty {
      message = Message("nothing is drawn for these views: there is nothing to freeze")
    } else {
      frozen = FrozenDraw(request: request)
    }
  }

  private mutating func choose(_ places: Int) {
    let all = drawnNumbers.map(\.place)
    guard let here = all.firstIndex(where: { $0 == chosenNumber?.place }) else { return }
    frozen?.chosen = all[((here + places) % all.count + all.count) % all.count]
  }

  /// The operations of both views are the same, but for jitter's order.
  private mutating func chooseOtherView() {
    guard var place = chosenNumber?.place else { return }
    place.view = 1 - place.view
    frozen?.chosen = place
  }

  /// A stage that is chosen already stays at its number.
  private mutating func choose(_ view: Int, _ stage: Int) {
    guard let stages = pair?.stages, stages.indices.contains(view), stages[view].indices.contains(stage) else { return }
    let (here, name) = (chosenNumber?.place, stages[view][stage].name)
    guard here?.view != view || here?.stage != name else { return }
    let place = drawnNumbers.first { ($0.place.view, $0.place.stage) == (view, name) }?.place
    frozen?.chosen = place
  }

  /// What is turned is applied, too.
  private mutating func turnDrawn(_ clicks: Int, _ fine: Bool) {
    guard let (place, number) = chosenNumber, var draw = frozen else { return }
    if let (switchPlace, isOn) = chosenSwitch, place != switchPlace { draw.set(isOn, at: switchPlace, to: 1) }
    draw.set(number, at: place, to: number.turned(draw.value(of: number, at: place), clicks: clicks, fine: fine))
    frozen = draw
  }

  private mutating func switchStage() {
    guard let (place, isOn) = chosenSwitch, var draw = frozen else {
      message = Message("the crop is always there: an area of 1 is the whole picture")
      return
    }
    draw.set(isOn, at: place, to: 1 - draw.value(of: isOn, at: place))
    frozen = draw
  }

  /// Whether the chosen stage is applied; nil for the crop.
  private var chosenSwitch: (place: FrozenDraw.Place, number: DrawnNumber)? {
    guard let place = chosenNumber?.place,
      let number = chosenStage?.numbers.first(where: { $0.name == DrawnNumber.isOn })
    else { return nil }
    return (FrozenDraw.Place(view: place.view, stage: place.stage, number: number.name), number)
  }
}

let frozenBindings: [Binding] = [
  Binding(
    .frozen, "←→", "turn", "turn the chosen number, shift finely (h l: the knob)",
    [
      (.left, .draw(.turn(-1, fine: false))), (.right, .draw(.turn(1, fine: false))),
      (.shiftLeft, .draw(.turn(-1, fine: true))), (.shiftRight, .draw(.turn(1, fine: true))),
    ], when: \.turnsDraw),
  Binding(
    .frozen, "↑↓", "choose", "choose among all stages of both views (k j: a knob)",
    [(.up, .draw(.choose(-1))), (.down, .draw(.choose(1)))], when: \.turnsDraw),
  Binding(
    .frozen, "f", "let go", "draw by the knobs as they are now (also esc)",
    [(.character("f"), .draw(.letGo)), (.escape, .draw(.letGo))], when: \.turnsDraw),
  Binding(
    .frozen, "x", "on/off", "apply the chosen stage, or leave it out", [(.character("x"), .draw(.switchStage))],
    when: \.turnsDraw),
  Binding(
    .frozen, "d", "as drawn", "the chosen stage as it was drawn (D: all)",
    [(.character("d"), .draw(.asDrawn)), (.character("D"), .draw(.allAsDrawn))], when: \.turnsDraw),
  Binding(
    .frozen, "v", "other view", "go to the same number of the other view", [(.character("v"), .draw(.otherView))],
    when: \.turnsDraw),
]

let freezeBindings: [Binding] = [
  Binding(
    .views, "f", "freeze", "keep this draw, whatever knobs do, to turn it by hand", [(.character("f"), .draw(.freeze))],
    when: \.mayFreeze)
]

let drawActions = [
  Action("freeze-draw", .draw(.freeze)), Action("let-draw-go", .draw(.letGo)),
  Action("drawn-down", .draw(.turn(-1, fine: false))), Action("drawn-up", .draw(.turn(1, fine: false))),
  Action("drawn-down-finely", .draw(.turn(-1, fine: true))), Action("drawn-up-finely", .draw(.turn(1, fine: true))),
  Action("drawn-before", .draw(.choose(-1))), Action("drawn-after", .draw(.choose(1))),
  Action("stage-on-off", .draw(.switchStage)), Action("stage-as-drawn", .draw(.asDrawn)),
  Action("all-as-drawn", .draw(.allAsDrawn)), Action("other-view", .draw(.otherView)),
]
