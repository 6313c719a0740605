/// Where the time of a step goes, and what the program takes of the machine, its own screen included.
import Canvas
import Telemetry

extension Scene {
  mutating func drawResources(in area: Rect) {
    let inside = frame(.resources, in: area, title: text("resources", .title))
    let isTall = inside.height >= 18
    let (speed, rest) = inside.cutTop(isTall ? inside.height / 3 : 0, gap: isTall ? 1 : 0)
    if isTall { drawSpeed(in: speed) }
    let (machine, step) = rest.cutTop(min(machineRows.count, rest.height), gap: 1)
    for (y, row) in machineRows.prefix(machine.height).enumerated() {
      put(text(row.name, .faint).padded(to: 12) + row.value, in: machine.row(y))
    }
    drawStepTime(in: step)
  }

  private mutating func drawSpeed(in area: Rect) {
    guard let curve = snapshot.curves[.imagesPerSecond], curve.count > 0 else { return }
    put(text("images/s", .faint), in: area.row(0))
    let points = plotPoints(curve, columns: area.width)
    LinePlot(
      series: [LinePlot.Series(points: points, line: theme[.rate], band: theme[.border])], xRange: stepRange(of: curve),
      yRange: including([0], in: valueRange(of: points)), styles: plotStyles, unicode: unicode
    ).draw(in: area.cutTop(1).1, of: &grid)
  }

  private var machineRows: [(name: String, value: Text)] {
    var rows: [(String, Text)] = [
      ("throughput", text("\(Figures.significant(snapshot.imagesPerSecond, 4)) images/s", .title))
    ]
    guard let cost = state.cost else { return rows }
    let mebibytes = Double(cost.memory) / 1_048_576
    rows.append(("memory", text("\(Figures.fixed(mebibytes, 0)) MiB", .title)))
    rows.append(
      ("processors", text(Figures.fixed(cost.process, 2), .title) + text(" of \(cost.cores) cores", .faint)))
    let share = text(Figures.percent(cost.screen, 1), .title) + text(" of a core", .faint)
    let frames = text("\(Figures.fixed(cost.framesPerSecond, 1)) frames/s", .faint)
    let bytes = text("\(Figures.fixed(cost.bytesPerSecond, 0)) bytes/s", .faint)
    rows.append(("this screen", dotted([share, frames, bytes])))
    return rows
  }

  /// A bar a part of the step, the longest first, and what each takes.
  private mutating func drawStepTime(in area: Rect) {
    let timing = snapshot.timing
    guard timing.total > 0, area.height >= 2 else { return }
    put(
      text("a step takes ", .faint) + text("\(Figures.significant(1000 * timing.total, 3)) ms", .title),
      in: area.row(0))
    let parts = timing.parts.sorted { $0.seconds > $1.seconds }
    for (y, part) in parts.prefix(area.height - 1).enumerated() {
      let row = area.row(1 + y)
      let (name, rest) = row.cutLeft(11, gap: 1)
      let (value, bar) = rest.cutLeft(16, gap: 2)
      put(text(part.name, .faint), in: name)
      let percent = Figures.percent(part.seconds / timing.total, 0)
      put(text("\(Figures.significant(1000 * part.seconds, 3)) ms  \(percent)"), in: value, .right)
      Gauge(fraction: part.seconds / timing.total, done: theme[.slider], rest: theme[.border])
        .draw(in: bar.cutLeft(min(bar.width, 60)).0, of: &grid)
    }
  }
}

extension StepTiming {
  /// In the order of a step.
  var parts: [(name: String, seconds: Double)] {
    [
      ("views", views), ("forward", forward), ("loss", loss), ("backward", backward), ("optimizer", optimizer),
      ("other", other),
    ]
  }
}
