/// `bench`: what this machine computes, and how fast: kernels, views, loss, steps, probes, memory, start, screen.
import Basics
import CKernels
import Foundation
import Tensors
import Training

/// A group of figures, in the order in which they are measured.
enum BenchPart: String, CaseIterable {
  case kernels, views, loss, steps, growth, encoders, probes, memory, start, screen

  func measure(_ bench: Bench) throws {
    switch self {
    case .kernels: try benchKernels(bench)
    case .views: benchViews(bench)
    case .loss: try benchLoss(bench)
    case .steps: try benchSteps(bench)
    case .growth: try benchGrowth(bench)
    case .encoders: try benchEncoders(bench)
    case .probes: try benchProbes(bench)
    case .memory: try benchMemory(bench)
    case .start: try benchStart(bench)
    case .screen: benchScreen(bench)
    }
  }
}

/// Settings of `train` that say what is measured; those of them that there are.
private let measuredSettings = [
  "encoder", "width", "stem", "image_size", "precision", "loss", "similarity", "mining", "micro_batch", "optimizer",
  "batch_size",
  "threads",
]

let benchFlags =
  [
    Flag("what", (BenchPart.allCases.map(\.rawValue) + ["all"]).joined(separator: "|"), "only these figures (all)"),
    Flag("seconds", "X", "for each row (1)"),
    Flag("json", "", "one JSON object a figure instead of tables"),
  ] + measuredSettings.compactMap(Setting.named).map { Flag($0) }

/// What was asked for.
struct Bench {
  /// The settings given; those that are not are chosen by each part.
  let configuration: Configuration
  /// For each row.
  let seconds: Double
  let json: Bool

  func isGiven(_ key: String) -> Bool { configuration.given.contains(key) }
}

func bench(_ arguments: Arguments) throws -> Int32 {
  _ = try arguments.words([])
  var configuration = Configuration()
  try arguments.apply(to: &configuration)
  let bench = Bench(
    configuration: configuration, seconds: try arguments.number("seconds", 0.1...3600, default: 1),
    json: arguments.has("json"))
  BLAS.useOneThread()
  let asked = arguments["what"] ?? "all"
  if !bench.json { printMachine(bench) }
  for part in BenchPart.allCases where asked == "all" || asked == part.rawValue { try part.measure(bench) }
  return 0
}

private func printMachine(_ bench: Bench) {
  let cores = usableCores()
  let day = Date.now.formatted(.iso8601.year().month().day())
  say("\(Processor.current().model), \(cores) cores · \(day) · simscope \(programVersion)")
  say(
    "\(String(cString: ck_isa_name())) kernels, OpenBLAS \(BLAS.kernel), \(bench.configuration.workerCount) threads "
      + "where not said otherwise; medians")
}
