import Basics
import Testing

@testable import Images

private let data = DataSet(
  images: (0..<12).map { formulaImage(20 + $0, 24) }, labels: nil, classes: [], names: (0..<12).map(String.init),
  title: "formula")

private func recipe(size: Int = 16) -> Augmentation {
  var augmentation = Augmentation(imageSize: size)
  augmentation.blurProbability = 0.5
  return augmentation
}

private func views(_ maker: ViewMaker, _ indices: [Int], epoch: Int = 0, threads: Int = 1) -> [UInt8] {
  let count = 2 * indices.count * maker.bytesPerView
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
    let bytes = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
    maker.makeViews(of: data, indices: indices, epoch: epoch, into: bytes, workers: WorkerPool(threads: threads))
    written = count
  }
}

private func inputs(_ maker: ViewMaker, _ data: DataSet, _ indices: some RandomAccessCollection<Int>) -> [UInt8] {
  let count = indices.count * maker.bytesPerView
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
    let bytes = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
    maker.makeInputs(of: data, indices: indices, into: bytes, workers: WorkerPool(threads: 2))
    written = count
  }
}

@Test func aBatchIsTheSameForAnyNumberOfWorkers() {
  let maker = ViewMaker(recipe(), seed: 9)
  let indices = [3, 0, 11, 7, 5, 1, 2]
  let one = views(maker, indices)
  #expect(views(maker, indices, threads: 2) == one)
  #expect(views(maker, indices, threads: 3) == one)
}

@Test func aBatchHoldsFirstViewsThenSecondViewsInOrder() {
  let maker = ViewMaker(recipe(), seed: 9)
  let indices = [4, 10, 6]
  let expected = (0..<2).flatMap { view in
    indices.flatMap { maker.view(of: data.images[$0], epoch: 2, index: $0, view: view).pixels }
  }
  #expect(views(maker, indices, epoch: 2) == expected)
}

@Test func aViewDependsOnSeedEpochIndexAndViewAlone() {
  let image = data.images[0]
  func drawn(_ seed: UInt64, _ epoch: Int, _ index: Int, _ view: Int) -> DrawnView {
    ViewMaker(recipe(), seed: seed).draw(for: image, epoch: epoch, index: index, view: view)
  }
  #expect(drawn(1, 2, 3, 0) == drawn(1, 2, 3, 0))
  for other in [drawn(2, 2, 3, 0), drawn(1, 3, 3, 0), drawn(1, 2, 4, 0), drawn(1, 2, 3, 1)] {
    #expect(other != drawn(1, 2, 3, 0))
  }
}

@Test func theTwoViewsOfAPictureAreDrawnIndependently() {
  let maker = ViewMaker(recipe(), seed: 1)
  let image = flatImage(32, 32, 9, 9, 9)
  let count = 4_000
  let pairs = (0..<count).map { index in
    (0..<2).map { view -> Double in
      let crop = maker.draw(for: image, epoch: 0, index: index, view: view).crop!
      return Double(crop.width * crop.height) / 1024
    }
  }
  let means = (0..<2).map { view in pairs.map { $0[view] }.reduce(0, +) / Double(count) }
  let covariance = pairs.map { ($0[0] - means[0]) * ($0[1] - means[1]) }.reduce(0, +) / Double(count)
  let variance = pairs.map { ($0[0] - means[0]) * ($0[0] - means[0]) }.reduce(0, +) / Double(count)
  // The standard error of a correlation of 4,000 pairs is 0.016.
  #expect(abs(covariance / variance) < 0.06)
}

@Test func stagesEndInTheView() {
  let maker = ViewMaker(recipe(size: 24), seed: 4)
  for index in 0..<data.count {
    let image = data.images[index]
    let (crop, stages) = maker.stages(of: image, epoch: 1, index: index, view: 1)
    let drawn = maker.draw(for: image, epoch: 1, index: index, view: 1)
    #expect(stages.map(\.name) == ["crop"] + (drawn.isFlipped ? ["flip"] : []) + drawn.operations.map(\.name))
    #expect(stages.last?.image == maker.view(of: image, epoch: 1, index: index, view: 1))
    #expect(abs(crop.width - Double(drawn.crop!.width) / Double(image.width)) < 1e-12)
    #expect(crop.x >= 0 && crop.x + crop.width <= 1 && crop.y >= 0 && crop.y + crop.height <= 1)
  }
}

@Test func withoutAugmentationAViewIsThePictureAtItsSize() {
  var augmentation = recipe(size: 24)
  augmentation.isOn = false
  let maker = ViewMaker(augmentation, seed: 4)
  #expect(maker.view(of: formulaImage(24, 24), epoch: 0, index: 0, view: 0) == formulaImage(24, 24))
  let (crop, stages) = maker.stages(of: formulaImage(48, 24), epoch: 0, index: 0, view: 1)
  #expect(stages.map(\.name) == ["resize"])
  #expect((crop.x, crop.y, crop.width, crop.height) == (0.25, 0, 0.5, 1))
}

@Test func inputsAreThePicturesAsTheyAreWhenTheyFit() {
  let fitting = DataSet(
    images: [formulaImage(16, 16), flatImage(16, 16, 7, 8, 9)], labels: nil, classes: [], names: ["a", "b"], title: "")
  let maker = ViewMaker(recipe(), seed: 1)
  #expect(inputs(maker, fitting, 0..<2) == fitting.images[0].pixels + fitting.images[1].pixels)
  #expect(inputs(maker, fitting, [1]) == fitting.images[1].pixels)
}

@Test func inputsOfOblongPicturesAreTheirMiddle() {
  // Twice as wide as high: left quarter red, middle green, right quarter blue. Only green is left.
  let row = (0..<64).flatMap { x -> [UInt8] in x < 16 ? [255, 0, 0] : x < 48 ? [0, 255, 0] : [0, 0, 255] }
  let image = Image(width: 64, height: 32, pixels: (0..<32).flatMap { _ in row })
  let wide = DataSet(images: [image], labels: nil, classes: [], names: ["wide"], title: "")
  #expect(inputs(ViewMaker(Augmentation(imageSize: 32), seed: 1), wide, 0..<1) == flatImage(32, 32, 0, 255, 0).pixels)
}
