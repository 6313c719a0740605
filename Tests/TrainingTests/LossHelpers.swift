// The loss of given projections as a step takes it, and what it should be by plain loops in double.
import Basics
import Foundation
import Telemetry
import Tensors
import Testing

@testable import Training

/// Loss and gradient through a workspace of their own.
func measuredLoss(_ z: Tensor, _ objective: Objective, temperature: Double, threads: Int = 2) -> (
  loss: ContrastiveLoss, dz: Tensor
) {
  let workers = WorkerPool(threads: threads)
  BLAS.useOneThread()
  var result = (loss: ContrastiveLoss(), dz: z)
  func step(_ workspace: inout Workspace) {
    let (loss, dz) = contrastiveLoss(workspace.load(z), objective, temperature: temperature, &workspace)
    result = (loss, workspace.read(dz))
  }
  do {
    var workspace = try Workspace(Workspace.plan(workers: workers, step), workers: workers)
    step(&workspace)
  } catch { Issue.record(error) }
  return result
}

func randomZ(_ rows: Int, _ columns: Int, seed: UInt64) -> Tensor {
  var random = RandomStream(seed: seed, .test)
  return Tensor([rows, columns], (0..<rows * columns).map { _ in random.uniform(-1, 1) })
}

/// A batch whose partners are alike, so that ranks differ.
func pairedZ(_ rows: Int, _ columns: Int) -> Tensor {
  var z = randomZ(rows, columns, seed: 7)
  for k in 0..<z.count / 2 { z.scalars[z.count / 2 + k] = 0.3 * z.scalars[z.count / 2 + k] + z.scalars[k] }
  return z
}

extension Objective {
  init(_ loss: Loss, _ similarity: Similarity, _ mining: Mining = .none, margin: Double = 0.8) {
    self.init()
    (self.loss, self.similarity, self.mining, self.margin) = (loss, similarity, mining, margin)
  }

  /// Every loss that `--loss`, `--similarity` and `--mining` can say.
  static let all: [Objective] = Loss.allCases.flatMap { loss in
    Similarity.allCases.flatMap { similarity in
      (loss == .ntXent ? [.none] : Mining.allCases).map { Objective(loss, similarity, $0) }
    }
  }
}

/// Table 2 of the paper, written down: loss and ∂loss/∂z [2N, d] by plain loops in double.
struct PlainLoss {
  var loss = 0.0
  var dz: [Double] = []

  /// - Parameter z: [2N, d], row i's partner row (i + N) mod 2N.
  init(_ z: [Double], rows n: Int, _ objective: Objective, temperature: Double, withGradient: Bool = true) {
    let d = z.count / n
    let lengths = (0..<n).map { i in
      objective.similarity == .dot ? 1 : (0..<d).reduce(0.0) { $0 + z[i * d + $1] * z[i * d + $1] }.squareRoot()
    }
    let u = z.indices.map { z[$0] / lengths[$0 / d] }
    func s(_ i: Int, _ j: Int) -> Double { (0..<d).reduce(0.0) { $0 + u[i * d + $1] * u[j * d + $1] } }
    var du = [Double](repeating: 0, count: z.count)
    for i in 0..<n {
      let partner = (i + n / 2) % n
      let similarities = (0..<n).map { s(i, $0) }
      let negatives = (0..<n).filter { $0 != i && $0 != partner }
      let (value, slopes) = Self.anchor(similarities, partner, negatives, objective, temperature)
      loss += objective.factor * value / Double(n)
      guard withGradient else { continue }
      for (j, slope) in slopes {
        for k in 0..<d {
          du[i * d + k] += objective.factor * slope / Double(n) * u[j * d + k]
          du[j * d + k] += objective.factor * slope / Double(n) * u[i * d + k]
        }
      }
    }
    guard withGradient else { return }
    dz = du
    guard objective.similarity == .cosine else { return }
    for i in 0..<n {
      let along = (0..<d).reduce(0.0) { $0 + du[i * d + $1] * u[i * d + $1] }
      for k in i * d..<(i + 1) * d { dz[k] = (du[k] - along * u[k]) / lengths[i] }
    }
  }

  /// One view's loss and its slope by each similarity.
  private static func anchor(
    _ s: [Double], _ partner: Int, _ all: [Int], _ objective: Objective, _ temperature: Double
  ) -> (Double, [(Int, Double)]) {
    var negatives = all
    if objective.mining == .semiHard, !all.isEmpty {
      let farther = all.filter { s[$0] < s[partner] }
      negatives = [farther.isEmpty ? all.min { s[$0] < s[$1] }! : farther.max { s[$0] < s[$1] }!]
    }
    let share = 1 / Double(max(1, negatives.count))
    switch objective.loss {
    case .ntXent:
      let others = negatives + [partner]
      let largest = others.map { s[$0] }.max()!
      let sum = others.reduce(0.0) { $0 + exp((s[$1] - largest) / temperature) }
      let slopes = others.map {
        ($0, (exp((s[$0] - largest) / temperature) / sum - ($0 == partner ? 1 : 0)) / temperature)
      }
      return (log(sum) + (largest - s[partner]) / temperature, slopes)
    case .ntLogistic:
      // −log σ(x) = log(1 + e⁻ˣ); exp overflows in double only beyond 700.
      func minusLogSigma(_ x: Double) -> Double { x < -500 ? -x : log1p(exp(-x)) }
      func sigma(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
      let value = negatives.reduce(minusLogSigma(s[partner] / temperature)) {
        $0 + share * minusLogSigma(-s[$1] / temperature)
      }
      return (
        value,
        [(partner, -sigma(-s[partner] / temperature) / temperature)]
          + negatives.map { ($0, share * sigma(s[$0] / temperature) / temperature) }
      )
    case .margin:
      let over = negatives.filter { s[$0] - s[partner] + objective.margin > 0 }
      return (
        over.reduce(0.0) { $0 + share * (s[$1] - s[partner] + objective.margin) },
        over.map { ($0, share) } + [(partner, -share * Double(over.count))]
      )
    }
  }
}
