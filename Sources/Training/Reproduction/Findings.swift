/// The paper's findings that show in miniature: what is trained for each, what is measured, and what should come out
/// higher. SimCLR, arXiv 2002.05709v3; its numbers are of ResNet-50 on ImageNet, top-1 in percent where nothing else is
/// said.

public struct Finding: Sendable {
  /// In the report's file names.
  public let key: String
  public let title: String
  /// Where in the paper.
  public let source: String
  public let arms: [Arm]
  public let claims: [Claim]
  /// What the reader should know about the comparison.
  public let note: String

  /// One bar of the comparison.
  public struct Arm: Sendable {
    public let label: String
    public let recipe: Recipe
    public let quantity: Quantity
    /// The paper's own number.
    public let paper: String

    init(_ label: String, _ recipe: Recipe, _ quantity: Quantity = .linear(.h), paper: String) {
      (self.label, self.recipe, self.quantity, self.paper) = (label, recipe, quantity, paper)
    }
  }

  /// One arm should come out higher than another.
  public struct Claim: Sendable {
    /// Places in `arms`.
    public let higher: Int
    public let lower: Int
    /// Large enough in small experiments to be called failed when it does not show; the others are reported only.
    public let isAsserted: Bool
  }

  /// - Parameters:
  ///   - claims: pairs of arms by their places, the higher one first.
  ///   - asserted: how many of these are safe to assert, from the first on.
  init(
    _ key: String, _ title: String, _ source: String, arms: [Arm], claims: [(higher: Int, lower: Int)],
    asserted: Int = 0, note: String = ""
  ) {
    (self.key, self.title, self.source, self.arms, self.note) = (key, title, source, arms, note)
    self.claims = claims.enumerated().map {
      Claim(higher: $1.higher, lower: $1.lower, isAsserted: $0 < asserted)
    }
  }
}

/// How an encoder is trained: what differs from the common settings.
public struct Recipe: Sendable, Hashable {
  /// The run's name.
  public let name: String
  /// Settings by key, as text.
  public let settings: [String: String]
  /// Epochs relative to the common number.
  public let length: Double

  init(_ name: String, _ settings: [String: String] = [:], length: Double = 1) {
    (self.name, self.settings, self.length) = (name, settings, length)
  }

  static let base = Recipe("base")
}

/// What is measured on an encoder.
public enum Quantity: Sendable, Hashable {
  /// Top-1 of a linear classifier on frozen h or z, in percent of the test pictures.
  case linear(Layer)
  /// Share of views whose nearest other view of the batch is their own partner, in percent, over the last epoch.
  case contrastiveAccuracy
  /// Of the last step that has it, over the rows of a batch.
  case effectiveRank(Layer)
  /// Top-1 after fine-tuning all weights on this share of the labels, in percent.
  case finetuned(labels: Double)
  /// Top-1 of the same net trained from scratch on this share of the labels with the same steps, in percent.
  case supervised(labels: Double)
  /// Top-1 of a linear classifier on h of the encoder before training, in percent.
  case untrained
  /// Top-1 of a linear classifier on the pixels, in percent.
  case pixels

  public enum Layer: String, Sendable { case h, z }

  /// In the results file.
  public var key: String {
    switch self {
    case .linear(let layer): "linear_\(layer.rawValue)"
    case .contrastiveAccuracy: "contrastive_accuracy"
    case .effectiveRank(let layer): "effective_rank_\(layer.rawValue)"
    case .finetuned(let labels): "finetuned_\(labels)"
    case .supervised(let labels): "supervised_\(labels)"
    case .untrained: "untrained"
    case .pixels: "pixels"
    }
  }

  /// What the axis of a plot says.
  public var title: String {
    switch self {
    case .linear, .finetuned, .supervised, .untrained, .pixels: "top-1, %"
    case .contrastiveAccuracy: "contrastive accuracy, %"
    case .effectiveRank: "effective rank"
    }
  }

  /// Whether an encoder has to be trained for it.
  public var needsTraining: Bool {
    switch self {
    case .linear, .contrastiveAccuracy, .effectiveRank, .finetuned: true
    case .supervised, .untrained, .pixels: false
    }
  }
}

