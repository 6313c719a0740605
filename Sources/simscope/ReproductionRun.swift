/// Trains the encoders of `reproduce`, each an ordinary run, and measures what the findings ask for until the budget
/// ends.
import Basics
import Foundation
import Images
import Telemetry
import Tensors
import Training

struct ReproductionRun {
  /// Of every encoder, where its recipe says nothing else.
  let base: Configuration
  /// How many an encoder trains on.
  private let pictures: Int
  let folder: String
  let seeds: [Int]
  let budget: Double
  private let data: EvaluationData
  private let workers: WorkerPool
  private let progress: WorkProgress
  private(set) var results: ReproductionResults
  /// Why a finding has no figures, by its key.
  private(set) var omitted: [String: String] = [:]
  private let start = ContinuousClock.now
  private var secondsAnImage: Double?
  private var secondsToMeasure: [String: Double] = [:]

  /// - Parameters:
  ///   - pictures: how many an encoder trains on.
  ///   - budget: in seconds.
  init(
    _ base: Configuration, pictures: Int, folder: String, seeds: Int, budget: Double, _ progress: WorkProgress
  ) throws {
    self.pictures = pictures
    (self.base, self.folder, self.budget, self.progress) = (base, folder, budget, progress)
    self.seeds = Array(1...seeds)
    workers = try WorkerPool(starting: base.workerCount)
    data = try EvaluationData.open(
      base.data, options: base.dataOptions, limit: base.limit, heldOut: 0.1, seed: 1, imageSize: base.imageSize!,
      cache: base.pictureCache,
      workers: workers,
      progress: progress.decoding)
    results = try ReproductionResults(path: folder + "/results.jsonl")
  }

  /// What the figures are of, for the report.
  var setting: [String] {
    let asked =
      data.questions == .testSplit
      ? "\(data.test.count) of the test split"
      : "\(data.test.count) whose labels are held out (the encoders see the pictures, for there is no test split)"
    return [
      "data: \(data.train.title), labels of \(data.train.count) pictures, asked about \(asked)",
      "encoder: \(base.encoder.name), \(base.epochs) epochs of \(pictures) pictures, batch \(base.knobs.batchSize)",
      "seeds: \(seeds.map(String.init).joined(separator: ", "))",
    ]
  }

  /// Measures finding after finding, seed after seed; what is known already is not done again.
  mutating func measureAll() throws {
    for finding in Finding.all {
      for seed in seeds {
        let missing = finding.arms.filter { results[$0.recipe, seed, $0.quantity] == nil }
        let cost = estimate(missing, seed: seed)
        guard missing.isEmpty || cost < max(left, 1) else {
          if seed == seeds[0] { omitted[finding.key] = "No budget was left: about \(minutes(cost)) a seed." }
          break
        }
        for arm in missing where results[arm.recipe, seed, arm.quantity] == nil {
          try measure(arm, seed: seed, finding)
        }
      }
    }
  }

  private var left: Double { budget - start.duration(to: .now) / .seconds(1) }

  /// The share of the budget that is used up.
  private var spent: Double { min(1, 1 - left / budget) }

