/// The recipe's settings: everything a live knob may turn, with the size and the rules that stay.
public struct Augmentation: Sendable, Equatable {
  /// Side of a view in pixels.
  public var imageSize: Int
  /// s of colour jitter, 0…2.
  public var strength = 0.5
  /// Smallest area of a crop, as a share of the picture.
  public var cropMin = 0.08
  public var flipProbability = 0.5
  public var jitterProbability = 0.8
  public var grayProbability = 0.2
  public var blurProbability = 0.0
  /// False: a view is the picture fitted to the size, and nothing else.
  public var isOn = true
  public var cropRule = RandomResizedCrop.Rule.torchvision
  /// Of grey and blur too.
  public var jitterRule = ColorJitter.Rule.torchvision
  public var brightness = ColorJitter.Brightness.multiplicative

  public init(imageSize: Int) {
    precondition(imageSize > 0, "views of \(imageSize) pixels")
    self.imageSize = imageSize
  }

  var crop: RandomResizedCrop { RandomResizedCrop(areaMin: cropMin, rule: cropRule) }
  var flip: HorizontalFlip { HorizontalFlip(probability: flipProbability) }
  var jitter: ColorJitter {
    ColorJitter(strength: strength, probability: jitterProbability, rule: jitterRule, brightness: brightness)
  }
  var grayscale: Grayscale { Grayscale(probability: grayProbability, rule: jitterRule) }
  var blur: GaussianBlur { GaussianBlur(probability: blurProbability, size: imageSize, rule: jitterRule) }
}
