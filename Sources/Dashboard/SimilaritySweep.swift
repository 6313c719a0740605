/// What NT-Xent would make of a batch at other temperatures.
import Foundation
import Telemetry

/// One batch at one temperature; each number is of all 2N views.
struct TemperaturePoint: Sendable, Equatable {
  var temperature: Double
  /// NT-Xent on the objective's scale.
  var loss = 0.0
  /// Mean entropy, in nats, of the softmax over a view's 2N − 2 negatives: ln(2N − 2) when all weigh the same.
  var entropy = 0.0
  /// Mean share of the partner in the softmax over all 2N − 1 others. (Which of them is largest is the same at every
  /// temperature.)
  var partnerShare = 0.0
  /// Of the gradient that pushes negatives away, the share that falls on each view's hardest hundredth.
  var hardestMass = 0.0
}

extension SimilarityAnalysis {
  /// Three temperatures an octave over all that the knob can say, the lowest first.
  func sweep() -> [TemperaturePoint] {
    let range = objective.range(of: Knob.named("temperature")!)
    let thirds = Int((3 * log2(range.upperBound / range.lowerBound)).rounded(.down)) + 1
    // Squaring doubles an error: after eight octaves it stands in the fifth digit.
    let octaves = 8
    var points: [TemperaturePoint] = []
    for first in 0..<thirds where first / 3 % octaves == 0 {
      let count = min(octaves, (thirds - first + 2) / 3)
      points += self.points(from: range.upperBound * exp2(-Double(first) / 3), halvings: count - 1)
    }
    return points.sorted { $0.temperature < $1.temperature }
  }

  /// The batch at one temperature.
  func point(at temperature: Double) -> TemperaturePoint { points(from: temperature, halvings: 0)[0] }

  /// The batch at a temperature, at half of it, at a quarter … : one exponential a pair, then squares. A sweep of 23
  /// temperatures over 512 views takes 4 ms.
  private func points(from temperature: Double, halvings: Int) -> [TemperaturePoint] {
    var points = (0...halvings).map { TemperaturePoint(temperature: temperature * exp2(-Double($0))) }
    var pushes = [Double](repeating: 0, count: points.count)
    var negatives = NegativesOfView(self)
    for view in 0..<views {
      negatives.load(self, view)
      for index in points.indices {
        let terms = negatives.terms(temperature: points[index].temperature, halved: index > 0)
        points[index].loss += terms.loss
        points[index].entropy += terms.entropy
        points[index].partnerShare += 1 - terms.negativeShare
        points[index].hardestMass += terms.hardestShare
        pushes[index] += terms.negativeShare
      }
    }
    let count = Double(views)
    for index in points.indices {
      points[index].loss *= objective.factor / count
      points[index].entropy /= count
      points[index].partnerShare /= count
      points[index].hardestMass /= pushes[index]
    }
    return points
  }

  /// NT-Xent of each view at a temperature, on the paper's scale.
  func losses(temperature: Double) -> [Double] {
    var negatives = NegativesOfView(self)
    return (0..<views).map { view in
      negatives.load(self, view)
      return negatives.terms(temperature: temperature, halved: false).loss
    }
  }
}

/// One view's similarities to its negatives, relative to the largest of them, so that no exponential overflows and their
/// sum is one at least.
private struct NegativesOfView {
  /// Eight at a time: the hardest, then the others, each filled up with what weighs nothing; and their exponentials.
  private var negatives: [SIMD8<Float>]
  private var powers: [SIMD8<Float>]
  /// How many of them hold the hardest.
  private let hardest: Int
  private var partner = 0.0
  private var isHardest: [Bool]

  /// Room for a view of a batch.
  init(_ analysis: SimilarityAnalysis) {
    hardest = (analysis.hardestCount + 7) / 8
    let others = (2 * analysis.images - 2 - analysis.hardestCount + 7) / 8
    negatives = Array(repeating: .zero, count: hardest + others)
    powers = negatives
    isHardest = Array(repeating: false, count: analysis.views)
  }

