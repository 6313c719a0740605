// Every loss against the paper's Table 2 in double, against finite differences of it, and in the corners.
import Basics
import Foundation
import Telemetry
import Tensors
import Testing

@testable import Training

private func plain(_ z: Tensor, _ objective: Objective, _ temperature: Double) -> PlainLoss {
  PlainLoss(z.scalars.map(Double.init), rows: z.rows, objective, temperature: temperature)
}

private func largest(_ numbers: [Double]) -> Double { numbers.reduce(0) { max($0, abs($1)) } }

private func deviation(_ dz: Tensor, from expected: [Double]) -> Double {
  largest(zip(dz.scalars, expected).map { Double($0) - $1 })
}

@Test(arguments: Objective.all, [2, 4, 6, 10])
func everyGradientIsTheCentralDifference(objective: Objective, views: Int) {
  for temperature in [0.5, 0.1] {
    let z = randomZ(views, 5, seed: 11)
    let start = z.scalars.map(Double.init)
    let slopes = start.indices.map { k in
      func moved(_ step: Double) -> Double {
        var z = start
        z[k] += step
        return PlainLoss(z, rows: views, objective, temperature: temperature, withGradient: false).loss
      }
      return (moved(1e-5) - moved(-1e-5)) / 2e-5
    }
    let scale = max(largest(slopes), 1e-3)
    #expect(largest(zip(plain(z, objective, temperature).dz, slopes).map { $0 - $1 }) < 1e-6 * scale / temperature)
    #expect(deviation(measuredLoss(z, objective, temperature: temperature).dz, from: slopes) < 1e-5 * scale)
  }
}

@Test(arguments: Objective.all, [2, 6, 38, 130, 514])
func everyLossIsThatOfTable2(objective: Objective, views: Int) {
  for (dimension, temperature) in [(20, 0.5), (33, 0.05)] {
    let z = pairedZ(views, dimension)
    let expected = plain(z, objective, temperature)
    let (loss, dz) = measuredLoss(z, objective, temperature: temperature)
    #expect(abs(loss.loss - expected.loss) < 2e-6 * (1 + 1 / temperature), "\(loss.loss) for \(expected.loss)")
    let error = deviation(dz, from: expected.dz)
    let scale = largest(expected.dz)
    #expect(error < 1e-5 * scale + 1e-7 / temperature, "\(error) of \(scale)")
  }
}

/// By the similarity of the objective: the accuracies. By cosines whatever it is: the statistics.
@Test(arguments: Objective.all)
func accuraciesAndStatisticsOfEveryLoss(objective: Objective) {
  let (z, n) = (pairedZ(38, 20), 38)
  let s = { (rows: Tensor, i: Int, j: Int) in
    zip(rows.row(i), rows.row(j)).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
  }
  let compared = objective.similarity == .dot ? z : unitRows(z)
  let ranks = (0..<n).map { i in
    let partner = (i + n / 2) % n
    return (0..<n).filter { $0 != i && $0 != partner && s(compared, i, $0) >= s(compared, i, partner) }.count
  }
  let loss = measuredLoss(z, objective, temperature: 0.3).loss
  #expect(loss.top1 == Double(ranks.filter { $0 < 1 }.count) / Double(n))
  #expect(loss.top5 == Double(ranks.filter { $0 < 5 }.count) / Double(n))
  let usual = measuredLoss(z, Objective(), temperature: 0.3).loss.statistics
  #expect(loss.statistics == usual || abs(loss.statistics.uniformity - usual.uniformity) < 1e-6)
  #expect(abs(loss.statistics.negativeSimilarity - usual.negativeSimilarity) < 1e-6)
}

@Test(arguments: Objective.all)
func theReferenceScaleIsTwiceThePaperBitForBit(objective: Objective) {
  let z = pairedZ(140, 9)
  let once = measuredLoss(z, objective, temperature: 0.2)
  var doubled = objective
  doubled.scale = .reference
  let twice = measuredLoss(z, doubled, temperature: 0.2)
  #expect(twice.loss.loss == 2 * once.loss.loss)
  #expect(twice.dz.scalars == once.dz.scalars.map { 2 * $0 })
  #expect(twice.loss.top1 == once.loss.top1 && twice.loss.statistics == once.loss.statistics)
}

@Test(arguments: Objective.all)
func everyLossIsTheSameBitsOnAnyNumberOfThreads(objective: Objective) {
  for views in [38, 300, 514] {
    let z = pairedZ(views, 20)
    let one = measuredLoss(z, objective, temperature: 0.1, threads: 1)
    for threads in [2, 3, 7] {
      let other = measuredLoss(z, objective, temperature: 0.1, threads: threads)
      #expect(other.loss == one.loss && other.dz == one.dz)
    }
  }
}

@Test(arguments: Objective.all)
func everyLossLetsViewsBeSwappedAndImagesPermuted(objective: Objective) {
  let z = pairedZ(8, 4)
  func rearranged(_ order: [Int]) -> Double {
    measuredLoss(Tensor([8, 4], order.flatMap { Array(z.row($0)) }), objective, temperature: 0.3).loss.loss
  }
  let loss = rearranged(Array(0..<8))
  #expect(abs(loss - rearranged([4, 5, 6, 7, 0, 1, 2, 3])) < 1e-6)
  #expect(abs(loss - rearranged([2, 0, 3, 1, 6, 4, 7, 5])) < 1e-6)
}

