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

/// One operation that follows crop and flip, with the parameters drawn for it.
public enum DrawnOperation: Sendable, Equatable {
  case brightness(Float)
  case contrast(Float)
  case saturation(Float)
  /// In turns of the colour wheel.
  case hue(Float)
  case grayscale
  /// Sigma in pixels; taps of the kernel along each axis.
  case blur(sigma: Float, taps: Int)

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
    case .brightness(let factor), .contrast(let factor), .saturation(let factor): "×" + hundredths(factor)
    case .hue(let turns): (turns < 0 ? "−" : "+") + hundredths(abs(turns))
    case .blur(let sigma, let taps): "σ \(hundredths(sigma)) · \(taps) taps"
    }
  }
}

/// How the picture is brought to the view's size, then what is done to it.
public struct DrawnView: Sendable, Equatable {
  /// Nil without augmentation: the whole picture is fitted to the size.
  public var crop: CropBox?
  /// Left and right changed; part of the crop, as it costs nothing there.
  public var isFlipped: Bool
  public var operations: [DrawnOperation]

  public init(crop: CropBox? = nil, isFlipped: Bool = false, operations: [DrawnOperation] = []) {
    (self.crop, self.isFlipped, self.operations) = (crop, isFlipped, operations)
  }

  /// Fills `pixels` with the view of `image`, size × size.
  func make(of image: Image, size: Int, in pixels: inout Pixels) {
    if let crop {
      crop.load(image, size: size, isFlipped: isFlipped, into: &pixels)
    } else {
      Fit(size: size).load(image, into: &pixels)
    }
    pixels.apply(operations)
  }

  /// "area .31 at 9,4 18×20", of a picture of the given size.
  func cropInWords(width: Int, height: Int) -> String {
    guard let crop else { return "whole picture" }
    let area = Float(crop.width * crop.height) / Float(width * height)
    return "area \(hundredths(area)) at \(crop.x),\(crop.y) \(crop.width)×\(crop.height)"
  }
}

/// Two decimals, without a leading zero: ".31", "1.30".
private func hundredths(_ value: Float) -> String {
  let text = String(format: "%.2f", Double(value))
  return text.hasPrefix("0.") ? String(text.dropFirst()) : text
}