  private func minutes(_ seconds: Double) -> String {
    seconds < 90 ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded(.up))) minutes"
  }

  /// Seconds that these arms will take; 0 of what was never done before.
  private func estimate(_ arms: [Finding.Arm], seed: Int) -> Double {
    let untrained = Set(arms.filter { $0.quantity.needsTraining }.map(\.recipe)).filter { !isTrained($0, seed) }
    let images = untrained.reduce(0) { $0 + epochs(of: $1) * pictures }
    return Double(images) * (secondsAnImage ?? 0)
      + arms.reduce(0) { $0 + (secondsToMeasure[$1.quantity.key] ?? 0) }
  }

  // MARK: one arm

  private mutating func measure(_ arm: Finding.Arm, seed: Int, _ finding: Finding) throws {
    if arm.quantity.needsTraining, !isTrained(arm.recipe, seed) { try train(arm.recipe, seed, finding) }
    let before = ContinuousClock.now
    let value = try value(of: arm, seed: seed, finding)
    secondsToMeasure[arm.quantity.key] = before.duration(to: .now) / .seconds(1)
    try results.add(value, arm.recipe, seed: seed, arm.quantity)
    progress.note(
      "\(finding.key) · \(arm.label), seed \(seed): \(arm.quantity.title.replacingOccurrences(of: ", %", with: "")) "
        + String(format: "%.1f", value))
  }

  private func path(_ recipe: Recipe, _ seed: Int) -> String { "\(folder)/runs/\(recipe.name)-\(seed)" }

  private func epochs(of recipe: Recipe) -> Int { max(1, Int((Double(base.epochs) * recipe.length).rounded())) }

  private func configuration(_ recipe: Recipe, _ seed: Int) throws -> Configuration {
    var configuration = base
    for (key, value) in recipe.settings { try Setting.named(key)!.apply(value, to: &configuration) }
    configuration.epochs = epochs(of: recipe)
    configuration.seed = UInt64(seed)
    configuration.run = path(recipe, seed)
    return configuration
  }

  private func isTrained(_ recipe: Recipe, _ seed: Int) -> Bool {
    guard let configuration = try? RunFolder.configuration(of: path(recipe, seed)),
      let (point, _) = try? Checkpoint.newest(of: path(recipe, seed), configuration)
    else { return false }
    return point.epoch >= configuration.epochs
  }

  /// From the beginning, or from the checkpoint that a run before this one left.
  private mutating func train(_ recipe: Recipe, _ seed: Int, _ finding: Finding) throws {
    let (path, configuration) = (path(recipe, seed), try configuration(recipe, seed))
    let isBegun = Files.exists(path + "/config.json")
    let link = Link()
    let before = ContinuousClock.now
    let training = try TrainingThread(configuration, resuming: isBegun ? path : nil, niceness: 0, link: link)
    var first = 0
    while training.outcome == nil {
      training.wait(seconds: 0.2)
      guard let snapshot = link.newest(after: -1)?.snapshot else { continue }
      if first == 0 { first = max(1, snapshot.images) }
      let detail = String(
        format: "%@: %@, seed %d, epoch %.1f of %d", finding.key, recipe.name, seed, snapshot.epoch,
        configuration.epochs)
      if !progress.report(spent, detail) { link.send(.stop) }
    }
    switch training.outcome! {
    case .failed(let trouble): throw trouble
    case .stopped: throw CancellationError()
    case .finished:
      let images = (link.newest(after: -1)?.snapshot.images ?? 0) - first
      if images > 0 { secondsAnImage = (before.duration(to: .now) / .seconds(1)) / Double(images) }
    }
  }

  private func value(of arm: Finding.Arm, seed: Int, _ finding: Finding) throws -> Double {
    let path = path(arm.recipe, seed)
    let report: ProgressReport = { [progress, spent] _ in
      progress.report(spent, "\(finding.key): \(arm.label), seed \(seed), measuring")
    }
    func trained() throws -> Checkpoint {
      try Checkpoint.newest(of: path, try RunFolder.configuration(of: path)).0
    }
    func count(_ accuracy: Accuracy, _ name: String) throws -> Double {
      if arm.quantity.needsTraining, data.questions == .testSplit {
        try RunFolder.countTestEvaluation(
          of: path, step: try trained().step, protocolName: name, top1: accuracy.share)
      }
      return 100 * accuracy.share
    }
    switch arm.quantity {
    case .linear(let layer):
      return try count(linear(trained().model, on: layer == .h ? .h : .z, seed: seed, report), "linear")
    case .untrained:
      return 100 * (try linear(SimCLR(configuration(arm.recipe, seed)), on: .h, seed: seed, report)).share
    case .pixels:
      let features = try [data.train, data.test].map {
        try LabelledFeatures.pixels(of: $0, imageSize: base.imageSize!, workers: workers, progress: report)
      }
      return 100 * (try linear(train: features[0], test: features[1], seed: seed, report)).share
    case .finetuned(let labels):
      return try count(
        fit(trained().model, .fineTuning(labels: labels), labels: labels, seed: seed, report), "finetune")
    case .supervised(let labels):
      return 100
        * (try fit(
          SimCLR(configuration(arm.recipe, seed)), .supervised(labels: labels), labels: labels, seed: seed, report))
        .share
    case .contrastiveAccuracy, .effectiveRank:
      guard let value = arm.quantity.value(ofRun: path, epochs: epochs(of: arm.recipe)) else {
        throw Trouble(
          "no \(arm.quantity.title) in the run's metrics", at: path, remedy: "remove that folder and start again")
      }
      return value
    }
  }

  // MARK: protocols

  private func linear(
    _ model: SimCLR, on representation: Representation, seed: Int, _ progress: @escaping ProgressReport
  ) throws -> Accuracy {
    var embedder = try Embedder(
      model, imageSize: base.imageSize!, normalization: base.normalize, workers: workers)
    return try linear(
      train: embedder.features(of: data.train, on: representation, progress: progress),
      test: embedder.features(of: data.test, on: representation, progress: progress), seed: seed, progress)
  }

  private func linear(
    train: LabelledFeatures, test: LabelledFeatures, seed: Int, _ progress: @escaping ProgressReport
  ) throws -> Accuracy {
    var probe = LinearProbe()
    probe.seed = UInt64(seed)
    return try probe.fit(train, workers: workers, progress: progress).classifier.classify(test, workers: workers)
      .accuracy()
  }

  private func fit(
    _ model: SimCLR, _ training: ClassifierTraining, labels: Double, seed: Int, _ progress: @escaping ProgressReport
  ) throws -> Accuracy {
    var (training, tuned) = (training, model)
    training.seed = UInt64(seed)
    let outcome = try training.train(
      model.encoder, on: data.train.classBalanced(share: labels, seed: UInt64(seed)), imageSize: base.imageSize!,
      normalization: base.normalize, workers: workers, progress: progress)
    tuned.encoder = outcome.encoder
    var embedder = try Embedder(tuned, imageSize: base.imageSize!, normalization: base.normalize, workers: workers)
    let test = try embedder.features(of: data.test, on: .h, progress: progress)
    return outcome.classifier.classify(test, workers: workers).accuracy()
  }
}
