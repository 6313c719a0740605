// Logistic regression against Newton's method in float64, and the optimizer beneath it.
import Basics
import Foundation
import Tensors
import Testing

@testable import Training

/// Classes around random centres, on features of different scale and far from 0.
private func blobs(_ rows: Int, _ columns: Int, classes: Int, spread: Float = 1.5, seed: UInt64) -> LabelledFeatures {
  var random = RandomStream(seed: seed, .test)
  let centres = (0..<classes * columns).map { _ in random.uniform(-1, 1) }
  let labels = (0..<rows).map { _ in random.below(classes) }
  let scalars = labels.flatMap { label in
    (0..<columns).map { k in
      (centres[label * columns + k] + spread * random.uniform(-1, 1)) * Float(k + 1) + 3
    }
  }
  return LabelledFeatures(Tensor([rows, columns], scalars), labels: labels, classes: classes)
}

/// The textbook: mean cross entropy + λ/2 · ‖W‖² on features with a one behind them, minimised by Newton's steps with
/// the whole Hessian.
private struct Newton {
  let x: [[Double]]
  let labels: [Int]
  let classes: Int
  let decay: Double
  var w: [Double]

  init(_ set: LabelledFeatures, standardizes: Bool, decay: Double) {
    let n = Double(set.labels.count)
    var rows = set.labels.indices.map { set.features.row($0).map(Double.init) }
    if standardizes {
      for k in 0..<set.features.columns {
        let mean = rows.reduce(0) { $0 + $1[k] } / n
        let deviation = (rows.reduce(0) { $0 + pow($1[k] - mean, 2) } / (n - 1)).squareRoot() + 1e-6
        for row in rows.indices { rows[row][k] = (rows[row][k] - mean) / deviation }
      }
    }
    x = rows.map { $0 + [1] }
    (labels, classes, self.decay) = (set.labels, set.classes, decay)
    w = [Double](repeating: 0, count: classes * x[0].count)
    for _ in 0..<30 { step() }
  }

  var width: Int { x[0].count }

  func probabilities(_ row: [Double]) -> [Double] {
    let logits = (0..<classes).map { c in (0..<width).reduce(0) { $0 + w[c * width + $1] * row[$1] } }
    let total = logits.reduce(0) { $0 + exp($1) }
    return logits.map { exp($0) / total }
  }

  var objective: Double {
    let loss = zip(x, labels).reduce(0) { $0 - log(probabilities($1.0)[$1.1]) } / Double(x.count)
    return loss + decay / 2 * w.indices.filter { $0 % width != width - 1 }.reduce(0) { $0 + w[$1] * w[$1] }
  }

  private mutating func step() {
    let size = w.count
    var gradient = [Double](repeating: 0, count: size)
    var hessian = [[Double]](repeating: gradient, count: size)
    for (row, label) in zip(x, labels) {
      let p = probabilities(row)
      for c in 0..<classes {
        for k in 0..<width {
          gradient[c * width + k] += (p[c] - (c == label ? 1 : 0)) * row[k] / Double(x.count)
          for d in 0..<classes {
            for l in 0..<width {
              hessian[c * width + k][d * width + l] +=
                p[c] * ((c == d ? 1 : 0) - p[d]) * row[k] * row[l] / Double(x.count)
            }
          }
        }
      }
    }
    for i in 0..<size {
      let isBias = i % width == width - 1
      gradient[i] += isBias ? 0 : decay * w[i]
      // The same added to every bias changes nothing: this keeps the Hessian regular.
      hessian[i][i] += isBias ? 1e-9 : decay
    }
    let step = solved(hessian, gradient)
    for i in 0..<size { w[i] -= step[i] }
  }
}

/// Gaussian elimination with pivots.
private func solved(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
  var (a, b) = (matrix, right)
  for column in b.indices {
    let pivot = (column..<b.count).max { abs(a[$0][column]) < abs(a[$1][column]) }!
    a.swapAt(column, pivot)
    b.swapAt(column, pivot)
    for row in column + 1..<b.count {
      let factor = a[row][column] / a[column][column]
      for k in column..<b.count { a[row][k] -= factor * a[column][k] }
      b[row] -= factor * b[column]
    }
  }
  for row in b.indices.reversed() {
    for k in row + 1..<b.count { b[row] -= a[row][k] * b[k] }
    b[row] /= a[row][row]
  }
  return b
}

