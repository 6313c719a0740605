// The numbers of the similarity explorer against plain loops in double, its orders, and its keys.
import Canvas
import Foundation
import Telemetry
import Testing

@testable import Dashboard

private let batch = FakeRun.batch

private func analysis(_ objective: Objective = Objective()) throws -> SimilarityAnalysis {
  try #require(SimilarityAnalysis(batch, objective))
}

/// The definition: NT-Xent and what else a sweep says, of one batch at one temperature.
private struct Plain {
  let n = batch.images
  let s: [[Double]]

  init(isDot: Bool = false) {
    let (d, rows) = (batch.dimension, 2 * batch.images)
    s = (0..<rows).map { i in
      (0..<rows).map { j in
        let cosine = (0..<d).reduce(0.0) { $0 + Double(batch.z[i * d + $1]) * Double(batch.z[j * d + $1]) }
        return isDot ? cosine * Double(batch.lengths[i]) * Double(batch.lengths[j]) : cosine
      }
    }
  }

  func softmax(_ i: Int, over others: [Int], _ temperature: Double) -> [Int: Double] {
    let sum = others.reduce(0.0) { $0 + exp(s[i][$1] / temperature) }
    return Dictionary(uniqueKeysWithValues: others.map { ($0, exp(s[i][$0] / temperature) / sum) })
  }

  func point(_ temperature: Double) -> TemperaturePoint {
    var point = TemperaturePoint(temperature: temperature)
    var (hardest, pushes) = (0.0, 0.0)
    for i in 0..<2 * n {
      let partner = (i + n) % (2 * n)
      let negatives = (0..<2 * n).filter { $0 != i && $0 != partner }
      let weights = softmax(i, over: negatives + [partner], temperature)
      point.loss -= log(weights[partner]!) / Double(2 * n)
      point.partnerShare += weights[partner]! / Double(2 * n)
      point.entropy -=
        softmax(i, over: negatives, temperature).values.reduce(0) { $1 > 0 ? $0 + $1 * log($1) : $0 } / Double(2 * n)
      let byHardness = negatives.sorted { s[i][$0] > s[i][$1] }
      hardest += byHardness.prefix((negatives.count + 99) / 100).reduce(0) { $0 + weights[$1]! }
      pushes += negatives.reduce(0) { $0 + weights[$1]! }
    }
    point.hardestMass = hardest / pushes
    return point
  }
}

private func expectEqual(_ a: TemperaturePoint, _ b: TemperaturePoint, within tolerance: Double) {
  #expect(abs(a.loss - b.loss) < tolerance, "loss at \(a.temperature)")
  #expect(abs(a.entropy - b.entropy) < tolerance, "entropy at \(a.temperature)")
  #expect(abs(a.partnerShare - b.partnerShare) < tolerance, "partner's share at \(a.temperature)")
  #expect(abs(a.hardestMass - b.hardestMass) < tolerance, "hardest mass at \(a.temperature)")
}

