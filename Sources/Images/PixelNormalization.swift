/// The affine that turns 0…1 into what the encoder sees: (x − mean) / standardDeviation for each channel.
public enum PixelNormalization: String, CaseIterable, Sendable {
  case none
  case cifar
  case imagenet

  /// Red, green, blue.
  public var mean: [Float] {
    switch self {
    case .none: [0, 0, 0]
    case .cifar: [0.4914, 0.4822, 0.4465]
    case .imagenet: [0.485, 0.456, 0.406]
    }
  }

  /// Red, green, blue.
  public var standardDeviation: [Float] {
    switch self {
    case .none: [1, 1, 1]
    case .cifar: [0.2470, 0.2435, 0.2616]
    case .imagenet: [0.229, 0.224, 0.225]
    }
  }
}