@Test(arguments: [(true, 1e-4), (true, 0.1), (false, 1e-3), (false, 0.1)])
func logisticRegressionEndsWhereNewtonsMethodEnds(standardizes: Bool, decay: Double) throws {
  BLAS.useOneThread()
  let train = blobs(300, 3, classes: 4, seed: 1)
  let newton = Newton(train, standardizes: standardizes, decay: decay)
  var probe = LinearProbe()
  (probe.standardizes, probe.weightDecay) = (standardizes, decay)
  let workers = WorkerPool(threads: 2)
  let outcome = try probe.fit(train, workers: workers) { _ in true }
  #expect(abs(outcome.objective - newton.objective) < 1e-6, "\(outcome.objective) and \(newton.objective)")
  #expect(outcome.weightDecay == decay)
  // The same probabilities, so the same classes: the standardisation is in the classifier's weights.
  let scores = outcome.classifier.scores(of: train.features, workers: workers)
  var hits = 0
  for (row, label) in train.labels.enumerated() {
    let expected = newton.probabilities(newton.x[row])
    let total = scores.row(row).reduce(0.0) { $0 + exp(Double($1)) }
    for (score, p) in zip(scores.row(row), expected) { #expect(abs(exp(Double(score)) / total - p) < 1e-3) }
    hits += expected.indices.max { expected[$0] < expected[$1] } == label ? 1 : 0
  }
  #expect(abs(outcome.classifier.classify(train, workers: workers).accuracy().hits - hits) <= 1, "but for one tie")
}

@Test func theProbeIsTheSameOnAnyNumberOfThreads() throws {
  BLAS.useOneThread()
  let train = blobs(2000, 10, classes: 5, seed: 2)
  let outcomes = try [1, 2, 3].map { threads in
    try LinearProbe().fit(train, workers: WorkerPool(threads: threads)) { _ in true }
  }
  #expect(outcomes[0] == outcomes[1] && outcomes[0] == outcomes[2])
}

/// Loss and gradient by the sum over rows in float64, on more rows than one block of every group holds.
@Test func theLossOfManyRowsIsTheTextbooks() {
  BLAS.useOneThread()
  let (rows, classes) = (9001, 3)
  let set = blobs(rows, 2, classes: classes, seed: 3)
  let weight = [0.3, -0.2, 0.1, 0.25, -0.4, 0.05]
  var gradient = [Double](repeating: .nan, count: 6)
  let loss = SoftmaxRegression(set.features, labels: set.labels, classes: classes).loss(
    weight, gradient: &gradient, workers: WorkerPool(threads: 2))
  var (expected, slopes) = (0.0, [Double](repeating: 0, count: 6))
  for (row, label) in set.labels.enumerated() {
    let x = set.features.row(row).map(Double.init)
    let logits = (0..<classes).map { weight[2 * $0] * x[0] + weight[2 * $0 + 1] * x[1] }
    let total = logits.reduce(0) { $0 + exp($1) }
    expected -= (logits[label] - log(total)) / Double(rows)
    for c in 0..<classes {
      for k in 0..<2 { slopes[2 * c + k] += (exp(logits[c]) / total - (c == label ? 1 : 0)) * x[k] / Double(rows) }
    }
  }
  #expect(abs(loss - expected) < 1e-6)
  for (a, b) in zip(gradient, slopes) { #expect(abs(a - b) < 1e-6) }
}

/// Twenty noisy pictures a class on thirty features want a strong λ, many clear ones a weak one.
@Test func lambdaIsChosenStrongWhereTheDataAreFew() throws {
  BLAS.useOneThread()
  let workers = WorkerPool(threads: 2)
  let few = try LinearProbe().fit(blobs(60, 30, classes: 3, spread: 4, seed: 4), workers: workers) { _ in true }
  let many = try LinearProbe().fit(blobs(3000, 4, classes: 3, spread: 2, seed: 4), workers: workers) { _ in true }
  #expect(few.weightDecay >= 0.03, "\(few.weightDecay)")
  #expect(many.weightDecay <= 0.01, "\(many.weightDecay)")
  #expect(LinearProbe.candidates.contains { abs($0 / few.weightDecay - 1) < 1e-12 })
}

@Test func oneLabelAClassLeavesNothingToChooseBy() throws {
  BLAS.useOneThread()
  let set = LabelledFeatures(Tensor([3, 2], [1, 0, 0, 1, -1, -1]), labels: [0, 1, 2], classes: 3)
  let outcome = try LinearProbe().fit(set, workers: WorkerPool(threads: 1)) { _ in true }
  #expect(outcome.weightDecay == 1e-3)
}

@Test func theProbeEndsWhenItIsAskedTo() {
  BLAS.useOneThread()
  var calls = 0
  #expect(throws: CancellationError.self) {
    try LinearProbe().fit(blobs(300, 3, classes: 4, seed: 1), workers: WorkerPool(threads: 1)) { _ in
      calls += 1
      return calls < 3
    }
  }
  #expect(calls == 3)
}

/// Rosenbrock's valley in pairs of variables: its minimum is at (1, 1, …), by construction.
@Test func lbfgsFindsTheEndOfACurvedValley() throws {
  var x = [-1.2, 1, -0.5, 2, 3, -1]
  var solver = LBFGS()
  solver.changeTolerance = 0
  let outcome = try solver.minimize(&x, isGoingOn: { _ in true }) { x, gradient in
    stride(from: 0, to: x.count, by: 2).reduce(0) { sum, i in
      let (a, b) = (1 - x[i], x[i + 1] - x[i] * x[i])
      gradient[i] = -2 * a - 400 * x[i] * b
      gradient[i + 1] = 200 * b
      return sum + a * a + 100 * b * b
    }
  }
  #expect(x.allSatisfy { abs($0 - 1) < 1e-6 } && outcome.value < 1e-12)
  #expect(outcome.largestGradient <= 1e-7 && outcome.iterations < 100)
}
