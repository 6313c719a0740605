/// The loss large, and every other curve that has room, small.
import Canvas
import Telemetry

extension Scene {
  private static let smallCurves: [(metric: Metric, role: Theme.Role)] = [
    (.knnAccuracy, .accuracy), (.contrastiveTop1, .accuracy), (.positiveSimilarity, .positive),
    (.negativeSimilarity, .negative), (.learningRate, .rate), (.gradientNorm, .gradient), (.effectiveRank, .rank),
    (.imagesPerSecond, .rate),
  ]

  mutating func drawMetrics(in area: Rect) {
    let across = max(1, min(4, area.width / 28))
    let down = min((Self.smallCurves.count + across - 1) / across, max(0, (area.height - 9) / 6))
    let rows = down == 0 ? 0 : min(9, max(6, area.height / 2 / down))
    let (loss, small) = area.cutTop(area.height - rows * down)
    drawLoss(in: loss)
    guard rows > 0 else { return }
    for (index, one) in Self.smallCurves.prefix(across * down).enumerated() {
      let left = small.x + small.width * (index % across) / across
      let right = small.x + small.width * (index % across + 1) / across
      let room = Rect(x: left, y: small.y + index / across * rows, width: right - left, height: rows)
      drawCurve(one.metric, theme[one.role], in: room)
    }
  }

  private mutating func drawCurve(_ metric: Metric, _ style: Style, in area: Rect) {
    let curve = snapshot.curves[metric]
    let last = curve?.last.map { Self.isExact(metric) ? $0.maximum : $0.smooth }
    let value = last.map { Text(amount($0, of: metric), style) } ?? text("not yet", .faint)
    let titles = [metric.title, metric.shortTitle].map { text("\($0) ", .title) + value }
    let inside = frame(nil, in: area, title: longest(titles, in: area.width - 6))
    guard let curve, curve.count > 0 else { return }
    var points = plotPoints(curve, columns: inside.width)
    if Self.isExact(metric) { points = points.map { raw($0) } }
    var plot = LinePlot(
      series: [LinePlot.Series(points: points, line: style, band: Self.isExact(metric) ? nil : theme[.border])],
      xRange: commonSteps,
      yRange: valueRange(of: points), styles: plotStyles, unicode: unicode)
    plot.markers = turnMarkers(columns: inside.width, plot.xRange).map { LinePlot.Marker(x: $0.x, label: "") }
    plot.draw(in: inside, of: &grid)
  }

  /// Evaluations are few, the learning rate has no noise: an average would only lag behind them.
  private static func isExact(_ metric: Metric) -> Bool { metric == .knnAccuracy || metric == .learningRate }

  private func raw(_ point: LinePlot.Point) -> LinePlot.Point {
    var exact = point
    exact.smooth = point.high
    return exact
  }

  /// All small plots share the steps of the loss, so that marks stand above each other.
  private var commonSteps: ClosedRange<Double> { 0...Double(max(1, snapshot.step)) }

  private func amount(_ value: Double, of metric: Metric) -> String {
    switch metric {
    case .knnAccuracy, .linearAccuracy, .contrastiveTop1, .contrastiveTop5: Figures.percent(value)
    default: Figures.significant(value, 3)
    }
  }
}
