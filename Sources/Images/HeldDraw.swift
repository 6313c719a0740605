/// A view's draw held still, so that its numbers can be set by hand, one by one. What chance left out of it stands in
/// its place, switched off.
import Foundation

public struct HeldDraw: Sendable, Equatable {
  /// Of the picture.
  private let width: Int
  private let height: Int
  /// With every operation that could have been.
  private var drawn: DrawnView
  /// Names of the operations that are not applied.
  private var off: Set<String>

  /// A number of a stage: what it is now, and what a person may make of it.
  public struct Number: Sendable, Equatable {
    /// "area", "across", "down"; "factor", "added", "turns", "σ"; "on": whether the stage is applied, 0 or 1.
    public let name: String
    public let value: Double
    public let range: ClosedRange<Double>
    public let step: Double
    public let fineStep: Double

    init(_ name: String, _ value: Double, _ range: ClosedRange<Double>, step: Double, fine: Double) {
      (self.name, self.value, self.range, self.step, fineStep) = (name, value, range, step, fine)
    }
  }

  init(of image: Image, _ drawn: DrawnView, off: Set<String>) {
    (width, height, self.drawn, self.off) = (image.width, image.height, drawn, off)
  }

  /// Their names in the order applied, the crop's first. Nothing but "resize" without augmentation.
  public var stages: [String] {
    drawn.crop == nil ? ["resize"] : ["crop", "flip"] + drawn.operations.map(\.name)
  }

  public func isOn(_ stage: String) -> Bool { stage == "flip" ? drawn.isFlipped : !off.contains(stage) }

  /// What was drawn for a stage in words: "off" when it is not applied, empty when there are no numbers.
  public func words(of stage: String) -> String {
    if stage == stages[0] { return drawn.cropInWords(width: width, height: height) }
    return isOn(stage) ? operation(stage)?.parameters ?? "" : "off"
  }

  private func operation(_ stage: String) -> DrawnOperation? { drawn.operations.first { $0.name == stage } }

  /// The view with what follows a stage left out.
  func view(through stage: String) -> DrawnView {
    let place = stages.firstIndex(of: stage)!
    return DrawnView(
      crop: drawn.crop, resampling: drawn.resampling, isFlipped: place >= 1 && drawn.isFlipped,
      operations: drawn.operations.prefix(max(0, place - 1)).filter { isOn($0.name) })
  }

  /// The part of the picture that is seen, in views of a size, as shares of the picture's sides.
  func seen(size: Int) -> (x: Double, y: Double, width: Double, height: Double) {
    let box = drawn.crop ?? Fit(size: size).box(width: width, height: height)
    let (width, height) = (Double(width), Double(height))
    return (Double(box.x) / width, Double(box.y) / height, Double(box.width) / width, Double(box.height) / height)
  }
}

// MARK: - By hand

extension HeldDraw {
  public func numbers(of stage: String) -> [Number] {
    guard let crop = drawn.crop, stages.contains(stage) else { return [] }
    if stage == "crop" { return crop.numbers(width: width, height: height) }
    let isOn = Number("on", isOn(stage) ? 1 : 0, 0...1, step: 1, fine: 1)
    return [operation(stage)?.number, isOn].compactMap(\.self)
  }

  /// Sets a number that the stage has, brought into its range; what it does not have changes nothing.
  public mutating func set(_ name: String, of stage: String, to value: Double) {
    guard let number = numbers(of: stage).first(where: { $0.name == name }) else { return }
    let value = min(max(value, number.range.lowerBound), number.range.upperBound)
    switch (stage, name) {
    case ("crop", _): drawn.crop = drawn.crop?.setting(name, to: value, width: width, height: height)
    case ("flip", _): drawn.isFlipped = value != 0
    case (_, "on"): if value != 0 { off.remove(stage) } else { off.insert(stage) }
    default:
      let place = drawn.operations.firstIndex { $0.name == stage }!
      drawn.operations[place] = drawn.operations[place].setting(Float(value))
    }
  }
}

extension DrawnOperation {
  /// Ranges are as wide as the greatest strength draws them.
  fileprivate var number: HeldDraw.Number? {
    switch self {
    case .brightness(let factor, .multiplicative), .contrast(let factor, _), .saturation(let factor, _):
      HeldDraw.Number("factor", Double(factor), 0...2.6, step: 0.1, fine: 0.01)
    case .brightness(let light, .additive): HeldDraw.Number("added", Double(light), -1.6...1.6, step: 0.1, fine: 0.01)
    case .hue(let turns): HeldDraw.Number("turns", Double(turns), -0.5...0.5, step: 0.05, fine: 0.01)
    case .blur(let sigma, _, _): HeldDraw.Number("σ", Double(sigma), 0.1...2, step: 0.1, fine: 0.01)
    case .grayscale: nil
    }
  }

  fileprivate func setting(_ value: Float) -> DrawnOperation {
    switch self {
    case .brightness(_, let kind): .brightness(value, kind)
    case .contrast(_, let rule): .contrast(value, rule)
    case .saturation(_, let rule): .saturation(value, rule)
    case .hue: .hue(value)
    case .blur(_, let taps, let rule): .blur(sigma: value, taps: taps, rule)
    case .grayscale: self
    }
  }
}

extension CropBox {
  /// Its area as a share of the picture's, and where its middle is, in pixels.
  fileprivate func numbers(width pictureWidth: Int, height pictureHeight: Int) -> [HeldDraw.Number] {
    let area = Double(width * height) / Double(pictureWidth * pictureHeight)
    func middle(_ name: String, _ origin: Int, _ length: Int, of whole: Int) -> HeldDraw.Number {
      let half = Double(length) / 2
      return HeldDraw.Number(
        name, Double(origin) + half, half...Double(whole) - half, step: Double(max(1, whole / 16)), fine: 1)
    }
    return [
      HeldDraw.Number("area", area, 0.01...1, step: 0.05, fine: 0.01),
      middle("across", x, width, of: pictureWidth), middle("down", y, height, of: pictureHeight),
    ]
  }

  /// Another area leaves middle and aspect as they are, as far as the picture reaches.
  fileprivate func setting(_ name: String, to value: Double, width pictureWidth: Int, height pictureHeight: Int)
    -> CropBox
  {
    var middle = (x: Double(x) + Double(width) / 2, y: Double(y) + Double(height) / 2)
    var (w, h) = (width, height)
    switch name {
    case "area":
      let pixels = value * Double(pictureWidth * pictureHeight)
      let across = min((pixels * Double(width) / Double(height)).squareRoot(), Double(pictureWidth))
      let down = min(pixels / across, Double(pictureHeight))
      (w, h) = (Int((pixels / down).rounded()), Int(down.rounded()))
      (w, h) = (min(max(w, 1), pictureWidth), min(max(h, 1), pictureHeight))
    case "across": middle.x = value
    default: middle.y = value
    }
    func origin(_ middle: Double, _ length: Int, of whole: Int) -> Int {
      min(max(Int((middle - Double(length) / 2).rounded()), 0), whole - length)
    }
    return CropBox(
      x: origin(middle.x, w, of: pictureWidth), y: origin(middle.y, h, of: pictureHeight), width: w, height: h)
  }
}
