/// What does not change while a run trains.
public struct RunDescription: Sendable, Equatable {
  /// The run folder's name and path.
  public var name = ""
  public var folder = ""
  /// How often the folder was moved since the run started or was resumed: with each move it has another path.
  public var moves = 0
  /// The data set in a few words ("CIFAR-10 10,000").
  public var data = ""
  public var encoder = ""
  public var head = ""
  public var objective = Objective()
  /// d, the width of z.
  public var projectionDimension = 0
  public var precision = "float32"
  /// Side of a view in pixels.
  public var imageSize = 0
  public var trainCount = 0
  public var heldOutCount = 0
  /// Names of the classes; empty without labels.
  public var classes: [String] = []
  /// The length of the schedule; epochs are 0 when `--steps` set it.
  public var totalEpochs = 0
  public var totalImages = 0
  public var seed: UInt64 = 1
  /// Learned numbers in encoder and head.
  public var parameterCount = 0

  public init() {}
}

/// Cosines of z of one batch, averaged down to a square of at most 128 a side.
public struct SimilarityMap: Sendable, Equatable {
  /// Cells a side.
  public var size: Int
  /// Views a side before averaging: 2N.
  public var views: Int
  /// Row-major, size × size, each −1…1. The two views of an image stand next to each other; with labels, images are
  /// sorted by class. A view's similarity with itself is left out of the averages (1 when a cell is a single view).
  public var values: [Float]
  public var sortedByClass: Bool
  public var step: Int

  public init(size: Int, views: Int, values: [Float], sortedByClass: Bool, step: Int) {
    (self.size, self.views, self.values, self.sortedByClass, self.step) = (size, views, values, sortedByClass, step)
  }
}

/// Where a step's time went, in seconds.
public struct StepTiming: Sendable, Equatable {
  /// Making views, encoder and head forward, loss, backward, optimizer, all else (logging, statistics).
  public var views = 0.0
  public var forward = 0.0
  public var loss = 0.0
  public var backward = 0.0
  public var optimizer = 0.0
  public var other = 0.0

  public init() {}
  public var total: Double { views + forward + loss + backward + optimizer + other }
}

/// Everything the screen may know after a step. A value whose large parts are shared, not copied.
public struct Snapshot: Sendable {
  public var run = RunDescription()
  public var state = RunState.starting
  /// Finished optimizer steps.
  public var step = 0
  /// Epochs passed, with the fraction of the present one.
  public var epoch = 0.0
  /// Images trained on, each counted once a step.
  public var images = 0
  /// The values in force.
  public var knobs = Knobs()
  /// The learning rate of the last step, after warm-up and decay.
  public var learningRate = 0.0
  /// Turns that `undo` can take back.
  public var undoCount = 0
  public var metrics: StepMetrics?
  public var curves: [Metric: Curve] = [:]
  public var events = ChunkedArray<Event>()
  public var similarities: SimilarityMap?
  /// What the similarity explorer shows, while it is watched.
  public var batch: SimilarityBatch?
  public var timing = StepTiming()
  /// Of the newest steps that were looked at, oldest first; at most `layerReports`.
  public var layers: [LayerReport] = []
  public static let layerReports = 120
  /// The newest map; `Link` puts it in, for it is not the trainer that makes it.
  public var embedding: EmbeddingMap?
  /// A moving average over the last seconds.
  public var imagesPerSecond = 0.0
  /// Seconds to the end of the schedule, when it can be told.
  public var secondsLeft: Double?
  /// Seconds of training so far.
  public var time = 0.0
  /// Of a recording that is played.
  public var replay: Replay?

  /// How a recording is played.
  public struct Replay: Sendable, Equatable {
    /// Seconds of training a second.
    public var speed: Double
    /// Its last step.
    public var lastStep: Int

    public init(speed: Double, lastStep: Int) { (self.speed, self.lastStep) = (speed, lastStep) }
  }

  public init() {}

  /// Newest and first (untrained) weighted-kNN accuracy on the held-out part of train, 0…1.
  public var knnAccuracy: Double? { curves[.knnAccuracy]?.last.map(\.maximum) }
  public var untrainedAccuracy: Double? {
    curves[.knnAccuracy]?.first.flatMap { $0.firstStep == 0 ? $0.maximum : nil }
  }
}
