/// What makes a run the experiment it is. Fixed while it runs; what may be turned is in `knobs`, here with the values
/// it starts from.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Tensors

public struct Configuration: Sendable, Equatable {
  public enum RateScaling: String, Sendable, CaseIterable { case linear, sqrt }
  public enum AugmentationChoice: String, Sendable, CaseIterable { case simclr, none }
  public enum Order: String, Sendable, CaseIterable { case shuffled, file }
  public enum HangupChoice: String, Sendable, CaseIterable { case `continue`, stop }
  public enum DivergenceChoice: String, Sendable, CaseIterable { case stop, pause, `continue` }

  /// Folder or file of the pictures.
  public var data = ""

  // model
  public var encoder = ResNet.Architecture.named("resnet20")!
  /// The factor on the encoder's channels.
  public var width = 1.0
  /// nil: as the size of a view suggests.
  public var stem: ResNet.Stem?
  /// Each residual branch starts at zero (the reference code), or as its batch norm does (torchvision's default).
  public var zeroInitResidual = true
  /// Side of a view in pixels; nil until the pictures are known.
  public var imageSize: Int?
  public var head = ProjectionHead.Kind.nonlinear
  public var headLayers = 2
  /// Width inside the head; nil: D.
  public var headHidden: Int?
  public var headNorm = ProjectionHead.Norm.reference
  public var projectionDim = 128
  /// How feature maps lie in memory while training. Weights, sums, statistics and the loss are float32 or wider.
  public var precision = Activation.Element.float32
  /// A state dict of torchvision, as safetensors, that the encoder starts from.
  public var initialWeights: String?

  // loss
  public var objective = Objective()
  /// Images computed at once; nil: the whole batch. Loss and gradient are those of the whole batch all the same, but
  /// batch norm takes its statistics over each chunk (`GradientCache`).
  public var microBatch: Int?

  // views
  public var augmentation = AugmentationChoice.simclr
  /// Which rectangles, and how they are brought to a view's size.
  public var cropRule = RandomResizedCrop.Rule.torchvision
  /// Whose contrast, saturation, grey and blur.
  public var jitterRule = ColorJitter.Rule.torchvision
  public var brightness = ColorJitter.Brightness.multiplicative
  public var normalize = PixelNormalization.none

  // optimisation
  public var optimizer = Optimizer.Kind.adam
  public var nesterov = false
  /// With it the peak learning rate is base · N/256 or base · √N.
  public var baseLearningRate: Double?
  public var learningRateScaling = RateScaling.linear
  public var warmupEpochs = 0.0
  public var schedule = Schedule.Shape.cosine
  public var epochs = 100
  /// The schedule's length in steps, instead of epochs.
  public var steps: Int?
  /// Ends earlier without bending the schedule.
  public var stopAfter: Int?
  public var dropLast = true

  // run
  public var seed: UInt64 = 1
  /// 0: as many as the machine has.
  public var threads = 0
  public var order = Order.shuffled
  /// First pictures a class.
  public var limit: Int?
  public var heldOut = 0.1
  /// How DATA's folders and files are read.
  public var dataOptions = DataOptions()
  /// Whether a big folder is decoded at every start.
  public var noCache = false
  public var run: String?
  /// In epochs; 0 never.
  public var checkpointEvery = 1
  public var keepCheckpoints = 20
  public var knnEvery = 1
  public var onHangup: HangupChoice?
  /// What happens when loss, gradient or weights become non-finite; nil: stop, or pause with a dashboard.
  public var onDivergence: DivergenceChoice?
  /// The schedule of a run that was extended; empty otherwise. Belongs to the run, not to the experiment.
  public var scheduleSegments: [Schedule.Segment] = []
  /// Another length for a run that is resumed. Not a setting of the run: it is asked for once.
  public var extending: RunLength?
  /// Use weights with NaN or infinity in them. Not a setting of the run: it is asked for each time.
  public var allowsNonFinite = false

  public var knobs = Knobs()
  /// Keys that the person or a file has set; the others may be adapted to the data.
  public var given: Set<String> = []

  public init() {}

  /// Threads that compute.
  public var workerCount: Int { threads > 0 ? threads : usableCores() }

  /// Fills in what depends on the data: the recipe for small pictures or for larger ones, and the learning rate.
  /// - Parameters:
  ///   - largestSide: of the pictures, in pixels.
  public mutating func adapt(toLargestSide largestSide: Int) {
    if imageSize == nil { imageSize = largestSide <= 40 ? 32 : 96 }
    let isSmall = imageSize! <= 40
    if !given.contains("encoder") { encoder = ResNet.Architecture.named(isSmall ? "resnet20" : "resnet18")! }
    stem = resolvedStem
    if !given.contains("strength") { knobs.strength = isSmall ? 0.5 : 1 }
    if !given.contains("blur_probability") { knobs.blurProbability = isSmall ? 0 : 0.5 }
    scaleLearningRate()
  }

  /// The batch holds no more than all pictures; the learning rate follows.
  mutating func adapt(toPictures count: Int) {
    knobs.batchSize = min(knobs.batchSize, count)
    scaleLearningRate()
  }

  /// The peak, from the base rate and the batch size, unless it was given as is.
  private mutating func scaleLearningRate() {
    guard !given.contains("learning_rate") else { return }
    baseLearningRate = baseLearningRate ?? [.lars: 0.3, .sgd: 0.03][optimizer]
    if let baseLearningRate { knobs.learningRate = baseLearningRate * scaledRate(batchSize: knobs.batchSize) }
  }

  /// - Throws: `Trouble` where settings contradict one another.
  public func check() throws {
    if objective.loss == .ntXent && objective.mining == .semiHard {
      throw Trouble(
        "--mining semi-hard is for --loss nt-logistic or margin: NT-Xent weighs negatives by their hardness itself",
        remedy: "leave --mining out, or choose another --loss")
    }
    let range = objective.range(of: Knob.named("temperature")!)
    if !range.contains(knobs.temperature) {
      throw Trouble(
        "--temperature goes from \(JSONLine.number(range.lowerBound)) to \(JSONLine.number(range.upperBound)) with "
          + "--similarity \(objective.similarity.rawValue), not “\(JSONLine.number(knobs.temperature))”",
        remedy: "see --help")
    }
  }

  /// Where decoded pictures are kept; nil when they are not.
  public var pictureCache: PictureCache? { noCache ? nil : PictureCache() }

  /// The stem that was asked for, or the usual one.
  var resolvedStem: ResNet.Stem { stem ?? encoder.usualStem(imageSize: imageSize ?? 32) }

  /// The factor on the base learning rate: N/256, or √N.
  func scaledRate(batchSize: Int) -> Double {
    switch learningRateScaling {
    case .linear: Double(batchSize) / 256
    case .sqrt: Double(batchSize).squareRoot()
    }
  }

  /// The recipe of views under these knobs.
  public func recipe(_ knobs: Knobs) -> Augmentation {
    var recipe = Augmentation(imageSize: imageSize ?? 32)
    recipe.isOn = augmentation == .simclr
    recipe.strength = knobs.strength
    recipe.cropMin = knobs.cropMin
    recipe.flipProbability = knobs.flipProbability
    recipe.jitterProbability = knobs.jitterProbability
    recipe.grayProbability = knobs.grayProbability
    recipe.blurProbability = knobs.blurProbability
    (recipe.cropRule, recipe.jitterRule, recipe.brightness) = (cropRule, jitterRule, brightness)
    return recipe
  }
}
