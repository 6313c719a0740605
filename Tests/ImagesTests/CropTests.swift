import Basics
import Foundation
import Testing

@testable import Images

private func draws(_ count: Int, areaMin: Double, width: Int, height: Int) -> [CropBox] {
  var random = RandomStream(seed: 11, .test)
  let crop = RandomResizedCrop(areaMin: areaMin)
  return (0..<count).map { _ in crop.draw(width: width, height: height, using: &random) }
}

/// Anchors from an independent simulation of torchvision's rule, 100,000 draws: mean, and 5/25/50/75/95 % of the area.
@Test(arguments: [
  (32, 0.490, [0.118, 0.281, 0.488, 0.686, 0.878], 0.484), (224, 0.480, [0.119, 0.278, 0.477, 0.675, 0.857], 0.471),
])
func cropAreasFollowTorchvisionsRule(size: Int, mean: Double, quantiles: [Double], half: Double) {
  let boxes = draws(100_000, areaMin: 0.08, width: size, height: size)
  let areas = boxes.map { Double($0.width * $0.height) / Double(size * size) }.sorted()
  #expect(abs(areas.reduce(0, +) / 100_000 - mean) < 0.004)
  for (share, expected) in zip([0.05, 0.25, 0.5, 0.75, 0.95], quantiles) {
    #expect(abs(areas[Int(share * 100_000)] - expected) < 0.008)
  }
  #expect(abs(Double(areas.count { $0 >= 0.5 }) / 100_000 - half) < 0.008)
  let aspects = boxes.map { Double($0.width) / Double($0.height) }
  #expect(abs(aspects.reduce(0, +) / 100_000 - 1.0135) < 0.004)
}

@Test(arguments: [(32, 32), (1, 1), (3, 2), (7, 100), (100, 7), (640, 480)])
func cropsNeverReachOutside(width: Int, height: Int) {
  for areaMin in [0.01, 0.08, 0.5, 1] {
    for box in draws(2_000, areaMin: areaMin, width: width, height: height) {
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
