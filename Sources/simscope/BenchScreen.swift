/// `bench --what screen`: drawing the dashboard's frame, without the terminal.
import Basics
import Canvas
import Dashboard
import Foundation
import Telemetry

func benchScreen(_ bench: Bench) {
  let sizes = [(80, 24), (120, 40), (200, 60)]
  var table = FigureTable(
    "screen", "Drawing the overview after 100,000 steps, without the terminal.",
    labels: [.init(name: "cells", width: 8)], figures: [.init("time", "ms", decimals: 2)], rows: sizes.count,
    json: bench.json)
  let abilities = Abilities(colors: .truecolor, graphics: .quadrant, unicode: true)
  var state = DashboardState(themes: [.builtin], abilities: abilities)
  state.snapshot = longRun()
  for (columns, rows) in sizes {
    let time = medianTime(seconds: bench.seconds / 4) { _ = view(state, columns: columns, rows: rows) }
    table.add(["\(columns)×\(rows)"], [1000 * time])
  }
}

/// A loss that falls, and a batch whose pairs are alike.
private func longRun() -> Snapshot {
  var snapshot = Snapshot()
  (snapshot.state, snapshot.step) = (.running, 100_000)
  var random = RandomStream(seed: 1, .test)
  var loss = Curve(smoothing: 0.9)
  for step in 1...snapshot.step {
    loss.append(step: step, 4.5 + 1.7 * exp(-Double(step) / 20_000) + 0.1 * Double(random.unit()))
  }
  snapshot.curves[.loss] = loss
  let size = 128
  let values = (0..<size * size).map { place -> Float in
    let (row, column) = place.quotientAndRemainder(dividingBy: size)
    return row == column ? 1 : row / 2 == column / 2 ? 0.8 : random.uniform(-0.2, 0.4)
  }
  snapshot.similarities = SimilarityMap(
    size: size, views: 512, values: values, sortedByClass: false, step: snapshot.step)
  return snapshot
}
