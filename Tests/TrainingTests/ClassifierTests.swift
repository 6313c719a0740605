// Training by labels, and what a frozen encoder is spared.
import Basics
import Foundation
import Images
import Networks
import Tensors
import Testing

@testable import Training

private let size = 12

/// Pictures of one colour a class, with noise.
private func pictures(_ count: Int, noise: Int = 60, seed: UInt64 = 5) -> DataSet {
  var random = RandomStream(seed: seed, .test)
  let colors = [[200, 60, 60], [60, 200, 60], [60, 60, 200]]
  let images = (0..<count).map { index in
    Image(
      width: size, height: size,
      pixels: (0..<size * size * 3).map {
        UInt8(clamping: colors[index % 3][$0 % 3] + random.below(2 * noise + 1) - noise)
      }
    )
  }
  return DataSet(
    images: images, labels: (0..<count).map { $0 % 3 }, classes: ["red", "green", "blue"],
    names: (0..<count).map { "\($0)" }, title: "colours")
}

private func model(seed: UInt64 = 1) -> SimCLR {
  BLAS.useOneThread()
  var configuration = Configuration()
  configuration.encoder = ResNet.Architecture.named("resnet8")!
  (configuration.imageSize, configuration.projectionDim, configuration.seed) = (size, 16, seed)
  return SimCLR(configuration)
}

/// Of every parameter and running statistic.
private func bits(_ encoder: ResNet) -> [[UInt32]] {
  encoder.tensors(under: "encoder").map { $0.tensor.scalars.map(\.bitPattern) }
}

private func train(
  _ training: ClassifierTraining, _ encoder: ResNet, _ data: DataSet, threads: Int = 2,
  normalization: PixelNormalization = .none
) throws -> ClassifierTraining.Outcome {
  try training.train(
    encoder, on: data, imageSize: size, normalization: normalization, workers: WorkerPool(threads: threads)
  ) { _ in true }
}

private func accuracy(_ outcome: ClassifierTraining.Outcome, _ data: DataSet) throws -> Double {
  var tuned = model()
  tuned.encoder = outcome.encoder
  let workers = WorkerPool(threads: 2)
  var embedder = try Embedder(tuned, imageSize: size, normalization: .none, workers: workers)
  let features = try embedder.features(of: data, on: .h) { _ in true }
  return outcome.classifier.classify(features, workers: workers).accuracy().share
}

// MARK: the loss

@Test func crossEntropyIsTheTextbooksWithItsDerivative() throws {
  var random = RandomStream(seed: 1, .test)
  // 18 classes: a block and a part of one. A logit of 200 overflows float32's exp.
  let (rows, classes) = (5, 18)
  var logits = Tensor([rows, classes], (0..<rows * classes).map { _ in random.uniform(-4, 4) })
  logits.scalars[3] = 200
  let labels = (0..<rows).map { _ in random.below(classes) }
  func textbook(_ logits: [Double]) -> Double {
    labels.indices.reduce(0) { sum, n in
      let row = logits[n * classes..<(n + 1) * classes]
      return sum + log(row.reduce(0) { $0 + exp($1 - 200) }) + 200 - logits[n * classes + labels[n]]
    } / Double(rows)
  }
  let workers = WorkerPool(threads: 1)
  var found = (loss: 0.0, dlogits: logits)
  func step(_ workspace: inout Workspace) {
    let (loss, dlogits) = crossEntropy(workspace.load(logits), labels: labels, &workspace)
    found = (loss, workspace.read(dlogits))
  }
  var workspace = try Workspace(Workspace.plan(workers: workers, step), workers: workers)
  step(&workspace)
  let exact = logits.scalars.map(Double.init)
  #expect(abs(found.loss - textbook(exact)) < 1e-9 * textbook(exact))
  for place in exact.indices {
    var (up, down) = (exact, exact)
    up[place] += 1e-5
    down[place] -= 1e-5
    let slope = (textbook(up) - textbook(down)) / 2e-5
    #expect(abs(Double(found.dlogits.scalars[place]) - slope) < 1e-6, "logit \(place)")
  }
}

