/// The metrics explorer: every series of every run as plots side by side, or one of them alone.
import Canvas
import Telemetry

extension Scene {
  mutating func drawMetrics(in area: Rect) {
    let view = MetricsView(state)
    let layout = MetricsLayout(state, in: area)
    drawLegend(layout)
    guard !state.series.isEmpty else {
      let inside = frame(nil, in: layout.plots.first?.area ?? area, title: text("metrics", .title))
      return drawWaiting(in: inside)
    }
    for plot in layout.plots { drawPlot(plot, view) }
    drawReadout(view, layout, in: layout.readout)
  }

  private mutating func drawPlot(_ plot: MetricsLayout.Plot, _ view: MetricsView) {
    let inside = drawFrame(of: plot, view)
    let lines = linePlot(of: plot.metric, columns: inside.width, view)
    lines.draw(in: inside, of: &grid)
    if state.metrics.isAlone { drawValues(of: plot.metric, view, beside: lines, in: lines.inside(of: inside)) }
  }

  /// The cells inside the axes of a plot.
  func inside(of plot: MetricsLayout.Plot) -> Rect {
    let inside = Self.inside(of: plot.area, columns: grid.columns)
    return linePlot(of: plot.metric, columns: inside.width, MetricsView(state)).inside(of: inside)
  }

  /// Name and value of the series; the frame of the chosen one is marked.
  private mutating func drawFrame(of plot: MetricsLayout.Plot, _ view: MetricsView) -> Rect {
    let metric = plot.metric
    let point = view.runs.first.flatMap { self.point(of: metric, in: $0, view.axes[0]) }
    let style = view.runs.first.map { self.style(of: $0, metric, view) } ?? theme[.faint]
    let values = point.map { point in [4, 3].map { Text(metric.words(for: point.smooth, digits: $0), style) } }
    let titles = [metric.title, metric.shortTitle].flatMap { name in
      (values ?? [text("–", .faint)]).map { text("\(name) ", .title) + $0 }
    }
    let share = point.flatMap { metric == .loss ? lossScale(view)?.share($0.smooth) : nil }
    let fuller = share.map { dotted([titles[0], text("\(Figures.percent($0, 0)) of the way")]) }
    let raw = point.flatMap { metric.isExact ? nil : rawText(metric, at: $0.firstStep, in: view.runs[0]) }
    let note = dotted([raw ?? Text(), state.metrics.logarithmic.contains(metric) ? text("log", .reference) : Text()])
    return frame(
      nil, in: plot.area, title: longest([fuller].compactMap(\.self) + titles, in: plot.area.width - 8), note: note,
      isFocused: metric == state.metrics.chosen && !state.metrics.isAlone)
  }

  private func rawText(_ metric: Metric, at step: Int, in run: ShownRun) -> Text {
    guard let raw = run.curves[metric]?.value(upTo: step) else { return Text() }
    return text("raw \(metric.words(for: raw, digits: 4))", raw.isFinite ? .faint : .bad)
  }

  /// The sample next to the crosshair, nil where the run has ended before; without a crosshair the newest one. Its average
  /// is that of the chosen smoothing.
  func point(of metric: Metric, in run: ShownRun, _ axis: RunAxis) -> Curve.Point? {
    guard let curve = run.curves[metric], let last = curve.last else { return nil }
    let step = state.metrics.crosshair.map { axis.step(nearest: $0) } ?? last.lastStep
    return step > run.lastStep ? nil : curve.sample(at: step, smoothing(of: metric))
  }

  func smoothing(of metric: Metric) -> Smoothing { metric.isExact ? .none : state.metrics.smoothing }

  /// Of one run by what is measured, of several by the run.
  func style(of run: ShownRun, _ metric: Metric, _ view: MetricsView) -> Style {
    view.runs.count > 1 ? style(of: run) : theme[metric.role]
  }

  private func style(of run: ShownRun) -> Style {
    run.number == 0 ? theme[.title] : theme[Theme.Role.runs[(run.number - 1) % Theme.Role.runs.count]]
  }

  // MARK: legend and readout

  /// Number, line and name of every run.
  private mutating func drawLegend(_ layout: MetricsLayout) {
    let (area, across) = (layout.legend, layout.legendColumns)
    guard !area.isEmpty else { return }
    for (index, run) in state.allRuns.enumerated() {
      let left = area.width * (index % across) / across
      let room = Rect(
        x: area.x + left, y: area.y + index / across, width: area.width * (index % across + 1) / across - left - 1,
        height: index / across < area.height ? 1 : 0)
      put(legendText(run), in: room)
    }
  }

  private func legendText(_ run: ShownRun) -> Text {
    let number = run.number == 0 ? " " : "\(run.number)"
    guard !state.metrics.hidden.contains(run.number) else { return text(" \(number)┈ \(run.name) (hidden)", .faint) }
    let name = Text(" \(number)━ ", style(of: run)) + text(run.name)
    if run.curves.isEmpty { return name + text(run.number == 0 ? "" : " no metrics yet", .faint) }
    return name + text(run.isOver ? "" : run.number == 0 ? " this run" : " running", .faint)
  }

  /// The crosshair on every axis and the events next to it; without one what is seen.
  private mutating func drawReadout(_ view: MetricsView, _ layout: MetricsLayout, in area: Rect) {
    guard let x = state.metrics.crosshair, let run = view.runs.first else {
      return put(text(" ") + fitting(overviewParts(view, layout), area.width - 2, by: text(" · ", .faint)), in: area)
    }
    let step = view.axes[0].step(nearest: x)
    let places = MetricsAxis.allCases.compactMap { axis in
      axis.metric.map { run.curves[$0] != nil } ?? true
        ? text(axis.words(for: RunAxis(axis, of: run).x(of: step))) : nil
    }
    let events = eventTexts(view, columns: layout.plots.first?.area.width ?? 1)
    put(text(" ") + fitting(places + events, area.width - 2, by: text(" · ", .faint)), in: area)
  }

  private func overviewParts(_ view: MetricsView, _ layout: MetricsLayout) -> [Text] {
    let axis = state.metrics.axis
    let (low, high) = (axis.words(for: view.visible.lowerBound), axis.words(for: view.visible.upperBound))
    let decay = state.metrics.smoothing.decay
    let all = state.series
    return [
      text(state.metrics.window == nil ? "all: " : "", .faint) + text("\(low) to \(high)"),
      text(decay == 0 ? "raw" : "average \(Figures.significant(decay))"),
      state.metrics.isAlone
        ? text("plot \((all.firstIndex(of: state.metrics.chosen) ?? 0) + 1) of \(all.count)", .faint)
        : layout.plots.count < all.count ? text("\(layout.plots.count) of \(all.count) plots", .faint) : Text(),
    ]
  }

  /// What happened next to the crosshair, with the run's number where there are several.
  func eventTexts(_ view: MetricsView, columns: Int) -> [Text] {
    guard let x = state.metrics.crosshair else { return [] }
    let reach = 1.5 * view.span / Double(max(1, columns))
    return zip(view.runs, view.events).flatMap { run, events in
      let near = events.filter { abs($0.x - x) <= reach }
      // Five are enough; those with a mark come first.
      return (near.filter(\.event.isMarked) + near.filter { !$0.event.isMarked }).prefix(5).map { event in
        text(view.runs.count > 1 ? "\(run.number) " : "", .faint) + text(event.event.words, event.event.role)
          + text(" at \(Figures.grouped(event.event.step))", .faint)
      }
    }
  }
}
