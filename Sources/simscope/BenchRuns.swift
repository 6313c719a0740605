/// `bench --what memory` and `--what start`: what a run takes, measured from outside on a short run of this program.
import Basics
import Foundation
import Images
import Training

func benchMemory(_ bench: Bench) throws {
  let configurations = bench.configurations(of: ["resnet20", "resnet18"])
  var table = FigureTable(
    "memory", "Memory of a run beyond its pictures; of that, what a step was planned to take.", labels: encoderLabels,
    figures: [.init("peak", "MiB", decimals: 0), .init("planned", "MiB", decimals: 0)], rows: configurations.count,
    json: bench.json)
  for configuration in configurations {
    let run = try ShortRun(configuration, steps: 3)
    let planned = stepMemory(of: configuration).bytes
    table.add(labels(of: configuration), [Double(run.peakBytes) / 0x1p20, Double(planned) / 0x1p20])
  }
  let holdings = configurations.flatMap { configuration in
    stepMemory(of: configuration).holdings.map { (labels(of: configuration), $0) }
  }
  var parts = FigureTable(
    "held", "What a step holds when it holds most: maps of images × channels × height × width.",
    labels: encoderLabels + [.init(name: "what", width: 39)],
    figures: [.init("number", "", decimals: 0), .init("memory", "MiB", decimals: 1)], rows: holdings.count,
    json: bench.json)
  for (labels, holding) in holdings {
    parts.add(labels + [holding.what], [Double(holding.count), Double(holding.bytes) / 0x1p20])
  }
}

func benchStart(_ bench: Bench) throws {
  let configurations = bench.configurations(of: ["resnet20", "resnet18"])
  var table = FigureTable(
    "start", "From the start of the process to the end of the first step, and a later step.", labels: encoderLabels,
    figures: [.init("first", "s", decimals: 3), .init("later", "s", decimals: 3)], rows: configurations.count,
    json: bench.json)
  for configuration in configurations {
    let run = try ShortRun(configuration, steps: 4)
    table.add(labels(of: configuration), [run.firstStep, run.laterStep])
  }
}

/// `simscope train` as a child process on generated pictures, a few steps long.
private struct ShortRun {
  /// Seconds from the start of the process to the end of the first step.
  private(set) var firstStep = 0.0
  /// Median seconds of the steps after it.
  private(set) var laterStep = 0.0
  /// The most memory it held, without its pictures.
  private(set) var peakBytes = 0

  /// - Throws: `Trouble` when the child fails.
  init(_ configuration: Configuration, steps: Int) throws {
    let size = configuration.imageSize ?? 32
    let perClass = max(50, (configuration.knobs.batchSize + 9) / 10)
    let folder = (Files.environmentPath("TMPDIR") ?? "/tmp") + "/simscope-bench-\(UUID().uuidString)"
    defer { Files.removeAll(folder) }
    let pictures = folder + "/pictures"
    try SampleData(classes: 10, perClass: perClass, size: size, seed: 1)
      .write(to: pictures, workers: WorkerPool(starting: configuration.workerCount)) { _, _ in true }
    var own = configuration
    (own.imageSize, own.stopAfter, own.heldOut) = (size, steps, 0)
    (own.checkpointEvery, own.knnEvery) = (0, 0)
    own.run = folder + "/run"
    let settings = folder + "/config.json"
    try SafeFile.write(Array(own.json().text.utf8), to: settings)
    try watch(
      arguments: ["train", pictures, "--headless", "--config", settings, "--run", own.run!],
      metrics: own.run! + "/metrics.jsonl")
    peakBytes -= 10 * perClass * size * size * 3
  }

  private mutating func watch(arguments: [String], metrics: String) throws {
    let child = Process()
    child.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    child.arguments = arguments
    (child.standardInput, child.standardOutput) = (FileHandle.nullDevice, FileHandle.nullDevice)
    let errors = Pipe()
    child.standardError = errors
    let start = ContinuousClock.now
    try child.run()
    while child.isRunning {
      usleep(1000)
      peakBytes = max(peakBytes, peakMemory(of: child.processIdentifier))
      if firstStep == 0, times(in: metrics).count > 0 { firstStep = start.duration(to: .now) / .seconds(1) }
    }
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let ends = times(in: metrics)
    guard child.terminationStatus == 0, ends.count > 1, firstStep > 0 else {
      throw Trouble("a run to be measured failed: \(said)", remedy: "try it with simscope train")
    }
    laterStep = zip(ends.dropFirst(), ends).map { $0 - $1 }.sorted()[(ends.count - 1) / 2]
  }

  /// Seconds of training at the end of each step so far.
  private func times(in metrics: String) -> [Double] {
    let text = Files.contents(metrics).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return text.split(separator: "\n").compactMap { line in
      let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return object?["loss"] == nil ? nil : object?["time"] as? Double
    }
  }

  /// Bytes; 0 once the process has ended.
  private func peakMemory(of process: Int32) -> Int {
    let text = Files.contents("/proc/\(process)/status").map {
      String(decoding: $0, as: UTF8.self)
    }
    let line = (text ?? "").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 } ?? 0
  }
}
