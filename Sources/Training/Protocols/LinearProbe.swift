/// Linear evaluation on frozen features: multinomial logistic regression to its optimum, by L-BFGS.
import Basics
import Foundation
import Tensors

/// scores = x · weightᵀ + bias
public struct LinearClassifier: Sendable, Equatable {
  /// [classes, D]
  public var weight: Tensor
  /// [classes]
  public var bias: [Float]

  /// - Returns: [n, classes]
  public func scores(of features: Tensor, workers: WorkerPool) -> Tensor {
    var scores = productWithTranspose(features, weight, workers: workers)
    for row in 0..<scores.rows {
      for k in bias.indices { scores.scalars[row * bias.count + k] += bias[k] }
    }
    return scores
  }

  public func classify(_ set: LabelledFeatures, workers: WorkerPool) -> Classification {
    Classification(scores: scores(of: set.features, workers: workers), labels: set.labels)
  }
}

public struct LinearProbe: Sendable, Equatable {
  /// Whether each feature is brought to mean 0 and deviation 1 over train; then λ weighs all features alike.
  public var standardizes = true
  /// λ of mean cross entropy + λ/2 · ‖W‖², the bias left out; nil: chosen on a part of train that is held out.
  public var weightDecay: Double?
  public var solver = LBFGS()
  /// Of what is held out.
  public var seed: UInt64 = 1

  public init() {}

  public struct Outcome: Sendable, Equatable {
    /// For features as they are, standardised or not.
    public var classifier: LinearClassifier
    /// λ
    public var weightDecay: Double
    /// Mean cross entropy + λ/2 · ‖W‖² at the optimum.
    public var objective: Double
    public var iterations: Int
  }

  /// λ that are tried when none is given, strongest first: half decades.
  static let candidates = stride(from: 1.0, through: -6, by: -0.5).map { pow(10, $0) }
  /// A fifth of every class is held out for the choice.
  private static let heldOut = 0.2
  /// λ where no class has a picture to spare.
  private static let withoutChoice = 1e-3

  /// Fits train. Nothing but train is looked at, so λ is never chosen on test.
  /// - Throws: `CancellationError` when `progress` ends it.
  public func fit(_ train: LabelledFeatures, workers: WorkerPool, progress: @escaping ProgressReport) throws -> Outcome
  {
    let decay = try weightDecay ?? choose(train, workers, part(progress, from: 0, to: 0.7))
    var problem = Problem(train, standardizes: standardizes)
    return try problem.solve(decay, solver, workers, weightDecay == nil ? part(progress, from: 0.7, to: 1) : progress)
  }

  /// The λ with the least cross entropy on the held-out part. From the strongest down each starts where the last one
  /// ended; two that are worse than the best end the search, for the way there has one valley.
  private func choose(_ train: LabelledFeatures, _ workers: WorkerPool, _ progress: @escaping ProgressReport) throws
    -> Double
  {
    let held = Set(
      classBalancedIndices(train.labels, classes: train.classes, share: Self.heldOut, seed: seed))
    let (rest, asked) = (
      train.subset(train.labels.indices.filter { !held.contains($0) }), train.subset(held.sorted())
    )
    guard Set(rest.labels) == Set(train.labels) else { return Self.withoutChoice }
    var problem = Problem(rest, standardizes: standardizes)
    var best = (decay: Self.withoutChoice, loss: Double.infinity)
    var worse = 0
    for (number, decay) in Self.candidates.enumerated() {
      let steps = Double(Self.candidates.count)
      let outcome = try problem.solve(
        decay, solver, workers, part(progress, from: Double(number) / steps, to: Double(number + 1) / steps))
      let loss = meanCrossEntropy(outcome.classifier.scores(of: asked.features, workers: workers), asked.labels)
      worse = loss < best.loss ? 0 : worse + 1
      if loss < best.loss { best = (decay, loss) }
      if worse == 2 { break }
    }
    return best.decay
  }
}

/// Standardised features with a column of ones for the bias, and the best weights found so far.
private struct Problem {
  private let loss: SoftmaxRegression
  private let mean: [Double]
  private let deviation: [Double]
  /// [classes, D + 1], the bias last.
  private var weights: [Double]

  init(_ set: LabelledFeatures, standardizes: Bool) {
    (mean, deviation) =
      standardizes
      ? columnMoments(set.features)
      : ([Double](repeating: 0, count: set.features.columns), [Double](repeating: 1, count: set.features.columns))
    let columns = set.features.columns
    var scalars: [Float] = []
    scalars.reserveCapacity(set.features.rows * (columns + 1))
    for row in 0..<set.features.rows {
      for k in 0..<columns {
        scalars.append(Float((Double(set.features.scalars[row * columns + k]) - mean[k]) / deviation[k]))
      }
      scalars.append(1)
    }
    loss = SoftmaxRegression(
      Tensor([set.features.rows, columns + 1], scalars), labels: set.labels, classes: set.classes)
    weights = [Double](repeating: 0, count: set.classes * (columns + 1))
  }

  mutating func solve(_ decay: Double, _ solver: LBFGS, _ workers: WorkerPool, _ progress: @escaping ProgressReport)
    throws
    -> LinearProbe.Outcome
  {
    let width = mean.count + 1
    let found = try solver.minimize(
      &weights, isGoingOn: { progress(Double($0) / Double(solver.maxIterations)) },
      { [loss] weights, gradient in
        var value = loss.loss(weights, gradient: &gradient, workers: workers)
        for i in weights.indices where i % width != width - 1 {
          value += decay / 2 * weights[i] * weights[i]
          gradient[i] += decay * weights[i]
        }
        return value
      })
    return LinearProbe.Outcome(
      classifier: classifier, weightDecay: decay, objective: found.value, iterations: found.iterations)
  }

  /// The standardisation taken into the weights.
  private var classifier: LinearClassifier {
    let (classes, columns) = (loss.classes, mean.count)
    var weight = Tensor(zeros: [classes, columns])
    var bias: [Float] = []
    for c in 0..<classes {
      var shift = weights[c * (columns + 1) + columns]
      for k in 0..<columns {
        let w = weights[c * (columns + 1) + k] / deviation[k]
        weight.scalars[c * columns + k] = Float(w)
        shift -= w * mean[k]
      }
      bias.append(Float(shift))
    }
    return LinearClassifier(weight: weight, bias: bias)
  }
}

/// Mean of each column, and its deviation (unbiased) with a millionth added, so that a constant column divides by more
/// than nothing.
private func columnMoments(_ x: Tensor) -> (mean: [Double], deviation: [Double]) {
  let (rows, columns) = (x.rows, x.columns)
  var mean = [Double](repeating: 0, count: columns)
  var squares = [Double](repeating: 0, count: columns)
  for row in 0..<rows {
    for k in 0..<columns { mean[k] += Double(x.scalars[row * columns + k]) }
  }
  for k in 0..<columns { mean[k] /= Double(rows) }
  for row in 0..<rows {
    for k in 0..<columns {
      let difference = Double(x.scalars[row * columns + k]) - mean[k]
      squares[k] += difference * difference
    }
  }
  return (mean, squares.map { ($0 / Double(max(1, rows - 1))).squareRoot() + 1e-6 })
}

/// Of scores [n, classes].
func meanCrossEntropy(_ scores: Tensor, _ labels: [Int]) -> Double {
  labels.indices.reduce(0.0) { sum, index in
    let row = scores.row(index).map(Double.init)
    let largest = row.max()!
    return sum + log(row.reduce(0) { $0 + exp($1 - largest) }) + largest - row[labels[index]]
  } / Double(labels.count)
}