  mutating func load(_ analysis: SimilarityAnalysis, _ view: Int) {
    let (views, other) = (analysis.views, analysis.partner(of: view))
    let top = analysis.hardest[view * analysis.hardestCount..<(view + 1) * analysis.hardestCount]
    for column in top { isHardest[column] = true }
    defer { for column in top { isHardest[column] = false } }
    let start = 8 * hardest
    analysis.similarities.withUnsafeBufferPointer { similarities in
      let line = UnsafeBufferPointer(rebasing: similarities[view * views..<(view + 1) * views])
      let largest = line[top.first!]
      partner = Double(line[other]) - Double(largest)
      negatives.withUnsafeMutableBytes { bytes in
        let numbers = bytes.bindMemory(to: Float.self)
        // Times any 1/τ far below what an exponential can be of, and finite.
        numbers.update(repeating: -1e30)
        for (place, column) in top.enumerated() { numbers[place] = line[column] - largest }
        var place = start
        for column in 0..<views where column != view && column != other && !isHardest[column] {
          numbers[place] = line[column] - largest
          place += 1
        }
      }
    }
  }

  struct Terms {
    var loss: Double
    var entropy: Double
    /// Of the softmax over all others, the share of the negatives, and that of the hardest of them.
    var negativeShare: Double
    var hardestShare: Double
  }

  /// - Parameter halved: τ is half of what it was the last time.
  mutating func terms(temperature: Double, halved: Bool) -> Terms {
    if halved { square() } else { exponentiate(Float(1 / temperature)) }
    var (sums, moments, top) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
    for place in powers.indices {
      sums += powers[place]
      moments += powers[place] * negatives[place]
      if place == hardest - 1 { top = sums }
    }
    let sum = Double(sums.sum())
    // e^partner beside the sum, without overflow on either side.
    let logit = partner / temperature
    let ratio = sum * exp(-abs(logit))
    let loss = logit > 0 ? log1p(ratio) : log(sum + exp(logit)) - logit
    let negativeShare = logit > 0 ? ratio / (1 + ratio) : sum / (sum + exp(logit))
    return Terms(
      loss: loss, entropy: log(sum) - Double(moments.sum()) / (temperature * sum), negativeShare: negativeShare,
      hardestShare: negativeShare * Double(top.sum()) / sum)
  }

  private mutating func exponentiate(_ scale: Float) {
    for place in negatives.indices {
      let x = negatives[place] * scale
      let isNothing = x .< -80
      powers[place] = exponential(x.replacing(with: -80, where: isNothing)).replacing(with: 0, where: isNothing)
    }
  }

  /// What a square would make smaller than numbers are exact becomes nothing first: such numbers are slow.
  private mutating func square() {
    for place in powers.indices {
      let power = powers[place].replacing(with: 0, where: powers[place] .< 1e-18)
      powers[place] = power * power
    }
  }
}

/// eˣ of eight numbers −80…0, to a few units in the last place: 2ⁿ from the exponent's bits times a polynomial in what is
/// left (the coefficients of Cephes' expf).
private func exponential(_ x: SIMD8<Float>) -> SIMD8<Float> {
  // Adding 1.5 · 2²³ rounds to a whole number, which then stands in the lowest bits.
  let magic = SIMD8<Float>(repeating: 12_582_912)
  let shifted = x * 1.442_695_04 + magic
  let whole = shifted - magic
  let r = x - whole * 0.693_359_375 + whole * 2.121_944_4e-4
  var p = r * 1.987_569_15e-4 + 1.398_199_95e-3
  p = p * r + 8.333_451_9e-3
  p = p * r + 4.166_579_6e-2
  p = p * r + 1.666_666_55e-1
  p = p * r + 5.000_000_1e-1
  let power = p * (r * r) + r + 1
  let bits = unsafeBitCast(shifted, to: SIMD8<UInt32>.self)
  let scale = (bits &<< 23) &+ SIMD8<UInt32>(repeating: 0x3f80_0000)
  return power * unsafeBitCast(scale, to: SIMD8<Float>.self)
}
