/// `evaluate`: how well what an encoder has learned tells the classes of the test split apart, beside what the same
/// protocol makes of an untrained encoder and of the pixels themselves.
import Basics
import Foundation
import Images
import Tensors
import Training

enum EvaluationProtocol: String, CaseIterable { case knn, linear, finetune, supervised }

private let forNeighbours = "knn"
private let forLinear = "linear"
private let forFitting = "linear, finetune, supervised"
private let forTraining = "finetune, supervised, and linear with --solver sgd"

let evaluateFlags =
  [
    Flag("protocol", EvaluationProtocol.allCases.map(\.rawValue).joined(separator: "|"), "how (knn)"),
    Flag("labels", "P%", "share of train's labels that is known, the same of every class (100%)"),
    Flag("limit", "N", "first N pictures a class of train; test is always whole"),
    Flag("on", "h|z", "representation h or projection z, of knn and linear (h)"),
    Flag("floors", "", "an untrained encoder and raw pixels beside (true)"),
    Flag("confusion", "FILE", "who was taken for whom, as .csv or .svg"),
    Flag("json", "", "the figures as JSON"),
    Flag("seed", "N", "of what is drawn: known labels, held-out pictures, order, views (the run's)"),
    Flag("threads", "N", "threads that compute (0: all cores)"),
    allowNonFiniteFlag,
    Flag("k", "N", "neighbours that vote (200, or a fiftieth of train if that is fewer)", group: forNeighbours),
    Flag("knn-temperature", "X", "t of the votes' weights exp(cosine / t) (0.1)", group: forNeighbours),
    Flag(
      "solver", "lbfgs|sgd", "to the optimum, or 90 epochs over crops and flips as the paper (lbfgs)",
      group: forLinear),
    Flag("standardize", "", "features to mean 0 and deviation 1 over train; with lbfgs (true)", group: forLinear),
    Flag(
      "weight-decay", "X", "λ of λ/2·‖W‖² (lbfgs: chosen on a fifth of train; sgd and finetune: 0; supervised: 1e-4)",
      group: forFitting),
    Flag("epochs", "N", "(sgd: 90; others: 60 below 10 % of the labels, else 30)", group: forTraining),
    Flag("batch-size", "N", "(256)", group: forTraining),
    Flag(
      "base-learning-rate", "X", "peak at batch 256, in proportion at others (0.1; finetune: 0.05)",
      group: forTraining),
  ] + readingFlags + bareFileFlags

func evaluate(_ arguments: Arguments) throws -> Int32 {
  let words = try arguments.words(["MODEL", "DATA"])
  let request = try EvaluationRequest(arguments)
  let confusion = try arguments["confusion"].map(ConfusionFile.init)
  return try interruptible("evaluating") { progress in
    let loaded = try LoadedModel(words[0], data: words[1], arguments)
    let evaluation = try Evaluation(request, loaded, data: words[1], progress)
    let rows = try evaluation.rows(progress.working)
    let top1 = rows[0].classification.accuracy().share
    let looks =
      evaluation.data.questions == .testSplit
      ? loaded.countTestEvaluation(request.protocolName.rawValue, top1: top1) : nil
    try confusion?.write(rows[0].classification, evaluation.data.test.classes)
    progress.end()
    let report = EvaluationReport(evaluation, rows, looks: looks)
    say(arguments.has("json") ? [report.json] : report.lines)
    return 0
  }
}

/// What is asked for on the command line.
struct EvaluationRequest {
  let protocolName: EvaluationProtocol
  let labels: Double
  let limit: Int?
  let representation: Representation
  let hasFloors: Bool
  let seed: UInt64?
  let usesSGD: Bool
  let standardizes: Bool
  private let arguments: Arguments

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    protocolName = EvaluationProtocol(rawValue: arguments["protocol"] ?? "knn")!
    usesSGD = arguments["solver"] == "sgd"
    standardizes = arguments["standardize"] != "false"
    labels = try Self.share(arguments["labels"] ?? "100%")
    limit = arguments["limit"] == nil ? nil : Int(try arguments.number("limit", 1...1e9, default: 1))
    representation = Representation(rawValue: arguments["on"] ?? "h")!
    hasFloors = arguments["floors"] != "false"
    seed = try arguments["seed"].map { text in
      guard let seed = UInt64(text) else { throw UsageError("--seed takes a whole number, not “\(text)”") }
      return seed
    }
    try refuseOthersFlags()
  }

  /// A flag that would change nothing is a mistake.
  private func refuseOthersFlags() throws {
    let trains = [.finetune, .supervised].contains(protocolName) || (protocolName == .linear && usesSGD)
    let groups: [String: Bool] = [
      forNeighbours: protocolName == .knn, forLinear: protocolName == .linear, forFitting: protocolName != .knn,
      forTraining: trains,
    ]
    for (flag, _) in arguments.given where groups[flag.group] == false {
      throw UsageError("--\(flag.name) goes with --protocol \(flag.group), not \(protocolName.rawValue)")
    }
    if trains, representation == .z { throw UsageError("--on z goes with knn, and with linear by lbfgs") }
    if trains, arguments["standardize"] != nil { throw UsageError("--standardize goes with --solver lbfgs") }
  }

  /// "1%" or "1": 0.01.
  private static func share(_ text: String) throws -> Double {
    let digits = text.hasSuffix("%") ? String(text.dropLast()) : text
    guard let percent = Double(digits.trimmingCharacters(in: .whitespaces)), percent > 0, percent <= 100 else {
      throw UsageError("--labels is a share of train's labels such as 10%, not “\(text)”")
    }
    return percent / 100
  }

  func neighbours(bank: Int) throws -> NearestNeighbours {
    var neighbours = NearestNeighbours.usual(bank: bank)
    neighbours.k = Int(try arguments.number("k", 1...1_000_000, default: Double(neighbours.k)))
    neighbours.temperature = try arguments.number("knn-temperature", 0.001...100, default: 0.1)
    return neighbours
  }

  func probe(seed: UInt64) throws -> LinearProbe {
    var probe = LinearProbe()
    probe.standardizes = standardizes
    probe.seed = seed
    // Beside a training, the pixels' λ is chosen: the flag is the training's.
    if protocolName == .linear, !usesSGD, arguments["weight-decay"] != nil {
      probe.weightDecay = try arguments.number("weight-decay", 0...1e6, default: 0)
    }
    return probe
  }

  /// - Parameter fromScratch: as `supervised` has it, also for the untrained net beside a fine-tuned one.
  func training(fromScratch: Bool, seed: UInt64) throws -> ClassifierTraining {
    var training: ClassifierTraining =
      protocolName == .linear ? .linear : fromScratch ? .supervised(labels: labels) : .fineTuning(labels: labels)
    training.seed = seed
    training.epochs = Int(try arguments.number("epochs", 1...1e6, default: Double(training.epochs)))
    training.batchSize = Int(try arguments.number("batch-size", 2...1e6, default: 256))
    training.baseLearningRate = try arguments.number(
      "base-learning-rate", 1e-9...1e6, default: training.baseLearningRate)
    training.weightDecay = try arguments.number("weight-decay", 0...1e6, default: training.weightDecay)
    return training
  }
}
