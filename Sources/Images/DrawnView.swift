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

/// One colour or geometry operation that follows the crop, with the parameters drawn for it.
public enum DrawnOperation: Sendable, Equatable {
  case flip
  case brightness(Float)
  case contrast(Float)
  case saturation(Float)
  /// In turns of the colour wheel.
  case hue(Float)
  case grayscale
  /// Sigma in pixels; taps of the kernel along each axis.
  case blur(sigma: Float, taps: Int)

  public func apply(to pixels: inout Pixels) {
    switch self {
    case .flip: pixels.flip()
    case .brightness(let factor): pixels.brightness(factor)
    case .contrast(let factor): pixels.contrast(factor)
    case .saturation(let factor): pixels.saturation(factor)
    case .hue(let turns): pixels.hue(turns)
    case .grayscale: pixels.grayscale()
    case .blur(let sigma, let taps): pixels.blur(taps: GaussianBlur.kernel(sigma: sigma, taps: taps))
    }
  }

  public var name: String {
    switch self {
    case .flip: "flip"
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
    case .flip, .grayscale: ""
    case .brightness(let factor), .contrast(let factor), .saturation(let factor): "×" + hundredths(factor)
    case .hue(let turns): (turns < 0 ? "−" : "+") + hundredths(abs(turns))
    case .blur(let sigma, let taps): "σ \(hundredths(sigma)) · \(taps) taps"
    }
  }
}

/// How the picture is brought to the view's size, then what is done to it.
public struct DrawnView: Sendable, Equatable {
  /// Nil without augmentation: the whole picture is fitted to the size.
  public let crop: CropBox?
  public let operations: [DrawnOperation]

  public init(crop: CropBox?, operations: [DrawnOperation]) { (self.crop, self.operations) = (crop, operations) }

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
