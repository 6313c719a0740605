/// What was drawn for one view: its operations with their numbers, in the order applied.
import Foundation

/// A rectangle of whole pixels.
public struct CropBox: Sendable, Equatable {
  public let x: Int
  public let y: Int
  public let width: Int
  public let height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
  }
}

/// How a crop is brought to the view's size.
public enum Resampling: Sendable, Equatable {
  /// A triangle filter, which averages when shrinking (antialias), as Pillow's.
  case bilinear
  /// Keys' cubic, a = −1/2, without antialias, as TensorFlow 2's.
  case bicubic
}

/// One operation that follows crop and flip, with the parameters drawn for it; the result of each is clipped to 0…1.
public enum DrawnOperation: Sendable, Equatable {
  /// A factor, or what is added.
  case brightness(Float, ColorJitter.Brightness = .multiplicative)
  case contrast(Float, ColorJitter.Rule = .torchvision)
  case saturation(Float, ColorJitter.Rule = .torchvision)
  /// In turns of the colour wheel.
  case hue(Float)
  case grayscale(ColorJitter.Rule = .torchvision)
  /// Sigma in pixels; taps of the kernel along each axis.
  case blur(sigma: Float, taps: Int, ColorJitter.Rule = .torchvision)

  public var name: String {
    switch self {
    case .brightness: "brightness"
    case .contrast: "contrast"
    case .saturation: "saturation"
    case .hue: "hue"
    case .grayscale: "grey"
    case .blur: "blur"
    }
  }

  /// The drawn numbers in words; empty when there are none.
  public var parameters: String {
    switch self {
    case .grayscale: ""
    case .brightness(let factor, .multiplicative), .contrast(let factor, .torchvision),
      .saturation(let factor, .torchvision):
      "×" + hundredths(factor)
    case .contrast(let factor, .reference): "×\(hundredths(factor)) per channel"
    case .saturation(let factor, .reference): "×\(hundredths(factor)) HSV"
    case .brightness(let step, .additive), .hue(let step): (step < 0 ? "−" : "+") + hundredths(abs(step))
    case .blur(let sigma, let taps, _): "σ \(hundredths(sigma)) · \(taps) taps"
    }
  }
}

/// How the picture is brought to the view's size, then what is done to it.
public struct DrawnView: Sendable, Equatable {
  /// Nil without augmentation: the whole picture is fitted to the size.
  public var crop: CropBox?
  /// Of the crop.
  public var resampling: Resampling
  /// Left and right changed; part of the crop, as it costs nothing there.
  public var isFlipped: Bool
  public var operations: [DrawnOperation]

  public init(
    crop: CropBox? = nil, resampling: Resampling = .bilinear, isFlipped: Bool = false, operations: [DrawnOperation] = []
  ) {
    (self.crop, self.resampling, self.isFlipped, self.operations) = (crop, resampling, isFlipped, operations)
  }

  /// Fills `pixels` with the view of `image`, size × size.
  func make(of image: Image, size: Int, in pixels: inout Pixels) {
    if let crop {
      crop.load(image, size: size, isFlipped: isFlipped, by: resampling, into: &pixels)
    } else {
      Fit(size: size).load(image, into: &pixels)
    }
    pixels.apply(operations)
  }

  /// "area .31 at 9,4 18×20", of a picture of the given size; the resampling is told when it is not the usual one.
  func cropInWords(width: Int, height: Int) -> String {
    guard let crop else { return "whole picture" }
    let area = Float(crop.width * crop.height) / Float(width * height)
    return "area \(hundredths(area)) at \(crop.x),\(crop.y) \(crop.width)×\(crop.height)"
      + (resampling == .bicubic ? " bicubic" : "")
  }
}

/// Two decimals, without a leading zero: ".31", "1.30".
private func hundredths(_ value: Float) -> String {
  let text = String(format: "%.2f", Double(value))
  return text.hasPrefix("0.") ? String(text.dropFirst()) : text
}
