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

private func referenceRecipe() -> Augmentation {
  var augmentation = recipe()
  (augmentation.cropRule, augmentation.jitterRule, augmentation.brightness) = (.reference, .reference, .additive)
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

@Test(arguments: [recipe(), referenceRecipe()])
func aBatchIsTheSameForAnyNumberOfWorkers(recipe: Augmentation) {
  let maker = ViewMaker(recipe, seed: 9)
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

/// Every number of a draw, under its name.
private func numbers(_ drawn: DrawnView) -> [String: Double] {
  let crop = drawn.crop!
  var numbers = [
    "area": Double(crop.width * crop.height), "aspect": Double(crop.width) / Double(crop.height), "x": Double(crop.x),
    "y": Double(crop.y), "flip": drawn.isFlipped ? 1 : 0, "grey": 0, "blur": 0,
  ]
  for (place, operation) in drawn.operations.enumerated() {
    switch operation {
    case .brightness(let value, _), .contrast(let value, _), .saturation(let value, _), .hue(let value):
      numbers[operation.name] = Double(value)
      numbers["place of " + operation.name] = Double(place)
    case .grayscale: numbers["grey"] = 1
    case .blur(let sigma, _, _): numbers["blur"] = Double(sigma)
    }
  }
  return numbers
}

private func correlation(_ a: [Double], _ b: [Double]) -> Double {
  let means = [a, b].map { $0.reduce(0, +) / Double($0.count) }
  func product(_ x: [Double], _ y: [Double], _ mx: Double, _ my: Double) -> Double {
    zip(x, y).map { ($0 - mx) * ($1 - my) }.reduce(0, +)
  }
  let variances = product(a, a, means[0], means[0]) * product(b, b, means[1], means[1])
  return product(a, b, means[0], means[1]) / variances.squareRoot()
}

/// The two views, epochs that follow each other, neighbours in the data set, and seeds that follow each other.
@Test(arguments: [recipe(), referenceRecipe()])
func drawsAreIndependentOfEachOther(recipe: Augmentation) {
  var recipe = recipe
  recipe.jitterProbability = 1
  let image = flatImage(32, 32, 9, 9, 9)
  func draws(seed: UInt64 = 1, epoch: Int = 0, from first: Int = 0, view: Int = 0) -> [[String: Double]] {
    let maker = ViewMaker(recipe, seed: seed)
    return (first..<first + 4_000).map { numbers(maker.draw(for: image, epoch: epoch, index: $0, view: view)) }
  }
  let these = draws()
  for others in [draws(view: 1), draws(epoch: 1), draws(from: 1), draws(seed: 2)] {
    for name in these[0].keys {
      // The standard error of a correlation of 4,000 pairs is 0.016.
      #expect(abs(correlation(these.map { $0[name]! }, others.map { $0[name]! })) < 0.065, "\(name)")
    }
    #expect(zip(these, others).count { $0 == $1 } == 0)
  }
}

@Test func everyStreamOfViewsIsAnother() {
  var starts: Set<UInt64> = []
  for seed in 0..<10 {
    for epoch in -10..<20 {
      for index in 0..<100 {
        for view in 0..<2 {
          var random = RandomStream(seed: UInt64(seed), .view, epoch, index, view)
          starts.insert(random.next())
        }
      }
    }
  }
  #expect(starts.count == 10 * 30 * 100 * 2)
}

@Test(arguments: [recipe(size: 24), referenceRecipe()])
func stagesEndInTheView(recipe: Augmentation) {
  let maker = ViewMaker(recipe, seed: 4)
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
