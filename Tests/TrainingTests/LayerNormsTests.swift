// What a step does to each layer, by plain loops in double precision.
import Basics
import Images
import Networks
import Tensors
import Testing

@testable import Training

@Test func layersAreMeasuredAsDefined() throws {
  var configuration = Configuration()
  configuration.encoder = ResNet.Architecture.named("resnet8")!
  configuration.imageSize = 16
  configuration.zeroInitResidual = false
  configuration.optimizer = .lars
  let workers = WorkerPool(threads: 1)
  var point = Checkpoint(configuration)
  // Nothing comes through the third channel of the stem.
  point.model.visitParameters("") { name, parameter in
    if name == "encoder.bn1.bias" { parameter.value.scalars[2] = -1000 }
  }
  var random = RandomStream(seed: 1, .test)
  let images = (0..<8).map { _ in
    Image(width: 16, height: 16, pixels: (0..<16 * 16 * 3).map { _ in UInt8(random.below(256)) })
  }
  var loader = Loader(
    DataSet(images: images, labels: nil, classes: [], names: images.map { _ in "" }, title: ""), seed: 1, order: .file,
    workers: workers)
  var engine = try StepEngine(
    StepPlan(point.model, configuration, batchSize: 8, workers: workers), configuration, workers: workers)
  var before = point.model
  let settings = Optimizer.Settings(learningRate: 0.5, momentum: 0, weightDecay: 0.1)
  let outcome = engine.step(
    &point.model, &point.optimizer, &loader,
    BatchPlan(epoch: 0, cursor: 0, count: 8, recipe: configuration.recipe(configuration.knobs)), temperature: 0.5,
    settings, looks: false, measuresLayers: true)
  var old: [String: [Double]] = [:]
  before.visitParameters("") { name, parameter in old[name] = parameter.value.scalars.map(Double.init) }
  var new: [String: [Double]] = [:]
  point.model.visitParameters("") { name, parameter in new[name] = parameter.value.scalars.map(Double.init) }
  func length(_ x: [Double]) -> Double { x.reduce(0) { $0 + $1 * $1 }.squareRoot() }
  func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-4 * max(abs(a), abs(b)) }
  #expect(outcome.layers.count == 11)
  for layer in outcome.layers {
    let (w, v) = (old[layer.name + ".weight"]!, new[layer.name + ".weight"]!)
    #expect(isClose(layer.before, length(w)) && isClose(layer.weight, length(v)), "\(layer.name)")
    #expect(isClose(layer.move, length(zip(w, v).map { $1 - $0 })), "\(layer.name)")
    // The first step of LARS is rate · trust · ‖g + λw‖ long: 0.0005 ‖w‖, whatever the gradient.
    #expect(isClose(layer.move, 0.5 * 0.001 * layer.before), "\(layer.name)")
    // The move tells the gradient: Δw = −rate · trust · (g + λw).
    let trust = 0.001 * layer.before / layer.decayedGradient
    let gradient = zip(w, v).map { ($0 - $1) / (0.5 * trust) - 0.1 * $0 }
    #expect(abs(layer.gradient - length(gradient)) <= 2e-3 * layer.decayedGradient, "\(layer.name)")
  }
  let stem = try #require(outcome.layers.first { $0.name == "encoder.conv1" })
  #expect(stem.silent == (1, 16))
}
