/// What may be turned while a run trains. Everything else is `Configuration`; nothing is both.
public struct Knobs: Sendable, Equatable {
  /// τ of NT-Xent and NT-Logistic.
  public var temperature = 0.5
  /// Images a step; a step sees twice as many views.
  public var batchSize = 256
  /// Strength s of colour jitter (paper, appendix A).
  public var strength = 0.5
  /// Smallest area of the random resized crop, as a share of the picture.
  public var cropMin = 0.08
  public var flipProbability = 0.5
  public var jitterProbability = 0.8
  public var grayProbability = 0.2
  public var blurProbability = 0.0
  /// Peak of the learning-rate schedule.
  public var learningRate = 1e-3
  public var weightDecay = 1e-6
  public var momentum = 0.9

  public init() {}

  /// `batchSize` as the knob table turns it.
  var batchSizeValue: Double {
    get { Double(batchSize) }
    set { batchSize = Int(newValue.rounded()) }
  }
}

/// One row of the knob table: flags, keys, clamping, help, the knob panel and event texts are all read from it.
public struct Knob: Sendable {
  /// How one click moves a value.
  public enum Turn: Sendable, Equatable {
    case factor(Double, fine: Double)
    case step(Double, fine: Double)
  }

  /// Its key in `metrics.jsonl`, `events.jsonl` and `config.json`.
  public let key: String
  /// Its words on the screen.
  public let name: String
  public let help: String
  public let range: ClosedRange<Double>
  /// Under any objective.
  public var widestRange: ClosedRange<Double> { key == "temperature" ? range.lowerBound...100 : range }
  public let turn: Turn
  public let isInteger: Bool
  public let path: WritableKeyPath<Knobs, Double> & Sendable

  init(
    _ key: String, _ name: String, _ range: ClosedRange<Double>, _ turn: Turn, isInteger: Bool = false,
    _ path: WritableKeyPath<Knobs, Double> & Sendable, _ help: String
  ) {
    (self.key, self.name, self.range, self.turn) = (key, name, range, turn)
    (self.isInteger, self.path, self.help) = (isInteger, path, help)
  }

  /// Its flag on the command line, without the dashes.
  public var flag: String { String(key.map { $0 == "_" ? "-" : $0 }) }

  public static let all: [Knob] = [
    Knob("temperature", "temperature", 0.01...2, .factor(1.1, fine: 1.02), \.temperature, "τ of NT-Xent"),
    Knob(
      "batch_size", "batch size", 2...1_048_576, .factor(2, fine: 1.125), isInteger: true, \.batchSizeValue,
      "images a step; each gives two views"),
    Knob("strength", "strength", 0...2, .step(0.1, fine: 0.02), \.strength, "strength s of colour jitter"),
    Knob(
      "crop_min", "crop-min", 0.01...1, .step(0.05, fine: 0.01), \.cropMin,
      "smallest area of a random crop, as a share of the picture"),
    Knob("flip_probability", "flip", 0...1, .step(0.1, fine: 0.01), \.flipProbability, "chance of a horizontal flip"),
    Knob("jitter_probability", "jitter", 0...1, .step(0.1, fine: 0.01), \.jitterProbability, "chance of colour jitter"),
    Knob("gray_probability", "grey", 0...1, .step(0.1, fine: 0.01), \.grayProbability, "chance of losing all colour"),
    Knob("blur_probability", "blur", 0...1, .step(0.1, fine: 0.01), \.blurProbability, "chance of Gaussian blur"),
    Knob(
      "learning_rate", "learning rate", 1e-7...100, .factor(1.25, fine: 1.05), \.learningRate,
      "peak of the learning-rate schedule"),
    Knob(
      "weight_decay", "weight decay", 0...1, .factor(2, fine: 1.1), \.weightDecay,
      "L2 on weights, not on biases and batch norm"),
    Knob("momentum", "momentum", 0...0.9999, .step(0.01, fine: 0.001), \.momentum, "of SGD and LARS; β₁ of Adam"),
  ]

  public static func named(_ key: String) -> Knob? { all.first { $0.key == key } }

  /// The value after `clicks` turns (negative turns it down), inside a range, its own where none is given.
  public func turned(_ value: Double, clicks: Int, fine: Bool = false, in limits: ClosedRange<Double>? = nil) -> Double
  {
    let range = limits ?? range
    let moved: Double
    switch turn {
    case .factor(let coarse, let small):
      // Weight decay starts from 0: there a factor leads nowhere, so the first click goes to a small value.
      let start = value == 0 && clicks > 0 ? 1e-7 : value
      moved = inFourDigits(start * power(fine ? small : coarse, clicks))
    case .step(let coarse, let small):
      let size = fine ? small : coarse
      moved = ((value / size + Double(clicks)) * size * 1e9).rounded() / 1e9
    }
    let clamped = min(max(isInteger ? rounded(moved, from: value) : moved, range.lowerBound), range.upperBound)
    return clamped
  }

  /// Whole numbers must move by at least one.
  private func rounded(_ moved: Double, from value: Double) -> Double {
    let whole = moved.rounded()
    if whole != value || moved == value { return whole }
    return moved > value ? value + 1 : value - 1
  }

  /// Numbers that people turn to should be numbers that people can say.
  private func inFourDigits(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return value }
    var scale = 1.0
    while value * scale < 1000 { scale *= 10 }
    while value * scale >= 10000 { scale /= 10 }
    return (value * scale).rounded() / scale
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    let factor = (0..<abs(exponent)).reduce(1.0) { product, _ in product * base }
    return exponent < 0 ? 1 / factor : factor
  }
}