/// The gradient of all parameters: along it the loss falls by its squared length.
@Test func theWholeClassifiersGradientIsItsSlope() throws {
  let data = pictures(12)
  var classifier = Classifier(model().encoder, classes: 3, isFrozen: false)
  var random = RandomStream(seed: 2, .test)
  // Away from zeros, where the encoder would have no gradient.
  classifier.visitParameters("") { name, parameter in
    parameter.value = Tensor(
      parameter.value.shape, parameter.value.scalars.map { $0 + random.uniform(-0.05, 0.05) })
  }
  let workers = WorkerPool(threads: 2)
  let recipe = ClassifierTraining.recipe(imageSize: size)
  var loader = Loader(data, seed: 1, order: .file, views: 1, workers: workers)
  let batch = loader.take(BatchPlan(epoch: 0, cursor: 0, count: 12, recipe: recipe))
  let labels = batch.indices.map { data.labels![$0] }
  func step(_ classifier: inout Classifier, _ workspace: inout Workspace) -> Double {
    let views = batch.bytes.withUnsafeBufferPointer {
      workspace.input($0, images: 12, size: size, mean: [0, 0, 0], standardDeviation: [1, 1, 1])
    }
    let (loss, dlogits) = crossEntropy(classifier.forward(views, &workspace), labels: labels, &workspace)
    classifier.backward(dlogits, &workspace)
    return loss
  }
  var planned = classifier
  var workspace = try Workspace(
    Workspace.plan(workers: workers) { _ = step(&planned, &$0) }, workers: workers)
  var moved = classifier
  _ = step(&moved, &workspace)
  var gradients: [[Float]] = []
  moved.visitParameters("") { _, parameter in gradients.append(Array(workspace.gradient(slot: parameter.slot))) }
  let squares = gradients.joined().reduce(0.0) { $0 + Double($1) * Double($1) }
  #expect(squares > 1e-4)
  func loss(_ distance: Double) -> Double {
    var other = classifier
    other.visitParameters("") { _, parameter in
      let gradient = gradients[parameter.slot]
      for i in gradient.indices { parameter.value.scalars[i] += Float(distance) * gradient[i] }
    }
    workspace.restart()
    return step(&other, &workspace)
  }
  let distance = 1e-3 / squares.squareRoot()
  let slope = (loss(distance) - loss(-distance)) / (2 * distance)
  #expect(abs(slope / squares - 1) < 0.02, "\(slope) where the gradient says \(squares)")
}

// MARK: the protocols

@Test func fineTuningAndSupervisedTrainingLearnTheClasses() throws {
  let (data, test) = (pictures(60), pictures(60, seed: 6))
  var fineTuning = ClassifierTraining.fineTuning(labels: 1)
  (fineTuning.batchSize, fineTuning.epochs, fineTuning.baseLearningRate) = (20, 8, 1)
  var supervised = ClassifierTraining.supervised(labels: 1)
  (supervised.batchSize, supervised.epochs, supervised.baseLearningRate) = (20, 8, 1)
  for training in [fineTuning, supervised] {
    let outcome = try train(training, model().encoder, data)
    #expect(outcome.steps == 24 && outcome.batchSize == 20)
    #expect(try accuracy(outcome, test) > 0.9)
    #expect(outcome.encoder != model().encoder)
  }
}

@Test func trainingByLabelsIsTheSameOnAnyNumberOfThreads() throws {
  var training = ClassifierTraining.fineTuning(labels: 1)
  (training.batchSize, training.epochs) = (8, 2)
  let outcomes = try [1, 3].map { try train(training, model().encoder, pictures(24), threads: $0) }
  #expect(outcomes[0].encoder == outcomes[1].encoder && outcomes[0].classifier == outcomes[1].classifier)
}

/// The paper's settings (appendices B.5 and B.6).
@Test func schedulesAreThePapers() {
  let few = ClassifierTraining.fineTuning(labels: 0.01)
  #expect(few.epochs == 60 && few.baseLearningRate == 0.05 && few.weightDecay == 0 && !few.isFrozen)
  #expect(
    ClassifierTraining.fineTuning(labels: 0.1).epochs == 30 && ClassifierTraining.fineTuning(labels: 1).epochs == 30)
  let linear = ClassifierTraining.linear
  #expect(linear.epochs == 90 && linear.baseLearningRate == 0.1 && linear.weightDecay == 0 && linear.isFrozen)
}

