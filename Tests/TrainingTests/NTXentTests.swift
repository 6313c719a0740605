// NT-Xent against the fingerprints that tell its common bugs apart, the textbook sum, and its derivative.
import Basics
import Foundation
import Tensors
import Testing

@testable import Training

private let workers = WorkerPool(threads: 2)

private func loss(_ rows: [[Float]], _ temperature: Double) -> Double {
  ntXent(Tensor([rows.count, rows[0].count], rows.flatMap { $0 }), temperature: temperature, workers: workers).loss
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
  #expect(lossCeiling(images: images) == log(Double(2 * images - 1)))
}

@Test func onePairHasNothingToTellApart() {
  let result = ntXent(Tensor([2, 2], [1, 0, 0, 1]), temperature: 0.5, workers: workers)
  #expect(result.loss == 0)
  #expect(result.dz.scalars.allSatisfy { $0 == 0 })
}

private func randomZ(_ rows: Int, _ columns: Int, seed: UInt64) -> Tensor {
  var random = RandomStream(seed: seed, .test)
  return Tensor([rows, columns], (0..<rows * columns).map { _ in random.uniform(-1, 1) })
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
  let result = ntXent(z, temperature: temperature, workers: workers)
  #expect(abs(result.loss - expected) < 2e-6 / temperature)
  let isFinite = result.dz.scalars.allSatisfy { $0.isFinite }
  #expect(isFinite)
}

@Test(arguments: [0.5, 0.1])
func gradientIsTheCentralDifference(temperature: Double) {
  let z = randomZ(10, 4, seed: 2)
  let start = z.scalars.map(Double.init)
  let dz = ntXent(z, temperature: temperature, workers: workers).dz
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
  let result = ntXent(z, temperature: 0.2, workers: workers)
  #expect(abs(result.loss - ntXent(scaled, temperature: 0.2, workers: workers).loss) < 1e-5)
  for r in 0..<12 {
    let along = zip(z.row(r), result.dz.row(r)).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(along) < 1e-6)
  }
}

@Test func viewsMayBeSwappedAndImagesPermuted() {
  let z = randomZ(8, 4, seed: 4)
  func rearranged(_ order: [Int]) -> Double {
    ntXent(Tensor([8, 4], order.flatMap { Array(z.row($0)) }), temperature: 0.3, workers: workers).loss
  }
  let loss = rearranged(Array(0..<8))
  #expect(abs(loss - rearranged([4, 5, 6, 7, 0, 1, 2, 3])) < 1e-6)
  #expect(abs(loss - rearranged([2, 0, 3, 1, 6, 4, 7, 5])) < 1e-6)
}

@Test func accuracyCountsAllOtherViews() {
  // Anchors 0 and 2 find each other first; 1 and 3 point apart, so that both others come before their positive.
  let rows: [[Float]] = [[1, 0, 0], [0, 1, 0.1], [1, 0.1, 0], [0, -1, 0.1]]
  let result = ntXent(Tensor([4, 3], rows.flatMap { $0 }), temperature: 0.5, workers: workers)
  #expect(result.top1 == 0.5)
  #expect(result.top5 == 1)
}

@Test func notANumberIsNotHidden() {
  var z = randomZ(8, 4, seed: 5)
  z.scalars[3] = .nan
  let result = ntXent(z, temperature: 0.5, workers: workers)
  #expect(result.loss.isNaN)
  #expect(result.top1 < 1)
}

@Test func statisticsAreTheirDefinitions() {
  let (unit, _) = unitRows(randomZ(10, 4, seed: 6))
  let statistics = BatchStatistics(
    similarities: productWithTranspose(unit, unit, workers: workers), workers: workers)
  func squaredDistance(_ i: Int, _ j: Int) -> Double {
    zip(unit.row(i), unit.row(j)).reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
  }
  let alignment = (0..<5).reduce(0) { $0 + squaredDistance($1, $1 + 5) } / 5
  var potentials: [Double] = []
  for i in 0..<10 { for j in 0..<i { potentials.append(exp(-2 * squaredDistance(i, j))) } }
  #expect(abs(statistics.alignment - alignment) < 1e-6)
  #expect(abs(statistics.uniformity - log(potentials.reduce(0, +) / 45)) < 1e-6)
}

@Test func effectiveRankOfKnownMatrices() {
  let identity = Tensor([4, 4], (0..<16).map { $0 % 5 == 0 ? 1 : 0 })
  #expect(abs(effectiveRank(identity) - 4) < 1e-4)
  #expect(abs(effectiveRank(Tensor([6, 3], (0..<18).map { Float([1, 2, 3][$0 % 3] * ($0 / 3 + 1)) })) - 1) < 2e-2)
  // Singular values 3 and 1: p = ¾, ¼.
  let expected = exp(-(0.75 * log(0.75) + 0.25 * log(0.25)))
  #expect(abs(effectiveRank(Tensor([2, 2], [3, 0, 0, 1])) - expected) < 1e-4)
}
