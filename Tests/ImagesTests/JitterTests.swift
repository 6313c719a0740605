import Basics
import Foundation
import Testing

@testable import Images

private func jitters(
  _ count: Int, strength: Double, rule: ColorJitter.Rule = .torchvision,
  brightness: ColorJitter.Brightness = .multiplicative
) -> [[DrawnOperation]] {
  var random = RandomStream(seed: 5, .test)
  let jitter = ColorJitter(strength: strength, probability: 1, rule: rule, brightness: brightness)
  return (0..<count).map { _ in
    var operations: [DrawnOperation] = []
    jitter.draw(using: &random, into: &operations)
    return operations
  }
}

@Test(arguments: ColorJitter.Rule.allCases)
func allOrdersOfTheJitterAreEquallyLikely(rule: ColorJitter.Rule) {
  var counts: [String: Int] = [:]
  for operations in jitters(24_000, strength: 1, rule: rule) {
    counts[operations.map(\.name).joined(separator: " "), default: 0] += 1
  }
  #expect(counts.count == 24)
  let chiSquare = counts.values.map { Double(($0 - 1_000) * ($0 - 1_000)) / 1_000 }.reduce(0, +)
  // 23 degrees of freedom: 49.7 is the 99.9 % point.
  #expect(chiSquare < 49.7)
}

/// Lowest, highest and mean of each operation's parameter. From 1.25 on the reference code has no answer.
@Test(
  arguments: [(0.5, 0.6, 1.4, 0.1), (1.0, 0.2, 1.8, 0.2), (1.25, 0.0, 2.0, 0.25), (2.0, 0.0, 2.6, 0.4)],
  ColorJitter.Rule.allCases)
func jitterRangesFollowTheStrength(
  range: (strength: Double, low: Double, high: Double, turns: Double), rule: ColorJitter.Rule
) {
  let (strength, low, high, turns) = range
  var values: [String: [Double]] = [:]
  for operation in jitters(20_000, strength: strength, rule: rule).joined() {
    switch operation {
    case .brightness(let value, _), .contrast(let value, _), .saturation(let value, _), .hue(let value):
      values[operation.name, default: []].append(Double(value))
    case .grayscale, .blur: Issue.record("\(operation) is no colour jitter")
    }
  }
  for (name, drawn) in values {
    let (lower, upper) = name == "hue" ? (-turns, turns) : (low, high)
    let width = upper - lower
    #expect(drawn.min()! >= lower - 1e-6 && drawn.min()! < lower + 0.002 * width)
    #expect(drawn.max()! <= upper + 1e-6 && drawn.max()! > upper - 0.002 * width)
    #expect(abs(drawn.reduce(0, +) / 20_000 - (lower + upper) / 2) < 0.01 * width)
  }
  #expect(values.count == 4)
}

@Test(arguments: [(0.5, 0.4), (1.0, 0.8), (2.0, 1.6)])
func addedBrightnessLiesEvenlyAroundNought(strength: Double, most: Double) {
  let drawn = jitters(20_000, strength: strength, brightness: .additive).joined().compactMap { operation -> Double? in
    if case .brightness(let step, .additive) = operation { Double(step) } else { nil }
  }
  #expect(drawn.count == 20_000)
  for (rank, value) in zip(stride(from: 1_000, to: 20_000, by: 1_000), stride(from: -0.9, to: 1, by: 0.1)) {
    #expect(abs(drawn.sorted()[rank] - value * most) < 0.03 * most)
  }
  #expect(drawn.allSatisfy { abs($0) <= most })
}

@Test func rulesChangeWhatIsDoneAndNothingThatIsDrawn() {
  let plain = jitters(50, strength: 0.7).joined()
  let reference = jitters(50, strength: 0.7, rule: .reference).joined()
  for (one, other) in zip(plain, reference) {
    switch (one, other) {
    case (.brightness(let a, _), .brightness(let b, _)), (.hue(let a), .hue(let b)): #expect(a == b)
    case (.contrast(let a, .torchvision), .contrast(let b, .reference)),
      (.saturation(let a, .torchvision), .saturation(let b, .reference)):
      #expect(a == b)
    default: Issue.record("\(one) became \(other)")
    }
  }
}