@Test func cellsAreTheProductsOfRows() throws {
  let (analysis, plain) = (try analysis(), Plain())
  for i in 0..<analysis.views {
    for j in 0..<analysis.views { #expect(abs(Double(analysis.cosine(i, j)) - plain.s[i][j]) < 1e-6) }
  }
}

@Test(arguments: [0.05, 0.3, 2]) func weightsAreTheSoftmaxOverAllOthers(temperature: Double) throws {
  let (analysis, plain) = (try analysis(), Plain())
  for i in [0, 17, 95] {
    let expected = plain.softmax(i, over: (0..<analysis.views).filter { $0 != i }, temperature)
    #expect(analysis.weight(of: i, for: i, temperature: temperature) == nil)
    for (j, share) in expected {
      let weight = try #require(analysis.weight(of: j, for: i, temperature: temperature))
      #expect(abs(weight - share) < 1e-5 * share + 1e-9 / temperature)
    }
  }
}

@Test(arguments: [0.02, 0.05, 0.1, 0.3, 0.5, 1, 2]) func whatIfIsTheDefinition(temperature: Double) throws {
  expectEqual(
    try analysis().point(at: temperature), Plain().point(temperature), within: 3e-7 / min(temperature, 0.1))
}

@Test func whatIfKnowsProductsAndTheReferencesScale() throws {
  var objective = Objective()
  (objective.similarity, objective.scale) = (.dot, .reference)
  var expected = Plain(isDot: true).point(1.5)
  expected.loss *= 2
  expectEqual(try analysis(objective).point(at: 1.5), expected, within: 1e-5)
}

/// At the least temperature of the knob e^(s/τ) overflows in float32, and nearly all of a sum underflows.
@Test func whatIfIsFiniteAtEveryTemperature() throws {
  for similarity in Objective.Similarity.allCases {
    var objective = Objective()
    objective.similarity = similarity
    let analysis = try analysis(objective)
    let points = analysis.sweep()
    for point in points {
      #expect([point.loss, point.entropy, point.partnerShare, point.hardestMass].allSatisfy { $0.isFinite })
      #expect(point.entropy >= -1e-6 && point.entropy <= log(Double(2 * batch.images - 2)) + 1e-5)
      #expect((-1e-9...1 + 1e-6).contains(point.hardestMass) && (0...1).contains(point.partnerShare))
    }
    // Squares of exponentials lose little against exponentials.
    for point in points { expectEqual(point, analysis.point(at: point.temperature), within: 2e-5 * max(1, point.loss)) }
    let range = objective.range(of: Knob.named("temperature")!)
    #expect(points.allSatisfy { range.contains($0.temperature) } && points.last?.temperature == range.upperBound)
    #expect(zip(points, points.dropFirst()).allSatisfy { abs($1.temperature / $0.temperature - exp2(1.0 / 3)) < 1e-9 })
    #expect(points[0].temperature < 1.26 * range.lowerBound)
    // The colder, the more falls on the hardest.
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.hardestMass >= $1.hardestMass - 1e-6 })
  }
}

@Test func topOneAndTheHardestAreThoseOfSortedRows() throws {
  let (analysis, plain) = (try analysis(), Plain())
  var found = 0
  for i in 0..<analysis.views {
    let partner = analysis.partner(of: i)
    let negatives = (0..<analysis.views).filter { $0 != i && $0 != partner }.sorted { plain.s[i][$0] > plain.s[i][$1] }
    #expect(analysis.negatives(of: i) == negatives)
    #expect(
      Array(analysis.hardest[i * analysis.hardestCount..<(i + 1) * analysis.hardestCount])
        == Array(negatives.prefix(analysis.hardestCount)))
    if plain.s[i][partner] > plain.s[i][negatives[0]] { found += 1 }
  }
  #expect(analysis.top1 == Double(found) / Double(analysis.views))
}

@Test func falseNegativesAreCountedOverTheHardest() throws {
  let analysis = try analysis()
  let labels = try #require(batch.views.labels)
  func isSame(_ i: Int, _ j: Int) -> Bool { labels[i % batch.images] == labels[j % batch.images] }
  let all = (0..<analysis.views).flatMap { i in analysis.negatives(of: i).map { isSame(i, $0) } }
  let hard = (0..<analysis.views).flatMap { i in
    analysis.negatives(of: i).prefix(analysis.hardestCount).map { isSame(i, $0) }
  }
  let found = try #require(analysis.falseNegatives(of: 5))
  #expect(found.ofView == analysis.negatives(of: 5).prefix(analysis.hardestCount).count { isSame(5, $0) })
  #expect(abs(found.ofBatch - Double(hard.count { $0 }) / Double(hard.count)) < 1e-12)
  #expect(abs(found.ofAll - Double(all.count { $0 }) / Double(all.count)) < 1e-12)
}

@Test func histogramCountsEveryPairOnce() throws {
  let analysis = try analysis()
  let n = batch.images
  #expect(analysis.positiveCounts.reduce(0, +) == n && analysis.negativeCounts.reduce(0, +) == 2 * n * (n - 1))
  let width = 2 / Double(SimilarityAnalysis.bins)
  let mean = analysis.positiveCounts.enumerated().reduce(0.0) {
    $0 + (Double($1.offset) * width + width / 2 - 1) * Double($1.element) / Double(n)
  }
  let expected = (0..<n).reduce(0.0) { $0 + Double(analysis.cosine($1, $1 + n)) / Double(n) }
  #expect(abs(mean - expected) < width / 2)
}

