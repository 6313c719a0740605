/// `bench --what steps`, `growth` and `encoders`: training steps, where their time goes, how they grow.
import Basics
import Networks
import Training

func benchSteps(_ bench: Bench) throws {
  let configurations = bench.configurations(of: ["resnet8", "resnet20", "resnet18"])
  var table = FigureTable(
    "steps", "Training steps on generated pictures: views, forward, loss, backward, optimizer. An image is two views.",
    labels: encoderLabels,
    figures: [
      .init("speed", "images/s"), .init("views", "%"), .init("forward", "%"), .init("loss", "%"),
      .init("backward", "%"), .init("optimizer", "%"), .init("other", "%"), .init("planned", "MiB", decimals: 0),
    ], rows: configurations.count, json: bench.json)
  for configuration in configurations {
    let step = try measureSteps(configuration, seconds: bench.seconds)
    let (timing, total) = (step.timing, step.timing.total / 100)
    let parts = [timing.views, timing.forward, timing.loss, timing.backward, timing.optimizer, timing.other]
    table.add(
      labels(of: configuration),
      [step.imagesPerSecond] + parts.map { $0 / total } + [Double(step.bytes) / 0x1p20])
  }
}

/// Time an image against the batch size, and speed against the threads. All sizes are measured in turn, several times
/// round, and ratios taken within a round, so that a machine's ups and downs fall on all alike.
func benchGrowth(_ bench: Bench) throws {
  let base = bench.configurations(of: ["resnet20"])[0]
  let batchSizes = bench.isGiven("batch_size") ? [base.knobs.batchSize] : [32, 64, 128, 256, 512, 1024, 2048]
  var table = FigureTable(
    "growth", "Time an image as the batch grows.", labels: encoderLabels,
    figures: [.init("time", "ms/image", decimals: 3), .init("against batch 128", "", decimals: 2)],
    rows: batchSizes.count, json: bench.json)
  let batches = batchSizes.map { batchSize in
    var configuration = base
    configuration.knobs.batchSize = batchSize
    return configuration
  }
  let middle = batchSizes.firstIndex(of: 128) ?? 0
  let times = try imageTimes(of: batches, seconds: bench.seconds)
  for (index, configuration) in batches.enumerated() {
    table.add(
      labels(of: configuration),
      [1000 * median(times.map { $0[index] }), median(times.map { $0[index] / $0[middle] })])
  }
  try benchThreads(base, bench)
}

private func benchThreads(_ base: Configuration, _ bench: Bench) throws {
  let most = base.workerCount
  guard most > 1 else { return }
  let threads = [1, 2, 4, 8, 16, 32, 64].filter { $0 < most } + [most]
  var table = FigureTable(
    "threads", "Speed as the threads grow.", labels: encoderLabels + [.init(name: "threads", width: 7)],
    figures: [.init("speed", "images/s"), .init("against one thread", "", decimals: 2)], rows: threads.count,
    json: bench.json)
  let times = try imageTimes(
    of: threads.map { count in
      var configuration = base
      configuration.threads = count
      return configuration
    }, seconds: bench.seconds)
  for (index, count) in threads.enumerated() {
    table.add(
      labels(of: base) + ["\(count)"],
      [1 / median(times.map { $0[index] }), median(times.map { $0[0] / $0[index] })])
  }
}

/// Seconds an image of each configuration, a row a round.
private func imageTimes(of configurations: [Configuration], seconds: Double) throws -> [[Double]] {
  let rounds = 5
  return try (0..<rounds).map { _ in
    try configurations.map { 1 / (try measureSteps($0, seconds: seconds / Double(rounds)).imagesPerSecond) }
  }
}

func benchEncoders(_ bench: Bench) throws {
  let usual = [("resnet20", 32, 256), ("resnet18", 96, 128), ("resnet50", 32, 64), ("resnet50", 224, 16)]
  let cases = bench.isGiven("encoder") ? [(bench.configuration.encoder.name, 32, 256)] : usual
  let configurations = cases.compactMap { name, size, batchSize -> Configuration? in
    guard let encoder = ResNet.Architecture.named(name) else { return nil }
    var configuration = bench.configuration
    configuration.encoder = encoder
    configuration.imageSize = configuration.imageSize ?? size
    if !bench.isGiven("batch_size") { configuration.knobs.batchSize = batchSize }
    return configuration
  }
  var table = FigureTable(
    "encoders", "Encoder and head alone, forward and backward over the same views.", labels: encoderLabels,
    figures: [.init("speed", "images/s")], rows: configurations.count, json: bench.json)
  for configuration in configurations {
    table.add(labels(of: configuration), [try measureEncoder(configuration, seconds: bench.seconds)])
  }
}

let encoderLabels = [
  FigureTable.Label(name: "encoder", width: 9), .init(name: "size", width: 4), .init(name: "batch", width: 5),
]

func labels(of configuration: Configuration) -> [String] {
  [configuration.encoder.name, "\(configuration.imageSize ?? 32)", "\(configuration.knobs.batchSize)"]
}

extension Bench {
  /// One for each of these encoders, or the one asked for.
  func configurations(of encoders: [String]) -> [Configuration] {
    if isGiven("encoder") { return [configuration] }
    return encoders.map {
      var configuration = configuration
      configuration.encoder = ResNet.Architecture.named($0)!
      return configuration
    }
  }
}
