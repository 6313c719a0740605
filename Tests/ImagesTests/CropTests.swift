import Basics
import Foundation
import Testing

@testable import Images

private func draws(
  _ count: Int, areaMin: Double, width: Int, height: Int, rule: RandomResizedCrop.Rule = .torchvision
) -> [CropBox] {
  var random = RandomStream(seed: 11, .test)
  let crop = RandomResizedCrop(areaMin: areaMin, rule: rule)
  return (0..<count).map { _ in crop.draw(width: width, height: height, using: &random) }
}

/// Of 100,000 crops.
struct CropAnchor: Sendable {
  let rule: RandomResizedCrop.Rule
  let size: Int
  let meanArea: Double
  /// 5, 25, 50, 75 and 95 % of the areas.
  let quantiles: [Double]
  /// Share of crops of at least half the picture.
  let half: Double
  let leastArea: Double
  let meanAspect: Double
  /// Share of first tries that give no crop.
  let rejected: Double
}

/// As torchvision 0.29 and TensorFlow 2.21 draw them (`Tools/make-view-goldens --crops`); torchvision's rejections from
/// a simulation of its rule.
private let anchors = [
  CropAnchor(
    rule: .reference, size: 32, meanArea: 0.4316, quantiles: [0.1182, 0.2197, 0.3906, 0.6104, 0.8477], half: 0.3754,
    leastArea: 0.1055, meanAspect: 1.0431, rejected: 0.0733),
  CropAnchor(
    rule: .reference, size: 224, meanArea: 0.4213, quantiles: [0.1205, 0.2206, 0.3873, 0.6, 0.8203], half: 0.3614,
    leastArea: 0.1001, meanAspect: 1.0417, rejected: 0.0551),
  CropAnchor(
    rule: .torchvision, size: 32, meanArea: 0.4915, quantiles: [0.1182, 0.2822, 0.4883, 0.6855, 0.8779], half: 0.4834,
    leastArea: 0.0781, meanAspect: 1.0127, rejected: 0.113),
  CropAnchor(
    rule: .torchvision, size: 224, meanArea: 0.4812, quantiles: [0.1197, 0.2804, 0.4781, 0.6758, 0.8583], half: 0.4725,
    leastArea: 0.0789, meanAspect: 1.0125, rejected: 0.139),
]

@Test(arguments: anchors)
func cropsAreDistributedByTheirRule(anchor: CropAnchor) {
  let size = anchor.size
  let boxes = draws(100_000, areaMin: 0.08, width: size, height: size, rule: anchor.rule)
  let areas = boxes.map { Double($0.width * $0.height) / Double(size * size) }.sorted()
  // Three standard errors and what the anchors' own draws are off.
  #expect(abs(areas.reduce(0, +) / 100_000 - anchor.meanArea) < 0.003)
  for (share, expected) in zip([0.05, 0.25, 0.5, 0.75, 0.95], anchor.quantiles) {
    // At 32 pixels areas lie up to 0.012 apart.
    #expect(areas[Int((share - 0.006) * 100_000)] <= expected + 1e-4)
    #expect(areas[Int((share + 0.006) * 100_000)] >= expected - 1e-4)
  }
  #expect(abs(Double(areas.count { $0 >= 0.5 }) / 100_000 - anchor.half) < 0.006)
  #expect(abs(areas[0] - anchor.leastArea) < 0.002)
  let aspects = boxes.map { Double($0.width) / Double($0.height) }
  #expect(abs(aspects.reduce(0, +) / 100_000 - anchor.meanAspect) < 0.002)
}

@Test(arguments: anchors)
func firstTriesFailAsOftenAsByTheRule(anchor: CropAnchor) {
  let crop = RandomResizedCrop(areaMin: 0.08, rule: anchor.rule)
  var random = RandomStream(seed: 12, .test)
  let failures = (0..<100_000).count { _ in
    crop.attempt(width: anchor.size, height: anchor.size, using: &random) == nil
  }
  #expect(abs(Double(failures) / 100_000 - anchor.rejected) < 0.004)
}

@Test(arguments: [(32, 32), (1, 1), (3, 2), (7, 100), (100, 7), (640, 480)], RandomResizedCrop.Rule.allCases)
func cropsNeverReachOutside(_ size: (width: Int, height: Int), rule: RandomResizedCrop.Rule) {
  let (width, height) = size
  for areaMin in [0.01, 0.08, 0.5, 1] {
    for box in draws(2_000, areaMin: areaMin, width: width, height: height, rule: rule) {
      #expect(box.width > 0 && box.height > 0)
      #expect(box.x >= 0 && box.x + box.width <= width)
      #expect(box.y >= 0 && box.y + box.height <= height)
    }
  }
}

@Test func everyPlaceOfACropIsEquallyLikely() {
  let boxes = draws(60_000, areaMin: 0.08, width: 8, height: 8).filter { $0.width == 5 && $0.height == 5 }
  var counts = [Int](repeating: 0, count: 16)
  for box in boxes { counts[box.y * 4 + box.x] += 1 }
  let expected = Double(boxes.count) / 16
  let chiSquare = counts.map { (Double($0) - expected) * (Double($0) - expected) / expected }.reduce(0, +)
  // 15 degrees of freedom: 37.7 is the 99.9 % point.
  #expect(chiSquare < 37.7)
}

@Test func aPictureTooLongForAnyCropGivesItsMiddle() {
  // Wider than 4/3 of its height by far, and every try of the whole area fails.
  for box in draws(50, areaMin: 1, width: 90, height: 9) {
    #expect(box == CropBox(x: 39, y: 0, width: 12, height: 9))
  }
  for box in draws(50, areaMin: 1, width: 9, height: 90) {
    #expect(box == CropBox(x: 0, y: 39, width: 9, height: 12))
  }
}

/// TensorFlow's rule leaves the last place out, and has every other equally often.
@Test func aReferenceCropNeverTouchesTheFarBorders() {
  let boxes = draws(60_000, areaMin: 0.08, width: 8, height: 8, rule: .reference)
  #expect(boxes.allSatisfy { ($0.width == 8 || $0.x + $0.width < 8) && ($0.height == 8 || $0.y + $0.height < 8) })
  var counts = [Int](repeating: 0, count: 9)
  for box in boxes where box.width == 5 && box.height == 5 { counts[box.y * 3 + box.x] += 1 }
  let expected = Double(counts.reduce(0, +)) / 9
  let chiSquare = counts.map { (Double($0) - expected) * (Double($0) - expected) / expected }.reduce(0, +)
  // 8 degrees of freedom: 26.1 is the 99.9 % point.
  #expect(expected > 100 && chiSquare < 26.1)
}

@Test func aReferenceCropHasAtLeastATenth() {
  for box in draws(5_000, areaMin: 0.01, width: 64, height: 64, rule: .reference) {
    #expect(Double(box.width * box.height) / 4096 >= 0.1)
  }
}

@Test func aPictureTooLongForAnyReferenceCropIsTakenWhole() {
  for box in draws(50, areaMin: 1, width: 90, height: 9, rule: .reference) {
    #expect(box == CropBox(x: 0, y: 0, width: 90, height: 9))
  }
}
