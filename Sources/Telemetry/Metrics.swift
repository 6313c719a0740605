/// The series of a run, in the order of their keys in `metrics.jsonl`.
public enum Metric: String, CaseIterable, Sendable {
  case epoch, images, loss, temperature
  case batchSize = "batch_size"
  case strength
  case cropMin = "crop_min"
  case flipProbability = "flip_probability"
  case jitterProbability = "jitter_probability"
  case grayProbability = "gray_probability"
  case blurProbability = "blur_probability"
  case learningRate = "learning_rate"
  case weightDecay = "weight_decay"
  case momentum
  /// Share of the 2N anchors whose positive has the highest similarity of all 2N−1 candidates; among the first five.
  case contrastiveTop1 = "contrastive_top1"
  case contrastiveTop5 = "contrastive_top5"
  /// Mean cosine of positive pairs; of all other pairs.
  case positiveSimilarity = "positive_similarity"
  case negativeSimilarity = "negative_similarity"
  /// E‖zᵢ − zₚ‖² and log E exp(−2‖zᵢ − zⱼ‖²) on unit z (Wang and Isola 2020).
  case alignment, uniformity
  /// exp of the entropy of the normalised singular values of z.
  case effectiveRank = "effective_rank"
  /// Of the dimensions of unit z over the batch, their mean (Chen and He 2021): 1/√d when z is spread evenly, 0 when it
  /// has collapsed.
  case standardDeviation = "standard_deviation"
  /// The same of h.
  case hPositiveSimilarity = "h_positive_similarity"
  case hNegativeSimilarity = "h_negative_similarity"
  case hAlignment = "h_alignment"
  case hUniformity = "h_uniformity"
  case hEffectiveRank = "h_effective_rank"
  case hStandardDeviation = "h_standard_deviation"
  /// L2 norm of the gradient of all parameters.
  case gradientNorm = "gradient_norm"
  case imagesPerSecond = "images_per_second"
  /// Seconds of training, going on across resumes.
  case time
  /// Of evaluation lines.
  case knnAccuracy = "knn_accuracy"
  case linearAccuracy = "linear_accuracy"

  /// Position in `StepMetrics`.
  var ordinal: Int { Self.ordinals[self]! }
  private static let ordinals = Dictionary(uniqueKeysWithValues: zip(allCases, 0...))

  /// Counts are written without a fraction.
  public var isCount: Bool { self == .images || self == .batchSize }

  /// Has no noise, or few values: an average would only lag behind.
  public var isExact: Bool {
    switch self {
    case .epoch, .images, .time, .learningRate, .knnAccuracy, .linearAccuracy: true
    default: Knob.named(rawValue) != nil
    }
  }
}

/// One line of `metrics.jsonl`: the values of one step or one evaluation. What was not computed is nil.
public struct StepMetrics: Sendable, Equatable {
  /// Finished optimizer steps; the first line is 1, an evaluation before any step 0.
  public var step: Int
  private var values = [Double?](repeating: nil, count: Metric.allCases.count)

  public init(step: Int) { self.step = step }

  public subscript(metric: Metric) -> Double? {
    get { values[metric.ordinal] }
    set { values[metric.ordinal] = newValue }
  }

  /// Metrics with a value, in the file's order.
  public var present: [(metric: Metric, value: Double)] {
    zip(Metric.allCases, values).compactMap { metric, value in value.map { (metric, $0) } }
  }
}

extension [Metric: Curve] {
  /// Takes the values of a line up into their curves.
  public mutating func append(_ metrics: StepMetrics) {
    for (metric, value) in metrics.present {
      self[metric, default: Curve(smoothing: metric.isExact ? .none : .standard)].append(step: metrics.step, value)
    }
  }
}
