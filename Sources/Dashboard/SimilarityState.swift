/// What the similarity explorer shows and remembers.
import Telemetry

/// A part of the explorer beside the matrix; the cell under the cursor is always shown.
enum SimilaritySection: Sendable, CaseIterable { case negatives, temperatures, cosines }

public struct SimilarityState: Sendable {
  /// The batch that is asked for.
  var source = SimilarityBatch.Source.probe
  /// The batch on the screen stays, and no other is asked for.
  var isHeld = false
  var sort = SimilaritySort.byClass
  /// Partners side by side; else all first views before all second ones.
  var isInterleaved = true
  /// Places in the matrix.
  var row = 0
  var column = 1
  /// Views a side that are seen, from `top` and `left` on; nil: all.
  var span: Int?
  var top = 0
  var left = 0
  /// Shown first beside the matrix.
  var section = SimilaritySection.negatives
  /// Among the temperatures of the sweep; nil until it is moved: the one in force.
  var crosshair: Int?
  private(set) var explored: ExploredBatch?
}

/// A batch with all that is computed of it.
struct ExploredBatch: Sendable {
  let analysis: SimilarityAnalysis
  let sweep: [TemperaturePoint]
  /// At the temperature in force.
  private(set) var present: TemperaturePoint
  /// Images in order, and views as they stand in the matrix.
  private(set) var images: [Int] = []
  private(set) var order: [Int] = []
  /// The cosines in that order, row-major [2N, 2N].
  private(set) var cosines: [Float] = []

  init(_ analysis: SimilarityAnalysis, temperature: Double) {
    (self.analysis, sweep, present) = (analysis, analysis.sweep(), analysis.point(at: temperature))
  }

  mutating func setTemperature(_ temperature: Double) {
    if present.temperature != temperature { present = analysis.point(at: temperature) }
  }

  mutating func arrange(_ images: [Int], interleaved: Bool) {
    self.images = images
    order = analysis.views(of: images, interleaved: interleaved)
    cosines = analysis.arranged(order)
  }
}

// MARK: - News from the trainer

extension SimilarityState {
  /// Takes up a batch that is new, and the temperature in force.
  mutating func take(_ snapshot: Snapshot) {
    let temperature = snapshot.knobs.temperature
    explored?.setTemperature(temperature)
    guard let batch = snapshot.batch, !isHeld, batch.source == source, !isShown(batch),
      let analysis = SimilarityAnalysis(batch, snapshot.run.objective)
    else { return }
    // Of the same images, each stays where it is: what was sorted by cluster or hardness is sorted again when asked.
    let images = explored.flatMap { $0.analysis.batch.views.indices == batch.views.indices ? $0.images : nil }
    var new = ExploredBatch(analysis, temperature: temperature)
    new.arrange(images ?? analysis.order(sort, temperature: temperature), interleaved: isInterleaved)
    explored = new
    moveCursor(to: row, column)
  }

  private func isShown(_ batch: SimilarityBatch) -> Bool {
    guard let shown = explored?.analysis.batch else { return false }
    return shown.source == batch.source && shown.step == batch.step
      && shown.views.indices == batch.views.indices
  }
}

// MARK: - Order, cursor and window

extension SimilarityState {
  /// Sorts anew; the cursor stays on its pair.
  mutating func arrange() {
    guard var changed = explored else { return }
    let (anchor, other) = (changed.order[row], changed.order[column])
    let images = changed.analysis.order(sort, temperature: changed.present.temperature)
    changed.arrange(images, interleaved: isInterleaved)
    explored = changed
    moveCursor(to: changed.order.firstIndex(of: anchor)!, changed.order.firstIndex(of: other)!)
  }

  /// Views a side of the matrix and of the part that is seen.
  var views: Int { explored?.analysis.views ?? 0 }
  var seen: Int { min(span ?? views, views) }

  /// The pair under the cursor.
  var anchor: Int { explored?.order[row] ?? 0 }
  var other: Int { explored?.order[column] ?? 0 }

  /// Inside the matrix; the window follows.
  mutating func moveCursor(to row: Int, _ column: Int) {
    guard views > 0 else { return }
    (self.row, self.column) = (min(max(row, 0), views - 1), min(max(column, 0), views - 1))
    top = follow(top, self.row)
    left = follow(left, self.column)
  }

  private func follow(_ start: Int, _ place: Int) -> Int {
    min(max(start, place - seen + 1, 0), place, max(0, views - seen))
  }

  private static let smallestSpan = 8

  /// Twice as large or half as large, around the cursor.
  mutating func zoom(_ clicks: Int) {
    guard views > 0 else { return }
    let wanted = clicks > 0 ? seen / 2 : seen * 2
    span = wanted >= views ? nil : max(min(Self.smallestSpan, views), wanted)
    top = min(max(row - seen / 2, 0), views - seen)
    left = min(max(column - seen / 2, 0), views - seen)
  }

  /// What one press moves the cursor by: about as far as can be seen.
  var stride: Int { max(1, seen / 64) }
}
