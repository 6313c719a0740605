/// `evaluate`: how well a frozen encoder's representations tell the classes of the test split apart.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Tensors
import Training

let evaluateFlags = [
  Flag("protocol", "knn|linear|finetune|supervised", "how (knn)"),
  Flag("k", "N", "neighbours that vote (200, or a fiftieth of train if that is fewer)"),
  Flag("knn-temperature", "X", "t of the votes' weights exp(cosine / t) (0.1)"),
  Flag("on", "h|z", "representation h or projection z (h)"),
  Flag("encoder", ResNet.Architecture.all.map(\.name).joined(separator: "|"), "for a bare safetensors file"),
  Flag("width", "X", "for a bare safetensors file"),
  Flag("stem", "auto|cifar|imagenet", "for a bare safetensors file"),
  Flag("image-size", "N", "for a bare safetensors file"),
  Flag("normalize", "none|cifar|imagenet", "for a bare safetensors file"),
  Flag("threads", "N", "threads that compute (0: all cores)"),
  Flag("json", "", "the figures as JSON"),
]

func evaluate(_ arguments: Arguments) throws -> Int32 {
  let words = try arguments.words(["MODEL", "DATA"])
  guard ["knn", nil].contains(arguments["protocol"]) else {
    throw UsageError("--protocol \(arguments["protocol"]!) comes with a later version of simscope")
  }
  BLAS.useOneThread()
  let (configuration, model) = try loadModel(words[0], arguments)
  let workers = WorkerPool(threads: configuration.workerCount)
  let progress = ProgressLine("evaluating")
  func read(_ split: DataSet.Split) throws -> DataSet {
    try DataSet.open(
      words[1], split: split, limit: nil, shorterSideAtMost: 2 * configuration.imageSize!, workers: workers
    ) { _, _ in true }
  }
  let (train, test) = (try read(.train), try read(.test))
  guard let bankLabels = train.labels, let queryLabels = test.labels else {
    throw Trouble("the pictures have no labels", at: words[1], remedy: "evaluate on a folder with a folder a class")
  }
  var neighbours = NearestNeighbours.usual(bank: train.count)
  neighbours.k = Int(try arguments.number("k", 1...1_000_000, default: Double(neighbours.k)))
  neighbours.temperature = try arguments.number("knn-temperature", 0.001...100, default: 0.1)
  let onProjection = arguments["on"] == "z"
  func accuracy(_ model: SimCLR, share: ClosedRange<Double>) throws -> NearestNeighbours.Result {
    var embedder = try Embedder(
      model, imageSize: configuration.imageSize!, normalization: configuration.normalize, workers: workers)
    let total = Double(train.count + test.count)
    func features(_ data: DataSet, after done: Int) -> Tensor {
      let both = embedder.embed(data, Array(0..<data.count)) { part in
        let inside = (Double(done) + part * Double(data.count)) / total
        progress.show(share.lowerBound + inside * (share.upperBound - share.lowerBound))
        return true
      }
      return onProjection ? both!.z : both!.h
    }
    let (bank, queries) = (features(train, after: 0), features(test, after: train.count))
    return neighbours.classify(
      bank: bank, bankLabels: bankLabels, queries: queries, queryLabels: queryLabels, classes: train.classes.count,
      workers: workers)
  }
  let trained = try accuracy(model, share: 0...0.5)
  let untrained = try accuracy(SimCLR(configuration), share: 0.5...1)
  progress.end()
  report(trained, untrained, train: train, test: test, arguments, on: onProjection ? "z" : "h", neighbours)
  return 0
}

private func report(
  _ trained: NearestNeighbours.Result, _ untrained: NearestNeighbours.Result, train: DataSet, test: DataSet,
  _ arguments: Arguments, on: String, _ neighbours: NearestNeighbours
) {
  if arguments.has("json") {
    var line = JSONLine()
    line.add("protocol", "knn")
    line.add("on", on)
    line.add("k", neighbours.k)
    line.add("knn_temperature", neighbours.temperature)
    line.add("train_count", train.count)
    line.add("test_count", test.count)
    line.add("top1", trained.top1)
    line.add("top5", trained.top5)
    line.add("untrained_top1", untrained.top1)
    line.add("untrained_top5", untrained.top5)
    return print(line.text)
  }
  func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
  print(
    """
    weighted kNN on \(on) (k \(neighbours.k), t \(neighbours.temperature)): \
    \(train.count) pictures of train vote on \(test.count) of test
      trained     top-1 \(percent(trained.top1))   top-5 \(percent(trained.top5))
      untrained   top-1 \(percent(untrained.top1))   top-5 \(percent(untrained.top5))
    """)
}

/// A run's newest checkpoint, or the encoder of a bare safetensors file.
private func loadModel(_ path: String, _ arguments: Arguments) throws -> (Configuration, SimCLR) {
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
    throw Trouble("no model here", at: path, remedy: "name a run folder (runs/NAME) or a safetensors file")
  }
  guard !isFolder.boolValue else {
    var configuration = try RunFolder.configuration(of: path)
    try overrideThreads(&configuration, arguments)
    return (configuration, try Checkpoint.newest(of: path, configuration).0.model)
  }
  var configuration = Configuration()
  try arguments.apply(to: &configuration)
  configuration.head = .none
  configuration.adapt(toLargestSide: configuration.imageSize ?? 32)
  var model = SimCLR(configuration)
  let file = try TensorFile(reading: path)
  try model.encoder.load(from: file, under: file["conv1.weight"] == nil ? "encoder" : "", path: path)
  return (configuration, model)
}

private func overrideThreads(_ configuration: inout Configuration, _ arguments: Arguments) throws {
  guard let threads = arguments["threads"] else { return }
  try Setting.named("threads")!.apply(threads, to: &configuration)
}
