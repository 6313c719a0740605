// NT-Xent against the fingerprints that tell its common bugs apart, the textbook sum, and its derivative.
import Basics
import Foundation
import Telemetry
import Tensors
import Testing

@testable import Training

private func ntXent(_ z: Tensor, temperature: Double, threads: Int = 2) -> (loss: ContrastiveLoss, dz: Tensor) {
  measuredLoss(z, Objective(), temperature: temperature, threads: threads)
}

private func loss(_ rows: [[Float]], _ temperature: Double) -> Double {
  ntXent(Tensor([rows.count, rows[0].count], rows.flatMap { $0 }), temperature: temperature).loss.loss
}

/// Fingerprint A: pairs (e1, e1) and (e2, e2), stacked. Every usual mistake gives another number: 0.47909 reference
/// scale, 0.03598 τ twice, 0.55144 no τ, 0.79438 times τ, 0.82008 self kept, 0.12693 other view only, −1.30685 no
/// positive below, 2.23954 wrong pairs.
@Test func fingerprintA() {
  #expect(abs(loss([[1, 0], [0, 1], [1, 0], [0, 1]], 0.5) - 0.23954) < 1e-5)
  #expect(abs(loss([[1, 0], [1, 0], [0, 1], [0, 1]], 0.5) - 2.23954) < 1e-5, "wrong pairs must show")
}

/// Fingerprint B: pairs ((1, 0), (.6, .8)) and ((0, 1), (−.8, .6)), stacked; −log of the mean would give 0.604910.
@Test func fingerprintB() {
  let stacked: [[Float]] = [[1, 0], [0, 1], [0.6, 0.8], [-0.8, 0.6]]
  #expect(abs(loss(stacked, 0.5) - 0.668040) < 1e-6)
  #expect(abs(loss(stacked, 0.25) - 0.644529) < 1e-6)
}

@Test(arguments: [2, 8, 100])
func equalVectorsGiveTheCeiling(images: Int) {
  let rows = Array(repeating: [Float](repeating: 0.5, count: 3), count: 2 * images)
  #expect(abs(loss(rows, 0.1) - log(Double(2 * images - 1))) < 1e-5)
}

@Test func onePairHasNothingToTellApart() {
  let (loss, dz) = ntXent(Tensor([2, 2], [1, 0, 0, 1]), temperature: 0.5)
  #expect(loss.loss == 0)
  #expect(dz.scalars.allSatisfy { $0 == 0 })
}

/// The definition, in double.
private func textbook(_ z: [Double], rows: Int, columns: Int, _ temperature: Double) -> Double {
  let lengths = (0..<rows).map { r in
    (0..<columns).reduce(0.0) { $0 + z[r * columns + $1] * z[r * columns + $1] }.squareRoot()
  }
  func logit(_ i: Int, _ j: Int) -> Double {
    (0..<columns).reduce(0.0) { $0 + z[i * columns + $1] * z[j * columns + $1] }
      / (lengths[i] * lengths[j] * temperature)
  }
  return (0..<rows).reduce(0.0) { sum, i in
    let others = (0..<rows).filter { $0 != i }
    let largest = others.map { logit(i, $0) }.max()!
    let total = others.reduce(0.0) { $0 + exp(logit(i, $1) - largest) }
    return sum + log(total) + largest - logit(i, (i + rows / 2) % rows)
  } / Double(rows)
}

@Test(arguments: [1, 0.5, 0.1, 0.05, 0.005])
func lossIsTheTextbookSum(temperature: Double) {
  let z = randomZ(16, 6, seed: 1)
  let expected = textbook(z.scalars.map(Double.init), rows: 16, columns: 6, temperature)
  let (loss, dz) = ntXent(z, temperature: temperature)
  #expect(abs(loss.loss - expected) < 2e-6 / temperature)
  let isFinite = dz.scalars.allSatisfy { $0.isFinite }
  #expect(isFinite)
}

@Test(arguments: [0.5, 0.1])
func gradientIsTheCentralDifference(temperature: Double) {
  let z = randomZ(10, 4, seed: 2)
  let start = z.scalars.map(Double.init)
  let dz = ntXent(z, temperature: temperature).dz
  for k in start.indices {
    var (up, down) = (start, start)
    up[k] += 1e-5
    down[k] -= 1e-5
    let slope =
      (textbook(up, rows: 10, columns: 4, temperature) - textbook(down, rows: 10, columns: 4, temperature)) / 2e-5
    #expect(abs(Double(dz.scalars[k]) - slope) < 2e-6 / temperature, "∂/∂z[\(k)]")
  }
}

