/// Training by labels: fine-tuning (paper, appendix B.5), the supervised baseline, and linear evaluation by SGD
/// (appendix B.6). All by Nesterov momentum 0.9, cosine decay without warm-up, and crop and flip alone.
import Basics
import Images
import Networks
import Tensors

public struct ClassifierTraining: Sendable, Equatable {
  /// The encoder stays as it is, batch norm's running statistics too.
  public var isFrozen = false
  public var epochs: Int
  public var batchSize = 256
  /// At batch 256; in proportion at others.
  public var baseLearningRate: Double
  public var weightDecay = 0.0
  /// Of order and views.
  public var seed: UInt64 = 1

  /// All weights at 0.05 · N/256 without any regularisation. The paper has 60 epochs for 1 % of the labels and 30 for
  /// 10 %; below 10 % we take the former.
  /// - Parameter share: of the labels, 0…1.
  public static func fineTuning(labels share: Double) -> ClassifierTraining {
    ClassifierTraining(epochs: epochs(labels: share), baseLearningRate: 0.05)
  }

  /// The net from scratch for as many epochs, at 0.1 · N/256 with weight decay 1e-4 (the authors' supervised models,
  /// google-research/simclr issue 10).
  public static func supervised(labels share: Double) -> ClassifierTraining {
    ClassifierTraining(epochs: epochs(labels: share), baseLearningRate: 0.1, weightDecay: 1e-4)
  }

  /// The linear layer alone: 90 epochs at 0.1 · N/256, no weight decay.
  public static var linear: ClassifierTraining {
    ClassifierTraining(isFrozen: true, epochs: 90, baseLearningRate: 0.1)
  }

  private static func epochs(labels share: Double) -> Int { share < 0.1 ? 60 : 30 }

  private init(isFrozen: Bool = false, epochs: Int, baseLearningRate: Double, weightDecay: Double = 0) {
    (self.isFrozen, self.epochs) = (isFrozen, epochs)
    (self.baseLearningRate, self.weightDecay) = (baseLearningRate, weightDecay)
  }

  /// What training sees: crop and flip, no colour, no blur.
  static func recipe(imageSize: Int) -> Augmentation {
    var recipe = Augmentation(imageSize: imageSize)
    (recipe.jitterProbability, recipe.grayProbability, recipe.blurProbability) = (0, 0, 0)
    return recipe
  }

  public struct Outcome: Sendable {
    /// As trained; the one that was given when it is frozen.
    public let encoder: ResNet
    public let classifier: LinearClassifier
    /// N that was trained with: no more than there are pictures.
    public let batchSize: Int
    public let steps: Int
    /// Mean cross entropy over the last epoch's steps.
    public let finalLoss: Double
  }

  /// Trains on the labelled pictures.
  /// - Throws: `Trouble` when the memory cannot be had or a picture cannot be read, `CancellationError` when `progress`
  ///   ends it.
  public func train(
    _ encoder: ResNet, on data: DataSet, imageSize: Int, normalization: PixelNormalization, workers: WorkerPool,
    progress: ProgressReport
  ) throws -> Outcome {
    guard let labels = data.labels, data.count > 1 else {
      throw Trouble("\(data.count) labelled pictures are too few to train on", remedy: "give more --labels")
    }
    let batch = min(batchSize, data.count)
    let steps = data.count / batch
    let schedule = Schedule(.cosine, warmupImages: 0, totalImages: Double(epochs * steps * batch))
    var classifier = Classifier(encoder, classes: data.classes.count, isFrozen: isFrozen)
    var optimizer = Optimizer(.sgd, nesterov: true)
    var engine = try ClassifierEngine(
      classifier, batchSize: batch, imageSize: imageSize, normalization: normalization, workers: workers)
    var loader = Loader(data, seed: seed, order: .shuffled, views: 1, workers: workers)
    let recipe = Self.recipe(imageSize: imageSize)
    var finalLoss = 0.0
    for epoch in 0..<epochs {
      finalLoss = 0
      for step in 0..<steps {
        let done = (epoch * steps + step) * batch
        try (Double(done) / schedule.totalImages).report(to: progress)
        let views = loader.take(BatchPlan(epoch: epoch, cursor: step * batch, count: batch, recipe: recipe))
        let rate = schedule.rate(peak: baseLearningRate * Double(batch) / 256, images: Double(done))
        finalLoss += engine.step(
          &classifier, &optimizer, views, labels: views.indices.map { labels[$0] },
          Optimizer.Settings(learningRate: rate, momentum: 0.9, weightDecay: weightDecay))
        try data.checkPictures()
      }
    }
    return Outcome(
      encoder: classifier.encoder, classifier: classifier.linear, batchSize: batch, steps: epochs * steps,
      finalLoss: finalLoss / Double(steps))
  }
}

/// One training step by labels. Owns the workspace, planned for one batch size.
struct ClassifierEngine: ~Copyable {
  private let batchSize: Int
  private let imageSize: Int
  private let normalization: PixelNormalization
  private var workspace: Workspace

  init(
    _ classifier: Classifier, batchSize: Int, imageSize: Int, normalization: PixelNormalization, workers: WorkerPool
  ) throws {
    (self.batchSize, self.imageSize, self.normalization) = (batchSize, imageSize, normalization)
    let plan = Workspace.plan(workers: workers) { workspace in
      var copy = classifier
      let views = workspace.input(
        UnsafeBufferPointer(start: nil, count: 0), images: batchSize, size: imageSize, mean: [],
        standardDeviation: [])
      copy.backward(crossEntropy(copy.forward(views, &workspace), labels: [], &workspace).dlogits, &workspace)
    }
    workspace = try Workspace(plan, workers: workers)
  }

  /// Forward, cross entropy, backward, one move of the optimizer.
  /// - Returns: the loss before the move.
  mutating func step(
    _ classifier: inout Classifier, _ optimizer: inout Optimizer, _ batch: ViewBatch, labels: [Int],
    _ settings: Optimizer.Settings
  ) -> Double {
    workspace.restart()
    let views = batch.bytes.withUnsafeBufferPointer {
      workspace.input(
        $0, images: batchSize, size: imageSize, mean: normalization.mean,
        standardDeviation: normalization.standardDeviation)
    }
    let (loss, dlogits) = crossEntropy(classifier.forward(views, &workspace), labels: labels, &workspace)
    classifier.backward(dlogits, &workspace)
    optimizer.step(&classifier, settings, workspace)
    return loss
  }
}
