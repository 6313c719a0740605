/// What the keys of the metrics screen change.
import Canvas
import Telemetry

extension DashboardState {
  mutating func explore(_ intent: MetricsIntent) {
    switch intent {
    case .choose(let plots): choosePlot(plots)
    case .alone: metrics.isAlone.toggle()
    case .nextAxis: takeNextAxis()
    case .nextScale: takeNextScale()
    case .smooth(let rungs): smooth(rungs)
    case .zoom(let clicks, let share): zoom(clicks, at: share)
    case .pan(let quarters): pan(Double(quarters) / 4)
    case .everything: metrics.window = nil
    case .move(let columns): moveCrosshair(columns)
    case .point(let metric, let share): point(at: share, of: metric)
    case .event(let direction): goToEvent(direction)
    case .dropCrosshair: metrics.crosshair = nil
    case .toggleRun(let number): toggleRun(number)
    }
  }

  // MARK: what is drawn

  private mutating func choosePlot(_ plots: Int) {
    let all = series
    guard !all.isEmpty else { return }
    let place = (all.firstIndex(of: metrics.chosen) ?? 0) + plots
    metrics.chosen = all[(place % all.count + all.count) % all.count]
  }

  /// The same steps of the leading run stay in sight, and under the crosshair.
  private mutating func takeNextAxis() {
    let before = MetricsView(self)
    metrics.axis = metrics.axis.next
    let after = MetricsView(self)
    if let old = before.leadingAxis, let new = after.leadingAxis {
      func moved(_ x: Double) -> Double { new.x(of: old.step(nearest: x)) }
      metrics.crosshair = metrics.crosshair.map(moved)
      if let window = metrics.window {
        let range = window.range(in: before.whole)
        let (low, high) = (moved(range.lowerBound), moved(range.upperBound))
        metrics.window =
          high > low ? MetricsState.Window(span: high - low, end: window.end == nil ? nil : high) : nil
      }
    }
    message = Message("x in \(metrics.axis.title)")
  }

  private mutating func takeNextScale() {
    let metric = metrics.chosen
    let isLogarithmic = metrics.logarithmic.remove(metric) == nil
    if isLogarithmic { metrics.logarithmic.insert(metric) }
    message = Message("\(metric.title) on a \(isLogarithmic ? "logarithmic" : "linear") axis")
  }

  private mutating func smooth(_ rungs: Int) {
    metrics.smoothing = metrics.smoothing.turned(rungs)
    let decay = Figures.significant(metrics.smoothing.decay)
    message = Message(metrics.smoothing == .none ? "raw values" : "moving average with \(decay) of the past")
  }

  private mutating func toggleRun(_ number: Int) {
    guard allRuns.contains(where: { $0.number == number }) else { return }
    if metrics.hidden.remove(number) == nil {
      guard shownRuns.count > 1 else {
        message = Message("one run must stay")
        return
      }
      metrics.hidden.insert(number)
    }
  }

  // MARK: zoom

  private mutating func zoom(_ clicks: Int, at asked: Double?) {
    let view = MetricsView(self)
    let atCrosshair = metrics.crosshair.map { ($0 - view.visible.lowerBound) / view.span }
    let share = min(max(asked ?? atCrosshair ?? 1, 0), 1)
    let factor = (0..<abs(clicks)).reduce(1.0) { product, _ in product * (clicks > 0 ? 0.7 : 1 / 0.7) }
    let wide = view.whole.upperBound - view.whole.lowerBound
    // Ten steps are as close as it makes sense.
    let closest = wide * min(1, 10 / Double(max(1, view.runs.first?.lastStep ?? 1)))
    let span = max(view.span * factor, closest)
    guard span < wide else { return metrics.window = nil }
    let fixed = view.visible.lowerBound + share * view.span
    setWindow(span: span, end: fixed + (1 - share) * span, view)
  }

  private mutating func pan(_ share: Double) {
    let view = MetricsView(self)
    guard metrics.window != nil else { return }
    setWindow(span: view.span, end: view.visible.upperBound + share * view.span, view)
  }

  /// An end at the newest step goes with it.
  private mutating func setWindow(span: Double, end: Double, _ view: MetricsView) {
    let isNewest = end >= view.whole.upperBound - 1e-6 * span
    metrics.window = MetricsState.Window(
      span: span, end: isNewest ? nil : max(end, view.whole.lowerBound + span))
  }

  // MARK: crosshair

  /// A column is a hundredth of what is seen, and never less than a step.
  private mutating func moveCrosshair(_ columns: Int) {
    let view = MetricsView(self)
    guard let axis = view.leadingAxis, let run = view.runs.first else { return }
    let (low, high) = (view.visible.lowerBound, view.visible.upperBound)
    let steps = min(axis.step(reaching: high), run.lastStep) - axis.step(reaching: low)
    let here = metrics.crosshair.map { axis.step(nearest: $0) } ?? min(axis.step(nearest: high), run.lastStep)
    let move = columns * max(1, steps / 100)
    let isFirst = metrics.crosshair == nil
    setCrosshair(axis.x(of: isFirst ? here : min(max(here + move, 0), run.lastStep)), view)
  }

  private mutating func point(at share: Double, of metric: Metric) {
    let view = MetricsView(self)
    metrics.chosen = metric
    metrics.crosshair = view.visible.lowerBound + min(max(share, 0), 1) * view.span
  }

  private mutating func goToEvent(_ direction: Int) {
    let view = MetricsView(self)
    let here = metrics.crosshair ?? (direction > 0 ? -.infinity : .infinity)
    let slack = 1e-9 * (view.whole.upperBound - view.whole.lowerBound)
    let places = view.eventPlaces
    let next = direction > 0 ? places.first { $0 > here + slack } : places.last { $0 < here - slack }
    guard let next else {
      message = Message(direction > 0 ? "no event after this" : "no event before this")
      return
    }
    setCrosshair(next, view)
  }

  /// The window follows a crosshair that leaves it.
  private mutating func setCrosshair(_ x: Double, _ view: MetricsView) {
    metrics.crosshair = x
    guard metrics.window != nil, !view.visible.contains(x) else { return }
    setWindow(span: view.span, end: x + view.span / 2, view)
  }
}
