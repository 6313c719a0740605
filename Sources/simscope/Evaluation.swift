/// The protocol that was asked for, on the model and on its floors.
import Basics
import Foundation
import Images
import Tensors
import Training

/// How one model, or a floor, was classified.
struct EvaluationRow {
  /// Before its keys in JSON: "" of the model itself, "untrained_", "pixels_".
  let key: String
  let name: String
  let classification: Classification
  /// Settings that were found on the way, by their keys in JSON.
  var found: [(key: String, value: Double)] = []
}

struct Evaluation {
  let request: EvaluationRequest
  let loaded: LoadedModel
  let data: EvaluationData
  let seed: UInt64
  /// DATA has no test split, and what stands for it was never trained on.
  let isUnseen: Bool
  private let workers: WorkerPool

  init(_ request: EvaluationRequest, _ loaded: LoadedModel, data path: String, _ progress: WorkProgress) throws {
    guard request.representation == .h || loaded.hasHead else {
      throw UsageError("--on z needs a projection head, and this model has none")
    }
    (self.request, self.loaded) = (request, loaded)
    seed = request.seed ?? loaded.configuration.seed
    workers = try WorkerPool(starting: loaded.configuration.workerCount)
    let held = loaded.configuration.heldOut > 0 ? loaded.configuration.heldOut : 0.1
    let asksInTurn = request.protocolName == .knn && request.labels == 1
    data = try EvaluationData.open(
      path, options: loaded.configuration.dataOptions, limit: request.limit, labels: request.labels,
      heldOut: asksInTurn ? nil : held, seed: seed,
      imageSize: loaded.imageSize, cache: loaded.configuration.pictureCache, workers: workers,
      progress: progress.decoding)
    for note in data.notes { complain(note) }
    for picture in data.skipped { complain("skipped \(picture.name): \(picture.reason)") }
    isUnseen =
      data.questions == .heldOut && seed == loaded.configuration.seed
      && loaded.heldOutTheSame(path, limit: request.limit)
  }

  /// The model first, then its floors.
  func rows(_ progress: @escaping ProgressReport) throws -> [EvaluationRow] {
    switch request.protocolName {
    case .knn: return try featureRows(progress, embedding: 0.9)
    case .linear: return try request.usesSGD ? trainedRows(progress) : featureRows(progress, embedding: 0.5)
    case .finetune, .supervised: return try trainedRows(progress)
    }
  }

  // MARK: on frozen features

  /// - Parameter embedding: the share of the work that makes features.
  private func featureRows(_ progress: @escaping ProgressReport, embedding: Double) throws -> [EvaluationRow] {
    var rows = [
      try row("", "trained", loaded.model, part(progress, from: 0, to: request.hasFloors ? 0.4 : 1), embedding)
    ]
    guard request.hasFloors else { return rows }
    rows.append(
      try row("untrained_", "untrained", loaded.untrained, part(progress, from: 0.4, to: 0.8), embedding))
    rows.append(try pixelRow(part(progress, from: 0.8, to: 1)))
    return rows
  }

  private func row(
    _ key: String, _ name: String, _ model: SimCLR, _ progress: @escaping ProgressReport, _ embedding: Double
  ) throws -> EvaluationRow {
    var embedder = try Embedder(
      model, imageSize: loaded.imageSize, normalization: loaded.configuration.normalize, workers: workers)
    let (train, test) = try features(part(progress, from: 0, to: embedding)) { data, progress in
      try embedder.features(of: data, on: request.representation, progress: progress)
    }
    return try classify(key, name, train, test, part(progress, from: embedding, to: 1))
  }

  private func pixelRow(_ progress: @escaping ProgressReport) throws -> EvaluationRow {
    let (train, test) = try features(part(progress, from: 0, to: 0.2)) { data, progress in
      try LabelledFeatures.pixels(of: data, imageSize: loaded.imageSize, workers: workers, progress: progress)
    }
    return try classify("pixels_", "raw pixels", train, test, part(progress, from: 0.2, to: 1))
  }

  private func features(
    _ progress: @escaping ProgressReport, _ make: (DataSet, ProgressReport) throws -> LabelledFeatures
  ) throws -> (train: LabelledFeatures, test: LabelledFeatures) {
    guard data.questions != .leaveOneOut else {
      let all = try make(data.train, progress)
      return (all, all)
    }
    let share = Double(data.train.count) / Double(data.train.count + data.test.count)
    return (
      try make(data.train, part(progress, from: 0, to: share)), try make(data.test, part(progress, from: share, to: 1))
    )
  }

  /// By kNN, or by logistic regression.
  private func classify(
    _ key: String, _ name: String, _ train: LabelledFeatures, _ test: LabelledFeatures,
    _ progress: @escaping ProgressReport
  ) throws -> EvaluationRow {
    guard request.protocolName != .knn else {
      let classification = try request.neighbours(bank: train.labels.count).classify(
        bank: train, queries: test, leavingOneOut: data.questions == .leaveOneOut, workers: workers,
        progress: progress)
      return EvaluationRow(key: key, name: name, classification: classification)
    }
    let outcome = try request.probe(seed: seed).fit(train, workers: workers, progress: progress)
    return EvaluationRow(
      key: key, name: name, classification: outcome.classifier.classify(test, workers: workers),
      found: [
        ("weight_decay", outcome.weightDecay), ("objective", outcome.objective),
        ("iterations", Double(outcome.iterations)),
      ])
  }

  // MARK: by training

  private func trainedRows(_ progress: @escaping ProgressReport) throws -> [EvaluationRow] {
    let fromScratch = request.protocolName == .supervised
    let hasUntrained = request.hasFloors && !fromScratch
    let end = request.hasFloors ? 0.96 : 1
    var rows = [
      try trainedRow(
        "", fromScratch ? "supervised" : "trained", fromScratch ? loaded.untrained : loaded.model,
        try request.training(fromScratch: fromScratch, seed: seed),
        part(progress, from: 0, to: hasUntrained ? end / 2 : end))
    ]
    if hasUntrained {
      rows.append(
        try trainedRow(
          "untrained_", request.protocolName == .finetune ? "from scratch" : "untrained", loaded.untrained,
          try request.training(fromScratch: true, seed: seed), part(progress, from: end / 2, to: end)))
    }
    if request.hasFloors { rows.append(try pixelRow(part(progress, from: end, to: 1))) }
    return rows
  }

  private func trainedRow(
    _ key: String, _ name: String, _ model: SimCLR, _ training: ClassifierTraining, _ progress: @escaping ProgressReport
  ) throws -> EvaluationRow {
    let outcome = try training.train(
      model.encoder, on: data.train, imageSize: loaded.imageSize, normalization: loaded.configuration.normalize,
      workers: workers, progress: part(progress, from: 0, to: 0.95))
    var tuned = model
    tuned.encoder = outcome.encoder
    var embedder = try Embedder(
      tuned, imageSize: loaded.imageSize, normalization: loaded.configuration.normalize, workers: workers)
    let test = try embedder.features(of: data.test, on: .h, progress: part(progress, from: 0.95, to: 1))
    return EvaluationRow(
      key: key, name: name, classification: outcome.classifier.classify(test, workers: workers),
      found: [
        ("epochs", Double(training.epochs)), ("batch_size", Double(outcome.batchSize)),
        ("steps", Double(outcome.steps)), ("base_learning_rate", training.baseLearningRate),
        ("weight_decay", training.weightDecay), ("final_loss", outcome.finalLoss),
      ])
  }
}
