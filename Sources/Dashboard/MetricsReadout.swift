/// A small table over the plot that stands alone: what every run has under the crosshair.
import Canvas
import Telemetry

extension Scene {
  /// Stands in the half where the crosshair is not; where there is no room for it the title has to do.
  mutating func drawValues(of metric: Metric, _ view: MetricsView, beside plot: LinePlot, in inside: Rect) {
    guard let x = state.metrics.crosshair, plot.xRange.contains(x) else { return }
    let table = valueTable(of: metric, view, columns: inside.width)
    let events = eventTexts(view, columns: inside.width).map { text("╎ ", .marker) + $0 }
    let width = max(table.width, events.map(\.width).max() ?? 0)
    let box = Rect(x: inside.x, y: inside.y, width: width + 4, height: table.rows.count + events.count + 2)
    guard box.width <= inside.width * 3 / 4, box.height <= inside.height else { return }
    let isRight = x < plot.xRange.lowerBound + (plot.xRange.upperBound - plot.xRange.lowerBound) / 2
    let place = Rect(x: isRight ? inside.maxX - box.width : box.x, y: box.y, width: box.width, height: box.height)
    grid.fill(place, with: Cell())
    let title = text(state.metrics.axis.words(for: x), .title)
    let room = Box(title: title, style: theme[.focus]).draw(in: place, of: &grid).inset(1, 0)
    table.draw(in: room, of: &grid)
    for (index, event) in events.enumerated() { put(event, in: room.row(table.rows.count + index)) }
  }

  /// A row a run: the raw value of the nearest sample as the file has it, the average, and the reach of its column.
  private func valueTable(of metric: Metric, _ view: MetricsView, columns: Int) -> Table {
    var heads = ["", "raw"]
    if !metric.isExact { heads += ["average", "min–max"] }
    let rows = zip(view.runs, view.axes).map { run, axis -> [Text] in
      let name = Text(run.number > 0 ? "\(run.number) " : "", style(of: run, metric, view)) + text(shortName(run.name))
      guard let curve = run.curves[metric], let point = point(of: metric, in: run, axis) else {
        return [name, text(run.curves[metric] == nil ? "–" : "ended at \(Figures.grouped(run.lastStep))", .faint)]
      }
      let raw = curve.value(upTo: point.lastStep) ?? .nan
      let values = [text(plainNumber(raw), raw.isFinite ? .text : .bad)]
      guard !metric.isExact else { return [name] + values }
      let reach = view.span / Double(max(1, columns)) / 2
      let x = axis.x(of: point.lastStep)
      let around = curve.points(in: steps(axis, x - reach, x + reach), atMost: 1).first ?? point
      return [name] + values + [
        Text(Figures.significant(point.smooth, 5), style(of: run, metric, view)),
        text("\(Figures.significant(around.minimum, 4))–\(Figures.significant(around.maximum, 4))", .faint),
      ]
    }
    let columns = [Table.Column()] + heads.dropFirst().map { _ in Table.Column(.right) }
    return Table(columns: columns, rows: [heads.map { text($0, .faint) }] + rows)
  }

  private func steps(_ axis: RunAxis, _ low: Double, _ high: Double) -> ClosedRange<Int> {
    let first = axis.step(reaching: low)
    return first...max(first, axis.step(reaching: high))
  }

  private func shortName(_ name: String) -> String { String(name.prefix(24)) }

  /// All its digits.
  private func plainNumber(_ value: Double) -> String {
    value.isFinite ? JSONLine.number(value) : Figures.significant(value)
  }
}
