// Weighted kNN against its definition in float64.
import Basics
import Foundation
import Tensors
import Testing

@testable import Training

private func noise(_ rows: Int, _ columns: Int, classes: Int, seed: UInt64) -> LabelledFeatures {
  var random = RandomStream(seed: seed, .test)
  // Rows of very different lengths: by Euclidean distance the neighbours would be others.
  let scalars = (0..<rows).flatMap { _ in
    let length = random.uniform(0.1, 10)
    return (0..<columns).map { _ in length * random.uniform(-1, 1) }
  }
  return LabelledFeatures(
    Tensor([rows, columns], scalars), labels: (0..<rows).map { _ in random.below(classes) }, classes: classes)
}

/// All cosines, sorted; the first k vote. Up to five classes that have votes, the one with most first.
private func bruteForce(
  _ neighbours: NearestNeighbours, _ bank: LabelledFeatures, _ queries: LabelledFeatures, leavingOneOut: Bool
) -> [[Int]] {
  func row(_ set: LabelledFeatures, _ index: Int) -> [Double] { set.features.row(index).map(Double.init) }
  func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  return queries.labels.indices.map { query in
    let q = row(queries, query)
    let cosines = bank.labels.indices.filter { !leavingOneOut || $0 != query }.map { index in
      let b = row(bank, index)
      return (cosine: dot(q, b) / (dot(q, q) * dot(b, b)).squareRoot(), label: bank.labels[index])
    }.sorted { $0.cosine > $1.cosine }
    var votes = [Double](repeating: 0, count: bank.classes)
    for near in cosines.prefix(neighbours.k) { votes[near.label] += exp(near.cosine / neighbours.temperature) }
    return Array(votes.indices.filter { votes[$0] > 0 }.sorted { votes[$0] > votes[$1] }.prefix(5))
  }
}

@Test(arguments: [(1, 0.1), (7, 0.02), (50, 0.1), (5000, 0.5)])
func neighboursAreThoseOfTheDefinition(k: Int, temperature: Double) throws {
  BLAS.useOneThread()
  let (bank, queries) = (noise(900, 12, classes: 7, seed: 1), noise(150, 12, classes: 7, seed: 2))
  var neighbours = NearestNeighbours(k: k)
  neighbours.temperature = temperature
  let expected = bruteForce(neighbours, bank, queries, leavingOneOut: false)
  let inTurn = bruteForce(neighbours, bank, bank, leavingOneOut: true)
  for threads in [1, 3] {
    let workers = WorkerPool(threads: threads)
    let found = try neighbours.classify(bank: bank, queries: queries, workers: workers)
    #expect(zip(found.rankings, expected).allSatisfy { $0.starts(with: $1) })
    let left = try neighbours.classify(bank: bank, queries: bank, leavingOneOut: true, workers: workers)
    #expect(left.predictions == inTurn.map { $0[0] })
  }
}

/// With k 1 a picture that votes for itself is always right; left out, each of these pairs is always wrong.
@Test func leavingOneOutNobodyVotesForItself() throws {
  BLAS.useOneThread()
  var random = RandomStream(seed: 3, .test)
  let pairs = (0..<40).flatMap { _ -> [[Float]] in
    let one = (0..<8).map { _ in random.uniform(-1, 1) }
    return [one, one.map { $0 + random.uniform(-0.01, 0.01) }]
  }
  let set = LabelledFeatures(
    Tensor([80, 8], pairs.flatMap { $0 }), labels: (0..<80).map { $0 % 2 }, classes: 2)
  let workers = WorkerPool(threads: 2)
  let with = try NearestNeighbours(k: 1).classify(bank: set, queries: set, workers: workers)
  let without = try NearestNeighbours(k: 1).classify(bank: set, queries: set, leavingOneOut: true, workers: workers)
  #expect(with.accuracy().share == 1 && without.accuracy().share == 0)
}

@Test func ofEqualNeighboursTheFirstInTheBankVotes() throws {
  let bank = LabelledFeatures(
    Tensor([6, 2], [0, 1, 3, 0, 1, 0, 2, 0, 0, 1, 1, 0]), labels: [0, 2, 1, 0, 0, 0], classes: 3)
  let query = LabelledFeatures(Tensor([1, 2], [1, 0]), labels: [2], classes: 3)
  let workers = WorkerPool(threads: 1)
  #expect(try NearestNeighbours(k: 1).classify(bank: bank, queries: query, workers: workers).predictions == [2])
  // Rows 1, 2 and 3 of the four equal ones: a vote for each class, and the lowest class wins.
  #expect(try NearestNeighbours(k: 3).classify(bank: bank, queries: query, workers: workers).predictions == [0])
}

@Test func aColdTemperatureOverflowsNothing() throws {
  let bank = LabelledFeatures(Tensor([2, 2], [1, 0, 0.999, 0.04]), labels: [1, 0], classes: 2)
  let query = LabelledFeatures(Tensor([1, 2], [1, 0]), labels: [1], classes: 2)
  var neighbours = NearestNeighbours(k: 2)
  neighbours.temperature = 0.001
  #expect(
    try neighbours.classify(bank: bank, queries: query, workers: WorkerPool(threads: 1)).predictions == [1])
}

@Test func neighboursVoteWithTheirCosine() throws {
  let bank = LabelledFeatures(Tensor([4, 2], [1, 0, 0.9, 0.1, 0, 1, -1, 0]), labels: [0, 1, 2, 1], classes: 3)
  var neighbours = NearestNeighbours(k: 3)
  let workers = WorkerPool(threads: 1)
  func predict(_ x: Float, _ y: Float) throws -> Int {
    let query = LabelledFeatures(Tensor([1, 2], [x, y]), labels: [0], classes: 3)
    return try neighbours.classify(bank: bank, queries: query, workers: workers).predictions[0]
  }
  // Weights exp(cos / 0.1): a hair nearer wins over one that is a little farther.
  #expect(try predict(2, 0) == 0)
  #expect(try predict(0.9, 0.12) == 1)
  #expect(try predict(0.1, 5) == 2)
  neighbours.temperature = 100
  #expect(try predict(-1, 0.01) == 1)
}