@Test func lengthsDoNotMatterAndTheGradientIsAcross() {
  let z = randomZ(12, 5, seed: 3)
  let scaled = Tensor(z.shape, z.scalars.enumerated().map { $1 * Float(1 + $0 / 5) })
  let result = ntXent(z, temperature: 0.2)
  #expect(abs(result.loss.loss - ntXent(scaled, temperature: 0.2).loss.loss) < 1e-5)
  for r in 0..<12 {
    let along = zip(z.row(r), result.dz.row(r)).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(along) < 1e-6)
  }
}

@Test func negativesBelowZeroArePushedAndBothDirectionsCount() {
  // Image 0 at 0°, image 1 at 130° and 140°: all negatives below zero.
  func at(_ degrees: Double) -> [Float] { [Float(cos(degrees * .pi / 180)), Float(sin(degrees * .pi / 180))] }
  let rows = [at(0), at(130), at(0), at(140)]
  let dz = ntXent(Tensor([4, 2], rows.flatMap { $0 }), temperature: 0.5).dz
  // Partners at the same place do not pull each other: what is left of view 0 is the push away from image 1.
  #expect(dz.row(0)[1] > 0.01)
  for view in 0..<4 { #expect(dz.row(view).contains { abs($0) > 0.01 }, "view \(view) has no gradient") }
}

@Test func viewsMayBeSwappedAndImagesPermuted() {
  let z = randomZ(8, 4, seed: 4)
  func rearranged(_ order: [Int]) -> Double {
    ntXent(Tensor([8, 4], order.flatMap { Array(z.row($0)) }), temperature: 0.3).loss.loss
  }
  let loss = rearranged(Array(0..<8))
  #expect(abs(loss - rearranged([4, 5, 6, 7, 0, 1, 2, 3])) < 1e-6)
  #expect(abs(loss - rearranged([2, 0, 3, 1, 6, 4, 7, 5])) < 1e-6)
}

@Test func accuracyCountsAllOtherViews() {
  // Anchors 0 and 2 find each other first; 1 and 3 point apart, so that both others come before their positive.
  let rows: [[Float]] = [[1, 0, 0], [0, 1, 0.1], [1, 0.1, 0], [0, -1, 0.1]]
  let result = ntXent(Tensor([4, 3], rows.flatMap { $0 }), temperature: 0.5).loss
  #expect(result.top1 == 0.5)
  #expect(result.top5 == 1)
}

@Test func notANumberIsNotHidden() {
  var z = randomZ(8, 4, seed: 5)
  z.scalars[3] = .nan
  let result = ntXent(z, temperature: 0.5).loss
  #expect(result.loss.isNaN)
  #expect(result.top1 < 1)
}

/// Loss, gradient, ranks and statistics by their definitions, in double.
private struct Definition {
  var loss = 0.0
  var dz: [Double]
  var ranks: [Int] = []
  var positive = 0.0
  var negative = 0.0
  var potential = 0.0

  init(_ z: Tensor, temperature: Double) {
    let (n, d) = (z.rows, z.columns)
    let x = z.scalars.map(Double.init)
    let lengths = (0..<n).map { r in (0..<d).reduce(0.0) { $0 + x[r * d + $1] * x[r * d + $1] }.squareRoot() }
    let u = x.indices.map { x[$0] / lengths[$0 / d] }
    func cosine(_ i: Int, _ j: Int) -> Double { (0..<d).reduce(0.0) { $0 + u[i * d + $1] * u[j * d + $1] } }
    var du = [Double](repeating: 0, count: n * d)
    dz = du
    for i in 0..<n {
      let partner = (i + n / 2) % n
      let cosines = (0..<n).map { cosine(i, $0) }
      let others = (0..<n).filter { $0 != i }
      let largest = others.map { cosines[$0] }.max()!
      let sum = others.reduce(0.0) { $0 + exp((cosines[$1] - largest) / temperature) }
      loss += (log(sum) + (largest - cosines[partner]) / temperature) / Double(n)
      ranks.append(others.filter { $0 != partner && cosines[$0] >= cosines[partner] }.count)
      positive += cosines[partner] / Double(n)
      for j in others {
        if j != partner { negative += cosines[j] / Double(n * (n - 2)) }
        potential += exp(4 * cosines[j] - 4) / Double(n * (n - 1))
        let share = exp((cosines[j] - largest) / temperature) / sum - (j == partner ? 1 : 0)
        let slope = share / (Double(n) * temperature)
        for k in 0..<d {
          du[i * d + k] += slope * u[j * d + k]
          du[j * d + k] += slope * u[i * d + k]
        }
      }
    }
    for i in 0..<n {
      let along = (0..<d).reduce(0.0) { $0 + du[i * d + $1] * u[i * d + $1] }
      for k in i * d..<(i + 1) * d { dz[k] = (du[k] - along * u[k]) / lengths[i] }
    }
  }
}

@Test(arguments: [2, 6, 38, 128, 514], [1, 20, 128, 130])
func tilesGiveTheDefinition(views: Int, dimension: Int) {
  let z = pairedZ(views, dimension)
  for temperature in [0.5, 0.02] {
    let (loss, dz) = ntXent(z, temperature: temperature)
    let expected = Definition(z, temperature: temperature)
    #expect(abs(loss.loss - expected.loss) < 1e-6 * (1 + 1 / temperature))
    let error = zip(dz.scalars, expected.dz).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
    let scale = expected.dz.reduce(0) { max($0, abs($1)) }
    // At one dimension every cosine is ±1 and the gradient is rounding alone.
    #expect(error < (dimension == 1 ? 1e-5 : 1e-5 * scale + 1e-7 / temperature), "\(error) of \(scale)")
    let count = Double(views)
    // Where every vector is one of two, ties are decided by rounding.
    if dimension > 1 {
      #expect(loss.top1 == Double(expected.ranks.filter { $0 < 1 }.count) / count)
      #expect(loss.top5 == Double(expected.ranks.filter { $0 < 5 }.count) / count)
    }
    #expect(abs(loss.statistics.positiveSimilarity - expected.positive) < 1e-6)
    #expect(abs(loss.statistics.negativeSimilarity - expected.negative) < 1e-6)
    #expect(abs(loss.statistics.alignment - (2 - 2 * expected.positive)) < 2e-6)
    #expect(abs(loss.statistics.uniformity - log(expected.potential)) < 2e-6)
  }
}

@Test(arguments: [38, 300, 514])
func lossIsTheSameBitsOnAnyNumberOfThreads(views: Int) {
  let z = pairedZ(views, 20)
  let one = ntXent(z, temperature: 0.1, threads: 1)
  for threads in [2, 3, 7] {
    let other = ntXent(z, temperature: 0.1, threads: threads)
    #expect(other.loss == one.loss && other.dz == one.dz)
  }
}

@Test(arguments: [10, 140, 514], [nil, 3])
func theMapOfSimilaritiesIsTheirAverage(views: Int, classes: Int?) {
  let z = pairedZ(views, 5)
  let labels = classes.map { classes in (0..<views / 2).map { $0 * 7 % classes } }
  let map = SimilarityMap(averaging: z, labels: labels, step: 1, workers: WorkerPool(threads: 2))
  let order = (0..<views / 2).sorted { (labels?[$0] ?? 0, $0) < (labels?[$1] ?? 0, $1) }
  let sorted = order.flatMap { [$0, $0 + views / 2] }
  let size = min(views, 128)
  #expect(map.size == size && map.views == views && map.sortedByClass == (classes != nil))
  let unit = unitRows(z)
  var (sums, counts) = ([Double](repeating: 0, count: size * size), [Double](repeating: 0, count: size * size))
  for (row, i) in sorted.enumerated() {
    for (column, j) in sorted.enumerated() where i != j || size == views {
      let cell = row * size / views * size + column * size / views
      sums[cell] += zip(unit.row(i), unit.row(j)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
      counts[cell] += 1
    }
  }
  for cell in sums.indices { #expect(abs(Double(map.values[cell]) - sums[cell] / max(1, counts[cell])) < 2e-6) }
}
