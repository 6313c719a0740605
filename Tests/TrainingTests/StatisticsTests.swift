// What is logged of z and h, against the formulas in double.
import Basics
import Foundation
import Telemetry
import Tensors
import Testing

@testable import Training

@Test func effectiveRankOfKnownMatrices() {
  let identity = Tensor([4, 4], (0..<16).map { $0 % 5 == 0 ? 1 : 0 })
  #expect(abs(effectiveRank(identity) - 4) < 1e-9)
  #expect(abs(effectiveRank(Tensor([6, 3], (0..<18).map { Float([1, 2, 3][$0 % 3] * ($0 / 3 + 1)) })) - 1) < 1e-6)
  // Singular values 3 and 1: p = ¾, ¼.
  let expected = exp(-(0.75 * log(0.75) + 0.25 * log(0.25)))
  #expect(abs(effectiveRank(Tensor([2, 2], [3, 0, 0, 1])) - expected) < 1e-9)
}

/// Rows of a Hadamard matrix are orthogonal: singular values 2⁻ᵏ on them, left and right, are known exactly, and float32
/// holds every entry.
@Test(arguments: [(64, 16), (16, 64)])
func effectiveRankIsExactWhenMostDirectionsAreWeak(rows: Int, columns: Int) {
  func hadamard(_ i: Int, _ j: Int) -> Double { (i & j).nonzeroBitCount % 2 == 0 ? 1 : -1 }
  let x = (0..<rows * columns).map { place in
    Float((0..<16).reduce(0.0) { $0 + hadamard(place / columns, $1) * hadamard($1, place % columns) / Double(1 << $1) })
  }
  let sum = (0..<16).reduce(0.0) { $0 + 1 / Double(1 << $1) }
  let entropy = (0..<16).reduce(0.0) { $0 - 1 / Double(1 << $1) / sum * log(1 / Double(1 << $1) / sum) }
  #expect(abs(effectiveRank(Tensor([rows, columns], x)) - exp(entropy)) < 1e-6)
}

@Test func standardDeviationTellsSpreadFromCollapse() {
  // ±e₁ … ±e_d: each dimension is ±1 in two of 2d rows and 0 elsewhere, so its deviation is √(1/d).
  let d = 8
  let even = Tensor([2 * d, d], (0..<2 * d * d).map { $0 / d % d == $0 % d ? ($0 / d < d ? 3 : -5) : 0 })
  #expect(abs(standardDeviation(ofUnit: even) - 1 / Double(d).squareRoot()) < 1e-7)
  #expect(standardDeviation(ofUnit: Tensor(repeating: 0.3, [10, 4])) < 1e-7)
}

/// One run of both views' z and h, and everything said of them.
@Test func whatALookSaysOfHIsTrue() throws {
  let h = pairedZ(46, 24)
  var statistics: BatchStatistics?
  let workers = WorkerPool(threads: 2)
  func step(_ workspace: inout Workspace) {
    statistics = BatchStatistics.of(workspace.load(h), isWanted: true, &workspace) ?? statistics
  }
  var workspace = try Workspace(Workspace.plan(workers: workers, step), workers: workers)
  step(&workspace)
  let found = try #require(statistics)
  let n = h.rows
  let unit = (0..<n).map { i in
    let row = h.row(i).map(Double.init)
    let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return row.map { $0 / length }
  }
  func cosine(_ i: Int, _ j: Int) -> Double { zip(unit[i], unit[j]).reduce(0) { $0 + $1.0 * $1.1 } }
  func distance(_ i: Int, _ j: Int) -> Double { zip(unit[i], unit[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
  let pairs = (0..<n).flatMap { i in (0..<n).filter { $0 != i }.map { (i, $0) } }
  let partners = pairs.filter { $0.1 == ($0.0 + n / 2) % n }
  let others = pairs.filter { $0.1 != ($0.0 + n / 2) % n }
  func mean(_ pairs: [(Int, Int)], _ value: (Int, Int) -> Double) -> Double {
    pairs.reduce(0) { $0 + value($1.0, $1.1) } / Double(pairs.count)
  }
  #expect(abs(found.positiveSimilarity - mean(partners, cosine)) < 1e-6)
  #expect(abs(found.negativeSimilarity - mean(others, cosine)) < 1e-6)
  #expect(abs(found.alignment - mean(partners, distance)) < 2e-6)
  #expect(abs(found.uniformity - log(mean(pairs) { exp(-2 * distance($0, $1)) })) < 2e-6)
}
