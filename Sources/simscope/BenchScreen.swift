/// `bench --what screen`: drawing the dashboard's frames, without the terminal.
import Basics
import Canvas
import Dashboard
import Foundation
import Telemetry

private let steps = 1_000_000

func benchScreen(_ bench: Bench) {
  let sizes = [(80, 24), (120, 40), (200, 60)]
  var table = FigureTable(
    "screen",
    "A frame after \(Figures.grouped(steps)) steps, without the terminal: the overview, the metrics screen with "
      + "all plots and with one, one zoomed in by a key, and all plots of nine such runs.",
    labels: [.init(name: "cells", width: 8)],
    figures: ["overview", "metrics", "plot", "zoom", "nine runs"].map { .init($0, "ms", decimals: 2) },
    rows: sizes.count,
    json: bench.json)
  let abilities = Abilities(colors: .truecolor, graphics: .quadrant, unicode: true)
  var overview = DashboardState(themes: [.builtin], abilities: abilities)
  overview.snapshot = longRun()
  var metrics = overview
  metrics.screen = .panel(.loss)
  var nine = DashboardState(themes: [.builtin], abilities: abilities, isComparison: true)
  nine.recordedRuns = (1...9).map { number in
    var run = RecordedRun(name: "\(number)", folder: "")
    run.curves = overview.snapshot.curves
    return run
  }
  var alone = metrics
  _ = update(&alone, .metrics(.alone))
  for (columns, rows) in sizes {
    func time(_ state: DashboardState, key: MetricsIntent? = nil) -> Double {
      1000
        * medianTime(seconds: bench.seconds / 4) {
          var next = state
          if let key { _ = update(&next, .metrics(key)) }
          _ = view(next, columns: columns, rows: rows)
        }
    }
    table.add(
      ["\(columns)×\(rows)"],
      [time(overview), time(metrics), time(alone), time(alone, key: .zoom(6, at: 0.4)), time(nine)])
  }
}

/// A loss that falls, as every other series does that a run has (four curves in turn), and a batch whose pairs are alike.
private func longRun() -> Snapshot {
  var snapshot = Snapshot()
  (snapshot.state, snapshot.step) = (.running, steps)
  var random = RandomStream(seed: 1, .test)
  let curves = (0..<4).map { _ in
    var curve = Curve()
    for step in 1...steps {
      curve.append(step: step, 4.5 + 1.7 * exp(-Double(step) / 200_000) + 0.1 * Double(random.unit()))
    }
    return curve
  }
  for (index, metric) in Metric.allCases.enumerated() { snapshot.curves[metric] = curves[index % curves.count] }
  let size = 128
  let values = (0..<size * size).map { place -> Float in
    let (row, column) = place.quotientAndRemainder(dividingBy: size)
    return row == column ? 1 : row / 2 == column / 2 ? 0.8 : random.uniform(-0.2, 0.4)
  }
  snapshot.similarities = SimilarityMap(
    size: size, views: 512, values: values, sortedByClass: false, step: snapshot.step)
  return snapshot
}