// MARK: orders

@Test(arguments: [true, false]) func ordersArePermutations(interleaved: Bool) throws {
  let analysis = try analysis()
  let n = batch.images
  for sort in SimilaritySort.allCases {
    let images = analysis.order(sort, temperature: 0.3)
    #expect(images.sorted() == Array(0..<n))
    let views = analysis.views(of: images, interleaved: interleaved)
    #expect(views.sorted() == Array(0..<2 * n))
    #expect(interleaved ? views[1] == views[0] + n : views[n] == views[0] + n)
    let cosines = analysis.arranged(views)
    #expect(cosines[3 * 2 * n + 7] == analysis.cosine(views[3], views[7]))
  }
}

@Test func ordersSortByWhatTheySay() throws {
  let analysis = try analysis()
  let labels = analysis.order(.byClass, temperature: 0.3).map { batch.views.labels![$0] }
  #expect(labels == labels.sorted())
  let losses = analysis.losses(temperature: 0.3)
  let hardness = analysis.order(.byHardness, temperature: 0.3).map { losses[$0] + losses[$0 + batch.images] }
  #expect(hardness == hardness.sorted(by: >))
  #expect(abs(losses.reduce(0, +) / Double(analysis.views) - analysis.point(at: 0.3).loss) < 1e-9)
}

@Test func clustersStandTogether() {
  // Groups 0…4 by remainder, pairs of groups alike: 0 with 3, 1 with 4.
  let n = 30
  var noise = Noise(5)
  var s = [Float](repeating: 0, count: n * n)
  for a in 0..<n {
    for b in 0...a {
      let (p, q) = (a % 5, b % 5)
      let value = Float((p == q ? 0.8 : abs(p - q) == 3 ? 0.4 : 0) + 0.1 * noise.next())
      (s[a * n + b], s[b * n + a]) = (value, value)
    }
  }
  let order = clusterOrder(s, count: n)
  #expect(order.sorted() == Array(0..<n))
  let groups = order.map { $0 % 5 }
  let runs = groups.indices.filter { $0 == 0 || groups[$0] != groups[$0 - 1] }.map { groups[$0] }
  #expect(runs.count == 5)
  #expect(abs(runs.firstIndex(of: 0)! - runs.firstIndex(of: 3)!) == 1)
  #expect(abs(runs.firstIndex(of: 1)! - runs.firstIndex(of: 4)!) == 1)
  #expect(clusterOrder([1], count: 1) == [0])
}

// MARK: keys

private func explorer() -> DashboardState {
  var state = FakeRun.state()
  state.screen = .panel(.similarity)
  return state
}

private func press(_ keys: [Key], _ state: inout DashboardState) -> [Command] {
  keys.flatMap { key in intent(for: key, in: state).map { update(&state, $0) } ?? [] }
}

private func press(_ text: String, _ state: inout DashboardState) -> [Command] {
  press(text.unicodeScalars.map { Key.character($0) }, &state)
}

@Test func theTrainerIsAskedOnlyWhileTheExplorerIsOpen() {
  var state = FakeRun.state()
  #expect(state.watching.isEmpty)
  _ = press([.tab, .enter], &state)
  #expect(state.watching == [.probe])
  _ = press("b", &state)
  #expect(state.watching == [.batch])
  _ = press("f", &state)
  #expect(state.watching.isEmpty)
  #expect(press("r", &state) == [.watch([.batch])])
  _ = press("?", &state)
  #expect(state.watching.isEmpty)
  _ = press([.escape], &state)
  #expect(state.watching == [.batch])
}

@Test func cursorStaysOnItsPairWhenTheOrderChanges() {
  var state = explorer()
  _ = press([.down, .down, .right, .right, .right], &state)
  let pair = (state.similarity.anchor, state.similarity.other)
  for key in "oooiooo" {
    _ = press(String(key), &state)
    #expect((state.similarity.anchor, state.similarity.other) == pair)
  }
  _ = press("x", &state)
  #expect((state.similarity.other, state.similarity.anchor) == pair)
}

