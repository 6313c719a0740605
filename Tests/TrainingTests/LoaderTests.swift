// What reaches a step: distinct pictures, the plan's views, the held-out part apart.
import Basics
import Images
import Telemetry
import Tensors
import Testing

@testable import Training

private func dataSet(_ count: Int, classes: Int = 3) -> DataSet {
  var random = RandomStream(seed: 9, .test)
  let images = (0..<count).map { _ in
    Image(width: 8, height: 8, pixels: (0..<192).map { _ in UInt8(random.below(256)) })
  }
  return DataSet(
    images: images, labels: (0..<count).map { $0 % classes }, classes: (0..<classes).map { "class \($0)" },
    names: (0..<count).map { "\($0)" }, title: "random")
}

private func plan(epoch: Int = 0, cursor: Int = 0, count: Int = 8, strength: Double = 0.5) -> BatchPlan {
  var recipe = Augmentation(imageSize: 8)
  recipe.strength = strength
  return BatchPlan(epoch: epoch, cursor: cursor, count: count, recipe: recipe)
}

@Test func whatWasMadeAheadIsWhatWouldBeMadeNow() {
  let data = dataSet(40)
  let eager = Loader(data, seed: 1, order: .shuffled, workers: WorkerPool(threads: 2))
  let plain = Loader(data, seed: 1, order: .shuffled, workers: WorkerPool(threads: 1))
  defer {
    eager.end()
    plain.end()
  }
  for step in 0..<4 {
    let ahead = eager.take(plan(cursor: step * 8), next: plan(cursor: step * 8 + 8))
    let fresh = plain.take(plan(cursor: step * 8), next: nil)
    #expect(ahead.indices == fresh.indices && ahead.bytes == fresh.bytes)
  }
  // Another strength: the batch that waits is made again.
  let turned = eager.take(plan(cursor: 32, strength: 1.5), next: nil)
  #expect(turned.bytes == plain.take(plan(cursor: 32, strength: 1.5), next: nil).bytes)
  #expect(turned.bytes != plain.take(plan(cursor: 32), next: nil).bytes)
}

@Test func anEpochShowsEveryPictureOnceInAnOrderOfItsOwn() {
  let loader = Loader(dataSet(40), seed: 1, order: .shuffled, workers: WorkerPool(threads: 1))
  defer { loader.end() }
  let first = loader.take(plan(count: 40), next: nil).indices
  let second = loader.take(plan(epoch: 1, count: 40), next: nil).indices
  #expect(first.sorted() == Array(0..<40) && second.sorted() == Array(0..<40))
  #expect(first != second && first != Array(0..<40))
  let filed = Loader(dataSet(40), seed: 1, order: .file, workers: WorkerPool(threads: 1))
  defer { filed.end() }
  #expect(filed.take(plan(count: 40), next: nil).indices == Array(0..<40))
}

@Test func aTenthOfEveryClassIsHeldOut() {
  let data = RunData(dataSet(300), heldOut: 0.1, seed: 1)
  #expect(data.train.count == 270 && data.heldOut.count == 30)
  for label in 0..<3 { #expect(data.heldOut.labels!.filter { $0 == label }.count == 10) }
  #expect(Set(data.train.names).isDisjoint(with: data.heldOut.names))
  #expect(RunData(dataSet(300), heldOut: 0.1, seed: 2).heldOut.names != data.heldOut.names)
  #expect(!RunData(dataSet(300), heldOut: 0, seed: 1).canEvaluate)
}

@Test func neighboursVoteWithTheirCosine() {
  let bank = Tensor([4, 2], [1, 0, 0.9, 0.1, 0, 1, -1, 0])
  var neighbours = NearestNeighbours(k: 3)
  let workers = WorkerPool(threads: 1)
  func predict(_ x: Float, _ y: Float) -> Int {
    neighbours.classify(
      bank: bank, bankLabels: [0, 1, 2, 1], queries: Tensor([1, 2], [x, y]), queryLabels: [0], classes: 3,
      workers: workers
    ).predictions[0]
  }
  // Weights exp(cos / 0.1): a hair nearer wins over one that is a little farther.
  #expect(predict(2, 0) == 0)
  #expect(predict(0.9, 0.12) == 1)
  #expect(predict(0.1, 5) == 2)
  neighbours.temperature = 100
  #expect(predict(-1, 0.01) == 1)
}
