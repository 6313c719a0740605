/// The keys of the metrics screen.
import Canvas

extension DashboardState {
  /// The keys explore curves instead of turning knobs.
  var exploresMetrics: Bool { screen == .panel(.loss) }
  private var mayExplore: Bool { isFree && exploresMetrics }

  static let metricsBindings: [Binding] = [
    Binding(
      .metrics, "esc", "no crosshair", "take the crosshair away", [(.escape, .metrics(.dropCrosshair))],
      when: { $0.mayExplore && $0.metrics.crosshair != nil }),
    Binding(
      .metrics, "esc", "all plots", "from one plot back to all", [(.escape, .metrics(.alone))],
      when: { $0.mayExplore && $0.metrics.isAlone && $0.metrics.crosshair == nil }),
    Binding(
      .metrics, "↑↓", "plot", "choose a plot (also k j, page keys)",
      [
        (.up, .metrics(.choose(-1))), (.down, .metrics(.choose(1))), (.character("k"), .metrics(.choose(-1))),
        (.character("j"), .metrics(.choose(1))), (.pageUp, .metrics(.choose(-6))), (.pageDown, .metrics(.choose(6))),
      ], when: \.mayExplore),
    Binding(
      .metrics, "enter", "alone", "the chosen plot alone, or all again", [(.enter, .metrics(.alone))],
      when: \.mayExplore),
    Binding(
      .metrics, "←→", "crosshair", "move the crosshair (also h l; shift: by ten columns)",
      [
        (.left, .metrics(.move(-1))), (.right, .metrics(.move(1))), (.character("h"), .metrics(.move(-1))),
        (.character("l"), .metrics(.move(1))), (.shiftLeft, .metrics(.move(-10))), (.shiftRight, .metrics(.move(10))),
        (.character("H"), .metrics(.move(-10))), (.character("L"), .metrics(.move(10))),
      ], when: \.mayExplore),
    Binding(
      .metrics, "n p", "event", "the crosshair to the next or previous event",
      [(.character("n"), .metrics(.event(1))), (.character("p"), .metrics(.event(-1)))], when: \.mayExplore,
      shown: { $0.metrics.crosshair != nil }),
    Binding(
      .metrics, "+ -", "zoom", "zoom in or out, at the crosshair or else at the newest step",
      [
        (.character("+"), .metrics(.zoom(1, at: nil))), (.character("="), .metrics(.zoom(1, at: nil))),
        (.character("-"), .metrics(.zoom(-1, at: nil))), (.character("_"), .metrics(.zoom(-1, at: nil))),
      ], when: \.mayExplore),
    Binding(
      .metrics, ", .", "pan", "to the left or right by a quarter (also < >)",
      [
        (.character(","), .metrics(.pan(-1))), (.character("."), .metrics(.pan(1))),
        (.character("<"), .metrics(.pan(-1))), (.character(">"), .metrics(.pan(1))),
      ], when: \.mayExplore, shown: { $0.metrics.window != nil }),
    Binding(
      .metrics, "0", "all", "the whole run again", [(.character("0"), .metrics(.everything))], when: \.mayExplore,
      shown: { $0.metrics.window != nil }),
    Binding(
      .metrics, "x", "x-axis", "x in steps, epochs, images or time", [(.character("x"), .metrics(.nextAxis))],
      when: \.mayExplore),
    Binding(
      .metrics, "y", "log", "the chosen plot's y-axis logarithmic, or linear again",
      [(.character("y"), .metrics(.nextScale))], when: \.mayExplore),
    Binding(
      .metrics, "[ ]", "smooth", "a shorter or longer moving average",
      [(.character("["), .metrics(.smooth(-1))), (.character("]"), .metrics(.smooth(1)))], when: \.mayExplore),
    Binding(
      .metrics, "o", "runs", "other runs of this folder, to lay over this one", [(.character("o"), .runs(.open))],
      when: { $0.mayExplore && !$0.isComparison }),
    Binding(
      .metrics, "1–8", "runs", "hide or show a run",
      (1...MetricsState.mostOverlays).map { (.character(Unicode.Scalar(UInt8(48 + $0))), .metrics(.toggleRun($0))) },
      when: \.mayExplore, shown: { $0.recordedRuns.count > 1 }),
  ]
}

/// What has a name among the keys of the metrics screen.
let metricsActions: [Action] = [
  Action("previous-plot", .metrics(.choose(-1))), Action("next-plot", .metrics(.choose(1))),
  Action("plot-alone", .metrics(.alone)), Action("crosshair-left", .metrics(.move(-1))),
  Action("crosshair-right", .metrics(.move(1))), Action("crosshair-far-left", .metrics(.move(-10))),
  Action("crosshair-far-right", .metrics(.move(10))), Action("no-crosshair", .metrics(.dropCrosshair)),
  Action("next-event", .metrics(.event(1))), Action("previous-event", .metrics(.event(-1))),
  Action("zoom-in", .metrics(.zoom(1, at: nil))), Action("zoom-out", .metrics(.zoom(-1, at: nil))),
  Action("pan-left", .metrics(.pan(-1))), Action("pan-right", .metrics(.pan(1))),
  Action("whole-run", .metrics(.everything)), Action("x-axis", .metrics(.nextAxis)),
  Action("logarithmic", .metrics(.nextScale)), Action("smooth-less", .metrics(.smooth(-1))),
  Action("smooth-more", .metrics(.smooth(1))), Action("overlay", .runs(.open)),
]
