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

@Test func viewsAreTheSameBytesOnAnyNumberOfThreads() {
  let data = dataSet(40)
  var one = Loader(data, seed: 1, order: .shuffled, workers: WorkerPool(threads: 1))
  var three = Loader(data, seed: 1, order: .shuffled, workers: WorkerPool(threads: 3))
  for step in 0..<4 {
    let (a, b) = (one.take(plan(cursor: step * 8)), three.take(plan(cursor: step * 8)))
    #expect(a.indices == b.indices && a.bytes == b.bytes)
  }
  // Going back within an epoch, or to another strength and again, changes nothing.
  let first = one.take(plan(cursor: 0))
  let turned = one.take(plan(cursor: 0, strength: 1.5))
  #expect(turned.indices == first.indices && turned.bytes != first.bytes)
  _ = one.take(plan(epoch: 1))
  #expect(one.take(plan(cursor: 0)).bytes == first.bytes)
}

@Test func partsOfABatchAreItsViews() {
  var loader = Loader(dataSet(40), seed: 1, order: .shuffled, workers: WorkerPool(threads: 2))
  let whole = loader.take(plan(epoch: 2, cursor: 3, count: 10))
  let size = 8 * 8 * 3
  for (part, start) in zip(whole.plan.parts([3, 3, 4]), [0, 3, 6]) {
    let views = loader.take(part)
    #expect(views.indices == Array(whole.indices[start..<start + part.count]))
    for half in 0..<2 {
      let (own, place) = (half * part.count * size, (half * 10 + start) * size)
      #expect(views.bytes[own..<own + part.count * size] == whole.bytes[place..<place + part.count * size])
    }
  }
}

@Test func aBatchIsWrittenWhereTheLastOneStood() {
  var loader = Loader(dataSet(40), seed: 1, order: .shuffled, workers: WorkerPool(threads: 1))
  let places = (0..<3).map { step in
    loader.take(plan(cursor: step * 8)).bytes.withUnsafeBufferPointer { $0.baseAddress }
  }
  #expect(places[0] == places[1] && places[1] == places[2])
}

@Test func anEpochShowsEveryPictureOnceInAnOrderOfItsOwn() {
  var loader = Loader(dataSet(40), seed: 1, order: .shuffled, workers: WorkerPool(threads: 1))
  let first = loader.take(plan(count: 40)).indices
  let second = loader.take(plan(epoch: 1, count: 40)).indices
  // No batch straddles two epochs, so no picture is its own negative.
  #expect((0..<5).flatMap { loader.take(plan(cursor: $0 * 8)).indices } == first)
  #expect(first.sorted() == Array(0..<40) && second.sorted() == Array(0..<40))
  #expect(first != second && first != Array(0..<40))
  var filed = Loader(dataSet(40), seed: 1, order: .file, workers: WorkerPool(threads: 1))
  #expect(filed.take(plan(count: 40)).indices == Array(0..<40))
}

/// A shuffle that reaches only so far, as through a buffer, leaves early pictures early.
@Test func whereAPictureStandsInAnEpochTellsNothing() {
  let count = 4_000
  let tiny = Image(width: 1, height: 1, pixels: [0, 0, 0])
  let data = DataSet(
    images: [Image](repeating: tiny, count: count), labels: nil, classes: [], names: (0..<count).map { "\($0)" },
    title: "many")
  var loader = Loader(data, seed: 1, order: .shuffled, workers: WorkerPool(threads: 1))
  var small = plan(count: count)
  small.recipe = Augmentation(imageSize: 1)
  var places: [[Double]] = []
  for epoch in 0..<2 {
    small.epoch = epoch
    var place = [Double](repeating: 0, count: count)
    for (position, index) in loader.take(small).indices.enumerated() { place[index] = Double(position) }
    places.append(place)
  }
  let middle = Double(count - 1) / 2
  let variance = (Double(count * count) - 1) / 12
  for (a, b) in [(places[0], (0..<count).map(Double.init)), (places[1], places[0])] {
    let covariance = zip(a, b).map { ($0 - middle) * ($1 - middle) }.reduce(0, +) / Double(count)
    // The standard error of a correlation of 4,000 pairs is 0.016.
    #expect(abs(covariance / variance) < 0.065)
  }
}

@Test func aTenthOfEveryClassIsHeldOut() {
  let data = RunData(dataSet(300), heldOut: 0.1, seed: 1)
  #expect(data.train.count == 270 && data.heldOut.count == 30)
  for label in 0..<3 { #expect(data.heldOut.labels!.filter { $0 == label }.count == 10) }
  #expect(Set(data.train.names).isDisjoint(with: data.heldOut.names))
  #expect(RunData(dataSet(300), heldOut: 0.1, seed: 2).heldOut.names != data.heldOut.names)
  #expect(!RunData(dataSet(300), heldOut: 0, seed: 1).canEvaluate)
}