extension Finding {
  /// In order of how much they teach.
  public static let all: [Finding] = [
    Finding(
      "floors", "What is learned stands above its floors", "the floors of any claim",
      arms: [
        Arm("trained", .base, paper: "69.3"),
        Arm("untrained encoder", .base, .untrained, paper: "–"),
        Arm("raw pixels", .base, .pixels, paper: "–"),
      ], claims: [(0, 1), (0, 2)], asserted: 1),
    Finding(
      "composition", "Composing crop and colour beats either alone", "Fig. 5",
      arms: [
        Arm("crop + colour", .base, paper: "56.3"),
        Arm("crop", Recipe("crop", ["jitter_probability": "0", "gray_probability": "0"]), paper: "33.1"),
        Arm("colour", Recipe("colour", ["crop_min": "1"]), paper: "18.8"),
        Arm("none", Recipe("none", ["augmentation": "none"]), paper: "–"),
      ], claims: [(0, 1), (1, 2), (2, 3)], asserted: 1,
      note: "The paper augments one branch only and leaves the other as it is; here both are augmented."),
    Finding(
      "h-and-z", "h, before the projection head, is the better representation", "§4.2",
      arms: [
        Arm("linear on h", .base, .linear(.h), paper: "> 10 higher"),
        Arm("linear on z", .base, .linear(.z), paper: ""),
      ], claims: [(0, 1)], asserted: 1),
    Finding(
      "rank", "The head keeps few directions: z has a lower effective rank than h", "B.4",
      arms: [
        Arm("effective rank of h", .base, .effectiveRank(.h), paper: "eigenvalue plot"),
        Arm("effective rank of z", .base, .effectiveRank(.z), paper: ""),
      ], claims: [(0, 1)]),
    Finding(
      "few-labels", "With few labels, pretraining beats training from scratch", "Table 7",
      arms: [
        Arm("pretrained, 1 % of labels", .base, .finetuned(labels: 0.01), paper: "48.3"),
        Arm("from scratch, 1 %", .base, .supervised(labels: 0.01), paper: "25.4"),
        Arm("pretrained, 10 %", .base, .finetuned(labels: 0.1), paper: "65.6"),
        Arm("from scratch, 10 %", .base, .supervised(labels: 0.1), paper: "56.4"),
      ], claims: [(0, 1), (2, 3)], asserted: 2),
    Finding(
      "head", "A nonlinear projection head beats a linear one, and that one none", "Fig. 8",
      arms: [
        Arm("nonlinear", .base, paper: "+ 3 over linear"),
        Arm("linear", Recipe("head-linear", ["head": "linear"]), paper: ""),
        Arm("none", Recipe("head-none", ["head": "none"]), paper: "> 10 below"),
      ], claims: [(0, 2), (0, 1), (1, 2)], asserted: 1),
    Finding(
      "temperature-accuracy", "The lower the temperature, the higher the contrastive accuracy", "Table 5",
      arms: temperatures(.contrastiveAccuracy, paper: ["90.5", "87.8", "68.2", "59.1", "91.7"]),
      claims: [(0, 1), (1, 2), (2, 3)], asserted: 3),
    Finding(
      "temperature", "Normalised, and at the right temperature, it is the better representation", "Table 5",
      arms: temperatures(.linear(.h), paper: ["59.7", "64.4", "60.7", "58.0", "57.2"]),
      claims: [(1, 4), (2, 4)],
      note: "The best temperature depends on data and length of training: 0.1 on ImageNet, 0.5 on CIFAR-10 (B.9)."),
    Finding(
      "epochs", "Training longer helps", "Fig. 9",
      arms: [
        Arm("2× the epochs", Recipe("epochs-2", length: 2), paper: "66.6 (800)"),
        Arm("1×", .base, paper: "64.7 (400)"),
        Arm("½×", Recipe("epochs-0.5", length: 0.5), paper: "61.9 (200)"),
        Arm("¼×", Recipe("epochs-0.25", length: 0.25), paper: "57.5 (100)"),
      ], claims: [(0, 3), (0, 1), (1, 2), (2, 3)], asserted: 1, note: "The paper's numbers are of batch 256."),
    Finding(
      "losses", "NT-Xent beats the logistic and the margin loss", "Table 4",
      arms: [
        Arm("NT-Xent", .base, paper: "63.9"),
        Arm("NT-Logistic, semi-hard", loss("nt-logistic", ["mining": "semi-hard"]), paper: "57.9"),
        Arm("margin, semi-hard", loss("margin", ["mining": "semi-hard"]), paper: "57.5"),
        Arm("NT-Logistic", loss("nt-logistic"), paper: "51.6"),
        Arm("margin", loss("margin"), paper: "50.9"),
      ], claims: [(0, 1), (0, 2), (1, 3), (2, 4)],
      note: "The paper tunes learning rate, margin and temperature for each loss; here each has its defaults."),
  ]

  private static func temperatures(_ quantity: Quantity, paper: [String]) -> [Arm] {
    [
      Arm("τ 0.05", Recipe("temperature-0.05", ["temperature": "0.05"]), quantity, paper: paper[0]),
      Arm("τ 0.1", Recipe("temperature-0.1", ["temperature": "0.1"]), quantity, paper: paper[1]),
      Arm("τ 0.5", .base, quantity, paper: paper[2]),
      Arm("τ 1", Recipe("temperature-1", ["temperature": "1"]), quantity, paper: paper[3]),
      Arm(
        "not normalised, τ 10", Recipe("dot", ["similarity": "dot", "temperature": "10"]), quantity,
        paper: paper[4]),
    ]
  }

  private static func loss(_ name: String, _ more: [String: String] = [:]) -> Recipe {
    Recipe(
      ([name] + more.values.sorted()).joined(separator: "-"), more.merging(["loss": name]) { first, _ in first })
  }
}
