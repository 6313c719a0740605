// What the trainer hands the similarity explorer: the same numbers as its loss has, and nothing of the training changes.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Tensors
import Testing

@testable import Dashboard
@testable import Training

/// A run that pauses after each step until it is told to go on.
private final class SteppedRun {
  let link = Link()
  let path: String
  private var serial = 0

  init(_ configuration: Configuration) {
    path = configuration.run!
    [.pause, .singleStep].forEach(link.send)
    let link = link
    Thread { _ = try? runToEnd(configuration, link: link) }.start()
  }

  /// The first snapshot that is as wished.
  func snapshot(where holds: (Snapshot) -> Bool) throws -> Snapshot {
    try link.wait(for: "a snapshot as wished", holds)
  }

  func pause(after step: Int) throws -> Snapshot { try snapshot { $0.step == step && $0.state == .paused } }

  func end() throws {
    link.send(.stop)
    _ = try snapshot { $0.state.isOver }
  }
}

@Test(arguments: [nil, 3]) func whatIfOfALiveBatchIsTheStepsLoss(microBatch: Int?) throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let run = SteppedRun(
    small(scratch.path + "/data", run: scratch.path + "/run") { $0.microBatch = microBatch })
  _ = try run.pause(after: 1)
  run.link.send(.watch([.batch]))
  let snapshot = try run.snapshot { $0.batch != nil && $0.state == .paused }
  let batch = try #require(snapshot.batch)
  let trained = try #require(batch.trained)
  #expect(batch.source == .live && batch.step == 1 && trained.images == 8 && batch.images == 8)
  #expect(trained.loss == snapshot.metrics?[.loss] && trained.temperature == 0.5)
  let analysis = try #require(SimilarityAnalysis(batch, Objective()))
  #expect(abs(analysis.point(at: 0.5).loss - trained.loss) < 1e-5)
  #expect(abs(analysis.top1 - snapshot.metrics![.contrastiveTop1]!) < 1e-9)
  // At other temperatures, as NT-Xent of these rows would be.
  for temperature in [0.05, 0.1, 1] {
    let loss = measuredLoss(Tensor([16, batch.dimension], batch.z), Objective(), temperature: temperature).loss
    #expect(abs(analysis.point(at: temperature).loss - loss.loss) < 1e-5)
  }
  // The views are those that were trained on.
  let data = try DataSet.open(scratch.path + "/data", split: .pretraining, workers: WorkerPool(threads: 1))
  let configuration = small(scratch.path + "/data", run: "")
  let train = RunData(data, heldOut: configuration.heldOut, seed: 1).train
  let maker = ViewMaker(configuration.recipe(configuration.knobs), seed: 1)
  for (place, index) in batch.views.indices.enumerated() {
    #expect(batch.views.names[place] == train.names[index] && batch.views.labels?[place] == train.labels?[index])
    for view in 0..<2 {
      let expected = maker.view(of: train.images[index], epoch: 0, index: index, view: view)
      #expect(batch.views.picture(place + 8 * view).pixels == expected.pixels)
    }
  }
  run.link.send(.watch([]))
  _ = try run.snapshot { $0.batch == nil }
  try run.end()
}

@Test func theProbeIsTheSameViewsByNewerWeights() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let run = SteppedRun(small(scratch.path + "/data", run: scratch.path + "/run"))
  _ = try run.pause(after: 1)
  run.link.send(.watch([.probe]))
  let one = try #require(try run.snapshot { $0.batch?.step == 1 }.batch)
  run.link.send(.turn("strength", to: 2))
  run.link.send(.singleStep)
  let two = try #require(try run.snapshot { $0.batch?.step == 2 }.batch)
  #expect(one.source == .probe && one.trained == nil && one.views == two.views)
  #expect(one.images == 33 && Set(one.views.indices).count == 33)
  #expect(one.z != two.z)
  for row in 0..<2 * two.images {
    let length = two.z[row * two.dimension..<(row + 1) * two.dimension].reduce(0) { $0 + $1 * $1 }
    #expect(abs(length - 1) < 1e-5)
  }
  try run.end()
}