/// Weights and running statistics, to the bit, whatever the views looked like.
@Test func aProbeLeavesTheEncoderAsItWas() throws {
  let data = pictures(40)
  var point = model()
  // With running statistics of its own.
  point.encoder = try train(.fineTuning(labels: 1), point.encoder, data).encoder
  let before = bits(point.encoder)
  var bySGD = ClassifierTraining.linear
  (bySGD.epochs, bySGD.batchSize) = (3, 8)
  let outcome = try train(bySGD, point.encoder, data, normalization: .cifar)
  #expect(bits(outcome.encoder) == before)
  #expect(outcome.classifier.weight.scalars.contains { $0 != 0 })

  let workers = WorkerPool(threads: 2)
  var embedder = try Embedder(point, imageSize: size, normalization: .none, workers: workers)
  let features = try embedder.features(of: data, on: .h) { _ in true }
  _ = try LinearProbe().fit(features, workers: workers) { _ in true }
  _ = try NearestNeighbours(k: 3).classify(bank: features, queries: features, workers: workers)
  #expect(bits(point.encoder) == before)
  #expect(try embedder.features(of: data, on: .h) { _ in true } == features)
}

/// Batch norm in inference mode: who stands beside a picture changes nothing.
@Test func aPicturesFeaturesDoNotDependOnItsBatch() throws {
  let data = pictures(70)
  var point = model()
  point.encoder = try train(.fineTuning(labels: 1), point.encoder, data).encoder
  let workers = WorkerPool(threads: 2)
  var embedder = try Embedder(point, imageSize: size, normalization: .none, workers: workers)
  let all = try #require(embedder.embed(data, Array(0..<70)) { _ in true })
  for index in [0, 33, 69] {
    let alone = try #require(embedder.embed(data, [index]) { _ in true })
    #expect(Array(all.h.row(index)) == alone.h.scalars)
    // OpenBLAS may round a row otherwise at another place.
    #expect(zip(all.z.row(index), alone.z.scalars).allSatisfy { abs($0 - $1) < 1e-5 })
  }
}

@Test func theProbeStandsOnTheEncodersOutput() throws {
  let (data, point) = (pictures(9), model())
  var embedder = try Embedder(point, imageSize: size, normalization: .none, workers: WorkerPool(threads: 1))
  #expect(try embedder.features(of: data, on: .h) { _ in true }.features.columns == point.encoder.features)
  #expect(try embedder.features(of: data, on: .z) { _ in true }.features.columns == 16)
  var training = ClassifierTraining.linear
  training.epochs = 1
  #expect(try train(training, point.encoder, data).classifier.weight.shape == [3, point.encoder.features])
}

/// Crop and flip move pixels about; anything else would change the colour of a picture of one colour.
@Test func labelsAreLearnedFromCropsAndFlipsAlone() {
  let image = Image(width: 20, height: 14, pixels: (0..<20 * 14).flatMap { _ in [37, 190, 111] as [UInt8] })
  let maker = ViewMaker(ClassifierTraining.recipe(imageSize: size), seed: 3)
  var (flips, crops) = (0, Set<Double>())
  for epoch in 0..<200 {
    let drawn = maker.draw(for: image, epoch: epoch, index: 0, view: 0)
    #expect(drawn.operations.isEmpty)
    flips += drawn.isFlipped ? 1 : 0
    crops.insert(maker.seen(maker.hold(image, epoch: epoch, index: 0, view: 0)).width)
    let view = maker.view(of: image, epoch: epoch, index: 0, view: 0)
    #expect(view.pixels == (0..<size * size).flatMap { _ in [37, 190, 111] as [UInt8] })
  }
  #expect((60...140).contains(flips) && crops.count > 5)
}

/// One normalisation, of the configuration, for training and probing alike.
@Test func picturesAreNormalisedAsInTraining() throws {
  let (data, workers) = (pictures(5), WorkerPool(threads: 1))
  var point = model()
  func h(_ normalization: PixelNormalization) throws -> Tensor {
    var embedder = try Embedder(point, imageSize: size, normalization: normalization, workers: workers)
    return try embedder.features(of: data, on: .h) { _ in true }.features
  }
  let found = try h(.imagenet)
  // The normalised pictures [5, 3, size, size], made by hand.
  let (mean, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
  var x = Tensor(zeros: [5, 3, size, size])
  for place in x.scalars.indices {
    let (n, c, pixel) = (place / (3 * size * size), place / (size * size) % 3, place % (size * size))
    let byte = Double(data.images[n].pixels[3 * pixel + c])
    x.scalars[place] = Float((byte / 255 - mean[c]) / deviation[c])
  }
  var expected = found
  func forward(_ workspace: inout Workspace) {
    expected = workspace.read(point.encoder.forward(workspace.load(x, as: .pixels), .inference, &workspace))
  }
  var workspace = try Workspace(Workspace.plan(workers: workers, forward), workers: workers)
  forward(&workspace)
  let error = zip(found.scalars, expected.scalars).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }.squareRoot()
  #expect(error < 1e-5 * expected.norm)
  #expect(try h(.none) != found)
}