@Test func hueNeverTurnsMoreThanHalfWayRound() {
  for case .hue(let turns) in jitters(5_000, strength: 4).joined() { #expect(abs(turns) <= 0.5) }
}

@Test(arguments: ColorJitter.Rule.allCases)
func eachOperationComesAsOftenAsAskedAndIndependently(rule: ColorJitter.Rule) {
  var augmentation = Augmentation(imageSize: 32)
  augmentation.jitterRule = rule
  augmentation.blurProbability = 0.5
  let maker = ViewMaker(augmentation, seed: 3)
  let image = flatImage(32, 32, 1, 2, 3)
  let count = 20_000
  var seen: [String: Int] = [:]
  for index in 0..<count {
    let drawn = maker.draw(for: image, epoch: 0, index: index, view: 0)
    let names = Set(drawn.operations.map(\.name) + (drawn.isFlipped ? ["flip"] : []))
    let jittered = names.contains("hue")
    for name in names { seen[name, default: 0] += 1 }
    if jittered && names.contains("grey") { seen["hue and grey", default: 0] += 1 }
    if jittered && names.contains("flip") { seen["hue and flip", default: 0] += 1 }
  }
  let expected = [
    "flip": 0.5, "brightness": 0.8, "contrast": 0.8, "saturation": 0.8, "hue": 0.8, "grey": 0.2, "blur": 0.5,
    "hue and grey": 0.16, "hue and flip": 0.4,
  ]
  for (name, probability) in expected {
    #expect(abs(Double(seen[name] ?? 0) / Double(count) - probability) < 0.014, "\(name)")
  }
}

@Test func probabilitiesOfNoughtAndOneAreCertain() {
  var augmentation = Augmentation(imageSize: 16)
  (augmentation.flipProbability, augmentation.jitterProbability) = (0, 0)
  (augmentation.grayProbability, augmentation.blurProbability) = (0, 0)
  let image = formulaImage(16, 16)
  for index in 0..<200 {
    let drawn = ViewMaker(augmentation, seed: 1).draw(for: image, epoch: 0, index: index, view: 0)
    #expect(drawn.operations.isEmpty && !drawn.isFlipped)
  }
  (augmentation.flipProbability, augmentation.jitterProbability) = (1, 1)
  (augmentation.grayProbability, augmentation.blurProbability) = (1, 1)
  for index in 0..<200 {
    let drawn = ViewMaker(augmentation, seed: 1).draw(for: image, epoch: 0, index: index, view: 0)
    #expect(drawn.operations.count == 6 && drawn.isFlipped)
  }
}

@Test func aTurnedKnobMovesOnlyItsOwnOperation() {
  var augmentation = Augmentation(imageSize: 32)
  (augmentation.jitterProbability, augmentation.blurProbability) = (1, 0.5)
  let image = flatImage(32, 32, 1, 2, 3)
  let before = ViewMaker(augmentation, seed: 1).draw(for: image, epoch: 0, index: 7, view: 0)
  augmentation.cropMin = 0.7
  let after = ViewMaker(augmentation, seed: 1).draw(for: image, epoch: 0, index: 7, view: 0)
  #expect(before.operations == after.operations && before.isFlipped == after.isFlipped)
  augmentation.jitterProbability = 0
  let still = ViewMaker(augmentation, seed: 1).draw(for: image, epoch: 0, index: 7, view: 0)
  #expect(still.crop == after.crop)
  #expect(still.operations == after.operations.filter { ["grey", "blur"].contains($0.name) })
  #expect(still.isFlipped == after.isFlipped)
}

@Test func drawnNumbersReadWell() {
  #expect(DrawnOperation.brightness(1.3).parameters == "×1.30")
  #expect(DrawnOperation.saturation(0.25).parameters == "×.25")
  #expect(DrawnOperation.brightness(-0.12, .additive).parameters == "−.12")
  #expect(DrawnOperation.contrast(1.2, .reference).parameters == "×1.20 per channel")
  #expect(DrawnOperation.saturation(0.8, .reference).parameters == "×.80 HSV")
  #expect(DrawnOperation.grayscale(.reference).parameters == "")
  #expect(DrawnOperation.hue(-0.04).parameters == "−.04")
  #expect(DrawnOperation.hue(0.1).parameters == "+.10")
  #expect(DrawnOperation.blur(sigma: 0.83, taps: 9).parameters == "σ .83 · 9 taps")
  var view = DrawnView(crop: CropBox(x: 9, y: 4, width: 18, height: 20))
  #expect(view.cropInWords(width: 32, height: 32) == "area .35 at 9,4 18×20")
  view.resampling = .bicubic
  #expect(view.cropInWords(width: 32, height: 32) == "area .35 at 9,4 18×20 bicubic")
}
