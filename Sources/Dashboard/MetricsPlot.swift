/// The lines of one series over the shown runs.
import Canvas
import Foundation
import Telemetry

extension Scene {
  /// - Parameter columns: of the room it is drawn in.
  func linePlot(of metric: Metric, columns: Int, _ view: MetricsView) -> LinePlot {
    let lines = zip(view.runs, view.axes).map { plotPoints(metric, $0, $1, columns: columns, view) }
    let seen = lines.flatMap { $0.filter { view.visible.contains($0.lastX) } }
    let isLogarithmic = state.metrics.logarithmic.contains(metric) && seen.contains { $0.high > 0 }
    let series = zip(view.runs, lines).enumerated().map { index, one in
      self.series(metric, one.0, one.1, isLeading: index == 0, view)
    }
    let scale = metric == .loss ? lossScale(view) : nil
    let bounds = [scale?.ceiling, scale?.floor].compactMap(\.self)
    let range = isLogarithmic ? positiveRange(of: seen) : including(bounds, in: valueRange(of: seen))
    // The leading run stands before the others.
    var plot = LinePlot(
      series: series.reversed(), xRange: view.visible, yRange: range, styles: plotStyles, unicode: unicode)
    plot.isLogarithmic = isLogarithmic
    if let scale { plot.references = references(of: scale) }
    plot.markers = turnMarkers(view.events.first ?? [], columns: columns, view.visible).map {
      LinePlot.Marker(x: $0.x, label: columns >= 60 ? $0.label : "")
    }
    plot.notes = (view.events.first ?? []).filter { $0.event.isMarked && !$0.event.isTurn }.map(\.x)
    plot.marks = bestMarks(metric, columns: columns, view) + crosshairMarks(metric, view)
    plot.crosshair = state.metrics.crosshair
    (plot.xName, plot.xIsDuration) = (columns >= 40 ? state.metrics.axis.rawValue : "", state.metrics.axis == .time)
    return plot
  }

  private func series(
    _ metric: Metric, _ run: ShownRun, _ points: [LinePlot.Point], isLeading: Bool, _ view: MetricsView
  ) -> LinePlot.Series {
    let band = view.runs.count == 1 && metric == .loss ? theme[.band] : theme[.border]
    return LinePlot.Series(
      points: points, line: style(of: run, metric, view), band: isLeading && !metric.isExact ? band : nil,
      name: view.runs.count > 1 && run.number > 0 ? "\(run.number)" : "")
  }

  /// A point for every column of dots that has a sample.
  private func plotPoints(
    _ metric: Metric, _ run: ShownRun, _ axis: RunAxis, columns: Int, _ view: MetricsView
  ) -> [LinePlot.Point] {
    guard let curve = run.curves[metric] else { return [] }
    let dots = LinePlot.resolution(columns: columns, unicode: unicode)
    var edges = (0...dots).map { axis.step(reaching: view.visible.lowerBound + view.span * Double($0) / Double(dots)) }
    edges[dots] += 1
    return curve.points(between: edges, smoothing(of: metric)).map { point in
      let first = axis.x(of: point.firstStep)
      return LinePlot.Point(point, firstX: first, lastX: max(first, axis.x(of: point.lastStep)))
    }
  }

  /// A little beyond the smallest and largest positive values.
  private func positiveRange(of points: [LinePlot.Point]) -> ClosedRange<Double> {
    let finite = points.filter { $0.low <= $0.high && $0.high > 0 }
    let low = finite.map { $0.low > 0 ? $0.low : $0.high }.min() ?? 1
    let high = finite.map(\.high).max() ?? 10
    return exp2((log2(low) * 4).rounded(.down) / 4)...exp2((log2(high) * 4).rounded(.up) / 4)
  }

  /// Ceiling and floor are those of the run that trains here.
  func lossScale(_ view: MetricsView) -> LossScale? {
    view.runs.first?.number == 0 ? LossScale(snapshot) : nil
  }

  // MARK: marks

  /// The highest accuracy of an evaluation, the lowest average of the loss.
  private func bestMarks(_ metric: Metric, columns: Int, _ view: MetricsView) -> [LinePlot.Mark] {
    zip(view.runs, view.axes).enumerated().compactMap { index, one in
      guard let best = one.0.best(metric, smoothing(of: metric)) else { return nil }
      return LinePlot.Mark(
        x: one.1.x(of: best.step), y: best.value, label: index == 0 ? "best \(metric.words(for: best.value))" : "",
        style: style(of: one.0, metric, view))
    }
  }

  private func crosshairMarks(_ metric: Metric, _ view: MetricsView) -> [LinePlot.Mark] {
    guard state.metrics.crosshair != nil else { return [] }
    return zip(view.runs, view.axes).compactMap { run, axis in
      guard let point = point(of: metric, in: run, axis), point.smooth.isFinite else { return nil }
      return LinePlot.Mark(x: axis.x(of: point.lastStep), y: point.smooth, style: style(of: run, metric, view))
    }
  }
}

extension ShownRun {
  /// The best value so far and its step; nil for series of which neither end is the good one.
  func best(_ metric: Metric, _ smoothing: Smoothing) -> (step: Int, value: Double)? {
    switch metric {
    case .loss: curves[metric]?.lowest(smoothing)
    case .knnAccuracy, .linearAccuracy: curves[metric]?.highest(.none)
    default: nil
    }
  }
}

extension LinePlot.Point {
  init(_ point: Curve.Point, firstX: Double, lastX: Double) {
    self.init(
      firstX: firstX, lastX: lastX, low: point.minimum, high: point.maximum, smooth: point.smooth,
      hasNonFinite: point.hasNonFinite)
  }
}

extension Event {
  var isTurn: Bool { if case .knob = kind { true } else { false } }

  /// Has a mark on the plots: what comes with every epoch, or says nothing of training, has none.
  var isMarked: Bool {
    switch kind {
    case .started, .attached, .checkpoint, .evaluated: false
    default: true
    }
  }
}