// MARK: corners

@Test(arguments: Objective.all)
func oneImageHasNoNegatives(objective: Objective) {
  let z = Tensor([2, 2], [1, 0, 0.6, 0.8])
  let (loss, dz) = measuredLoss(z, objective, temperature: 0.5)
  // The pair's own term of NT-Logistic is all that is left: log(1 + exp(−0.6/0.5)).
  let expected = objective.loss == .ntLogistic ? 0.263282 : 0
  #expect(abs(loss.loss - expected) < 1e-6)
  #expect(loss.top1 == 1)
  #expect(dz.scalars.allSatisfy { objective.loss == .ntLogistic ? $0.isFinite : $0 == 0 })
}

@Test(arguments: Objective.all, [4, 130])
func equalVectorsGiveWhatTheFormulaSays(objective: Objective, views: Int) {
  let z = Tensor(repeating: 0.5, [views, 2])
  let (loss, dz) = measuredLoss(z, objective, temperature: 0.1)
  let s = objective.similarity == .cosine ? 1 : 0.5
  let expected =
    switch objective.loss {
    case .ntXent: log(Double(views - 1))
    case .ntLogistic: log1p(exp(-s / 0.1)) + log1p(exp(s / 0.1))
    case .margin: 0.8
    }
  #expect(abs(loss.loss - expected) < 1e-5)
  // Cosines cannot move at first order when all are 1. Products can, where pull and push do not cancel in each view.
  let isStill = dz.scalars.allSatisfy { abs($0) < 1e-5 }
  #expect(isStill == (objective.similarity == .cosine || (objective.loss != .ntLogistic && objective.mining == .none)))
}

@Test(arguments: Objective.all)
func lowTemperaturesStayFinite(objective: Objective) {
  let z = pairedZ(26, 6)
  let (loss, dz) = measuredLoss(z, objective, temperature: 0.005)
  let expected = plain(z, objective, 0.005)
  #expect(abs(loss.loss - expected.loss) < 1e-5 * max(1, expected.loss))
  #expect(deviation(dz, from: expected.dz) < 1e-4 * largest(expected.dz))
}

@Test(arguments: Objective.all)
func lengthsOfEverySizeStayFinite(objective: Objective) {
  let z = pairedZ(26, 6)
  for length: Float in objective.similarity == .cosine ? [1e-6, 1e15] : [1e-6, 1e3] {
    let scaled = Tensor(z.shape, z.scalars.map { $0 * length })
    let (loss, dz) = measuredLoss(scaled, objective, temperature: 0.5)
    let expected = plain(scaled, objective, 0.5)
    #expect(abs(loss.loss - expected.loss) < 2e-6 * max(1, expected.loss), "length \(length)")
    #expect(deviation(dz, from: expected.dz) <= 2e-5 * largest(expected.dz), "length \(length)")
  }
  let nothing = measuredLoss(Tensor(zeros: [8, 3]), objective, temperature: 0.5)
  #expect(nothing.loss.loss.isFinite && nothing.dz.scalars.allSatisfy { $0 == 0 })
}

@Test(arguments: Objective.all)
func noLossHidesThatSomethingIsNotANumber(objective: Objective) {
  for place in [3, 17, 30] {
    var z = randomZ(8, 4, seed: 5)
    z.scalars[place] = .nan
    let loss = measuredLoss(z, objective, temperature: 0.5).loss
    #expect(loss.loss.isNaN)
    #expect(loss.top1 < 1)
  }
}

// MARK: what sets the losses apart

/// Two images on a circle: view 0 at 0°, its partner at 60°, the negatives at 80° and 40°.
private let circle = Tensor(
  [4, 2],
  [0, 80, 60, 40].flatMap { (degrees: Double) -> [Float] in
    [Float(cos(degrees * .pi / 180)), Float(sin(degrees * .pi / 180))]
  })

@Test func semiHardMiningTakesTheNearestNegativeThatIsFartherThanThePartner() {
  // Cosines of view 0: partner cos 60°, negatives cos 80° (chosen: farther) and cos 40° (left out: nearer).
  // View 1 (80°): partner at 40°, negatives at 0° (chosen) and at 60° (nearer). View 2 (60°): partner at 0°, both
  // negatives nearer by the same 20°, the first of the least similar is chosen: view 1, 80°. View 3 (40°): partner at
  // 80°, negatives at 0° (as far as the partner, so not farther) and 60° (nearer): the least similar, 0°.
  func at(_ degrees: Double) -> Double { cos(degrees * .pi / 180) }
  let pairs: [(partner: Double, negative: Double)] = [
    (at(60), at(80)), (at(40), at(80)), (at(60), at(20)), (at(40), at(40)),
  ]
  let margin = pairs.map { max($0.negative - $0.partner + 0.8, 0) }.reduce(0, +) / 4
  #expect(abs(measuredLoss(circle, Objective(.margin, .cosine, .semiHard), temperature: 1).loss.loss - margin) < 1e-6)
  let terms = pairs.map { log1p(exp(-$0.partner / 0.5)) + log1p(exp($0.negative / 0.5)) }
  let logistic = terms.reduce(0, +) / 4
  let measured = measuredLoss(circle, Objective(.ntLogistic, .cosine, .semiHard), temperature: 0.5).loss.loss
  #expect(abs(measured - logistic) < 1e-6)
}
