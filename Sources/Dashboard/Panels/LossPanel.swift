/// The loss: the band of raw values, the debiased average before it, ceiling and floor, marks of turned knobs.
import Canvas
import Telemetry

extension Scene {
  /// "loss 5.31", or nil before the first step.
  var lossText: Text? {
    guard let point = snapshot.curves[.loss]?.last else { return nil }
    if let word = snapshot.nonFiniteLoss { return text("loss ", .faint) + text(word, .bad) }
    return text("loss ", .faint) + text(Figures.fixed(point.smooth, 3), .loss)
  }

  /// "loss 5.31 · 71 % of the way"; what is not the usual loss says so: "loss 1.31 · NT-Logistic".
  private var lossTitles: [Text] {
    if let word = snapshot.nonFiniteLoss { return [text("loss ", .title) + text(word, .bad)] }
    guard let point = snapshot.curves[.loss]?.last, point.smooth.isFinite else { return [text("loss", .title)] }
    let objective = snapshot.run.objective
    let loss = text("loss ", .title) + Text(Figures.fixed(point.smooth, 2), theme[.loss])
    let named = objective == Objective() ? [loss] : [loss, text(objective.name)]
    guard let share = LossScale(snapshot).share(point.smooth) else { return [dotted(named), loss] }
    let percent = Figures.percent(share, 0)
    return [
      dotted(named + [text("\(percent) of the way")]), dotted(named + [text(percent)]), dotted([loss, text(percent)]),
      loss,
    ]
  }

  private var rawNote: Text {
    guard let raw = snapshot.metrics?[.loss] else { return Text() }
    return text("raw \(Figures.fixed(raw, 3))", raw.isFinite ? .faint : .bad)
  }

  mutating func drawLoss(in area: Rect) {
    let inside = frame(.loss, in: area, title: longest(lossTitles, in: area.width - 8), note: rawNote)
    guard let curve = snapshot.curves[.loss], curve.count > 0 else { return drawWaiting(in: inside) }
    drawLossPlot(curve, in: inside)
  }

  mutating func drawLossPlot(_ curve: Curve, in area: Rect) {
    let points = plotPoints(curve, columns: area.width)
    let scale = LossScale(snapshot)
    let data = valueRange(of: points)
    var plot = LinePlot(
      series: [LinePlot.Series(points: points, line: theme[.loss], band: theme[.band])], xRange: stepRange(of: curve),
      yRange: including([scale.ceiling, scale.floor].compactMap(\.self), in: data), styles: plotStyles,
      unicode: unicode)
    plot.references = references(of: scale)
    let events = (0..<snapshot.events.count).map { snapshot.events[$0] }
    plot.markers = turnMarkers(
      events.map { MetricsView.PlacedEvent(x: Double($0.step), event: $0) }, columns: area.width, plot.xRange)
    plot.xName = "step"
    plot.draw(in: area, of: &grid)
  }

  func references(of scale: LossScale) -> [LinePlot.Reference] {
    [("ceiling", scale.ceiling), ("floor", scale.floor)].compactMap { word, value in
      value.map { LinePlot.Reference(value: $0, label: "\(word) \(Figures.fixed($0, 2))") }
    }
  }

  /// What goes on before the first value, in the middle of a panel.
  mutating func drawWaiting(in area: Rect) {
    let words = snapshot.state.isOver ? "no step was made" : snapshot.state.words
    let middle = area.height / 2
    put(text(words, .faint), in: area.row(max(0, middle - 1)), .center)
    guard let progress = snapshot.state.progress, area.width >= 12 else { return }
    let width = min(40, area.width - 4)
    let gauge = Rect(x: area.x + (area.width - width) / 2, y: area.y + middle, width: width, height: 1)
    guard area.height > middle else { return }
    Gauge(fraction: progress, done: theme[.slider], rest: theme[.border]).draw(in: gauge, of: &grid)
  }
}

// MARK: what all plots share

extension Scene {
  var plotStyles: LinePlot.Styles {
    LinePlot.Styles(
      axis: theme[.faint], reference: theme[.reference], marker: theme[.marker], alarm: theme[.bad],
      crosshair: theme[.focus])
  }

  /// From 0; while it grows, to a little behind its newest step.
  func stepRange(of curve: Curve) -> ClosedRange<Double> {
    let last = Double(max(1, curve.last?.lastStep ?? 1))
    return 0...(snapshot.replay.map { Double($0.lastStep) } ?? (snapshot.state.isOver ? last : roomy(last)))
  }

  func plotPoints(_ curve: Curve, columns: Int) -> [LinePlot.Point] {
    let limit = LinePlot.resolution(columns: columns, unicode: unicode)
    return curve.points(in: 0...Int(stepRange(of: curve).upperBound), atMost: limit).map {
      LinePlot.Point($0, firstX: Double($0.firstStep), lastX: Double($0.lastStep))
    }
  }

  /// The smoothed values and the raw ones — without the wildest if they are so wild that the rest would be flat: those
  /// are marked at the edge.
  func valueRange(of points: [LinePlot.Point]) -> ClosedRange<Double> {
    let finite = points.filter { $0.low <= $0.high && $0.smooth.isFinite }
    guard !finite.isEmpty else { return 0...1 }
    let (lows, highs) = (finite.map(\.low).sorted(), finite.map(\.high).sorted())
    let cut = finite.count / 50
    let low = min(lows[cut], finite.map(\.smooth).min()!)
    let high = max(highs[highs.count - 1 - cut], finite.map(\.smooth).max()!)
    let reach = high - low
    return calm(
      lows[0] < low - reach ? low : min(low, lows[0]), highs.last! > high + reach ? high : max(high, highs.last!))
  }

  /// Widened to round numbers, so that it does not change with every value.
  private func calm(_ low: Double, _ high: Double) -> ClosedRange<Double> {
    let quantum = ((high - low) / 16).binade
    guard quantum > 0, quantum.isFinite, max(abs(low), abs(high)) / quantum < 1e15 else { return low...high }
    return (low / quantum).rounded(.down) * quantum...(high / quantum).rounded(.up) * quantum
  }

  /// The range widened to each value in turn, as long as the data keep a third of the height.
  func including(_ values: [Double], in data: ClosedRange<Double>) -> ClosedRange<Double> {
    let span = data.upperBound - data.lowerBound
    return values.reduce(data) { range, value in
      let wider = min(range.lowerBound, value)...max(range.upperBound, value)
      return value.isFinite && wider.upperBound - wider.lowerBound <= 3 * span ? wider : range
    }
  }

  /// Turns of one knob that would stand close together become one mark, from the first value to the last.
  func turnMarkers(
    _ events: [MetricsView.PlacedEvent], columns: Int, _ range: ClosedRange<Double>
  ) -> [LinePlot.Marker] {
    let near = (range.upperBound - range.lowerBound) / Double(max(1, columns)) * 3
    var turns: [(x: Double, key: String, from: Double, to: Double)] = []
    for place in events {
      guard case .knob(let key, let from, let to) = place.event.kind else { continue }
      if let last = turns.last, last.key == key, place.x - last.x <= near {
        turns[turns.count - 1].to = to
      } else {
        turns.append((place.x, key, from, to))
      }
    }
    return turns.filter { $0.from != $0.to }.map { turn in
      let sign = Knob.named(turn.key)?.sign ?? turn.key
      return LinePlot.Marker(x: turn.x, label: "\(sign) \(Figures.short(turn.from))→\(Figures.short(turn.to))")
    }
  }
}