@Test func lookingChangesNoBitOfTheTraining() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  func train(_ name: String, looks: Bool) throws -> Data? {
    let run = SteppedRun(small(scratch.path + "/data", run: scratch.path + "/" + name))
    for step in 1...4 {
      _ = try run.pause(after: step)
      if looks {
        run.link.send(.watch([step % 2 == 0 ? .batch : .probe]))
        _ = try run.snapshot { $0.batch?.source == (step % 2 == 0 ? .live : .probe) }
      }
      if step < 4 { run.link.send(.singleStep) }
    }
    try run.end()
    return bytes(run.path, step: 4)
  }
  let (plain, looked) = (try train("plain", looks: false), try train("looked", looks: true))
  #expect(plain != nil && plain == looked)
}

/// In the step's own memory: the rows of z that the step has, when it is given the step's views.
@Test(arguments: [nil, 5]) func projectionIsTheForwardPassOfAStep(microBatch: Int?) throws {
  let workers = WorkerPool(threads: 2)
  BLAS.useOneThread()
  var configuration = Configuration()
  configuration.encoder = ResNet.Architecture.named("resnet8")!
  (configuration.imageSize, configuration.microBatch) = (16, microBatch)
  var point = Checkpoint(configuration)
  var engine = try StepEngine(
    StepPlan(point.model, configuration, batchSize: 10, workers: workers), configuration, workers: workers)
  var random = RandomStream(seed: 1, .test)
  let images = (0..<10).map { _ in
    Image(width: 16, height: 16, pixels: (0..<16 * 16 * 3).map { _ in UInt8(random.below(256)) })
  }
  let data = DataSet(
    images: images, labels: nil, classes: [], names: images.map { _ in "noise" }, title: "noise")
  var loader = Loader(data, seed: 1, order: .file, workers: workers)
  let plan = BatchPlan(epoch: 0, cursor: 0, count: 10, recipe: configuration.recipe(configuration.knobs))
  let (views, before) = (loader.take(plan).bytes, point.model)
  let look = engine.step(
    &point.model, &point.optimizer, &loader, plan, temperature: 0.5,
    Optimizer.Settings(learningRate: 1e-3, momentum: 0.9, weightDecay: 1e-6), looks: true
  ).look
  let projected = engine.project(views, images: 10, before)
  #expect(projected == look?.z)
  // Fewer images than a step has, and more.
  for count in [1, 3, 4, 25] {
    let size = views.count / 20
    let some = (0..<2 * count).flatMap { row in views[row % 20 * size..<(row % 20 + 1) * size] }
    let shape = engine.project(some, images: count, point.model).shape
    #expect(shape == [2 * count, 128])
  }
}

@Test func ofALargeBatchTheFirstImagesAreShown() throws {
  let workers = WorkerPool(threads: 2)
  var random = RandomStream(seed: 1, .test)
  let images = (0..<300).map { _ in Image(width: 4, height: 4, pixels: (0..<48).map { _ in UInt8(random.below(256)) }) }
  let data = DataSet(
    images: images, labels: images.indices.map { $0 % 3 }, classes: ["a", "b", "c"],
    names: images.indices.map { "\($0)" },
    title: "noise")
  let z = randomZ(600, 8, seed: 2)
  let indices = Array((0..<300).reversed())
  let batch = SimilarityBatch(
    TrainedBatch(
      step: 7, epoch: 2, indices: indices, recipe: Augmentation(imageSize: 64), z: z,
      trained: .init(loss: 1, temperature: 0.1, images: 300)), data, seed: 1, workers: workers)
  #expect(batch.images == 256 && batch.views.indices == Array(indices.prefix(256)))
  #expect(batch.views.labels == indices.prefix(256).map { $0 % 3 })
  #expect(batch.views.side == 48)
  let unit = unitRows(z)
  #expect(Array(batch.z[256 * 8..<257 * 8]) == Array(unit.row(300)))
  #expect(abs(Double(batch.lengths[256]) - Tensor([8], Array(z.row(300))).norm) < 1e-6)
}