@Test func theWindowFollowsTheCursor() {
  var state = explorer()
  var noise = Noise(2)
  let keys: [Key] = [
    .up, .down, .left, .right, .shiftDown, .shiftRight, .pageUp, .pageDown, .character("+"), .character("-"), .home,
    .character("n"), .character("p"), .character("o"), .character("i"), .character("x"),
  ]
  for _ in 0..<2000 {
    _ = press([keys[min(Int((noise.next() + 1) * 8), 15)]], &state)
    let s = state.similarity
    #expect((8...s.views).contains(s.seen))
    #expect((s.top..<s.top + s.seen).contains(s.row) && (s.left..<s.left + s.seen).contains(s.column))
    #expect(s.top >= 0 && s.left >= 0 && s.top + s.seen <= s.views && s.left + s.seen <= s.views)
  }
}

/// What the pointer is on is what the cursor is drawn on.
@Test(arguments: [(40, 12), (80, 24), (120, 36), (200, 60)]) func thePointerPutsTheCursorWhereItIs(
  columns: Int, rows: Int
)
  throws
{
  var state = explorer()
  func find(_ glyph: Unicode.Scalar) -> (Int, Int)? {
    let grid = view(state, columns: columns, rows: rows).grid
    return (0..<rows).lazy.flatMap { y in (0..<columns).lazy.map { ($0, y) } }.first { grid[$0.0, $0.1].glyph == glyph }
  }
  func point(_ kind: MouseEvent.Kind, _ column: Int, _ row: Int) {
    let event = MouseEvent(kind, column: column, row: row)
    if let intent = intent(for: event, in: state, columns: columns, rows: rows) { _ = update(&state, intent) }
  }
  let start = try #require(find("┼"))
  for (dx, dy) in [(0, 0), (3, 1), (9, 5)] {
    point(.press, start.0 + dx, start.1 + dy)
    let here = try #require(find("┼"))
    #expect(here == (start.0 + dx, start.1 + dy))
  }
  let seen = state.similarity.seen
  point(.wheelUp, start.0 + 9, start.1 + 5)
  #expect(state.similarity.seen == seen / 2)
  point(.wheelDown, start.0 + 9, start.1 + 5)
  #expect(state.similarity.seen == seen)
  let row = state.similarity.row
  point(.press, columns - 2, rows / 2)
  #expect(state.similarity.row == row)
}

@Test func nextNegativeIsTheNextByHardness() throws {
  var state = explorer()
  let analysis = try analysis()
  let negatives = analysis.negatives(of: state.similarity.anchor)
  for place in [0, 1, 2] {
    _ = press("n", &state)
    #expect(state.similarity.other == negatives[place])
  }
  _ = press("p", &state)
  #expect(state.similarity.other == negatives[1])
}

@Test func newWeightsLeaveTheImagesOfTheProbeInPlace() throws {
  var state = explorer()
  _ = press("oo", &state)
  let order = try #require(state.similarity.explored).order
  let turned = SimilarityBatch(
    source: .probe, step: 1300, z: batch.z.reversed(), lengths: batch.lengths.reversed(), views: batch.views)
  state.snapshot.batch = turned
  #expect(state.similarity.explored?.analysis.batch.step == 1300)
  #expect(state.similarity.explored?.order == order)
  _ = press("r", &state)
  #expect(state.similarity.explored?.order != order)
  // A held batch stays.
  _ = press("f", &state)
  state.snapshot.batch = batch
  #expect(state.similarity.explored?.analysis.batch.step == 1300)
}

@Test func theTemperatureInForceIsMarkedAsItIsTurned() throws {
  var state = explorer()
  #expect(state.similarity.explored?.present.temperature == 0.3)
  state.snapshot.knobs.temperature = 0.1
  let present = try #require(state.similarity.explored?.present)
  #expect(present.temperature == 0.1 && abs(present.loss - Plain().point(0.1).loss) < 1e-5)
  _ = press("]", &state)
  let above = try #require(state.similarity.crosshair.map { state.similarity.explored!.sweep[$0].temperature })
  _ = press("[", &state)
  let below = try #require(state.similarity.crosshair.map { state.similarity.explored!.sweep[$0].temperature })
  #expect(below <= 0.1 && above > 0.1 && above / below < 1.3)
}
