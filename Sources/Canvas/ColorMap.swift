/// Colours for numbers 0…1, in at most 32 levels so that a heatmap changes few cells from frame to frame.
public struct ColorMap: Sendable, Equatable {
  public static let levels = 32

  public let name: String
  /// One colour a level, from 0 to 1.
  public let colors: [RGB]

  public init(name: String, anchors: [UInt32]) {
    self.name = name
    colors = (0..<Self.levels).map { level in
      let position = Double(level) / Double(Self.levels - 1) * Double(anchors.count - 1)
      let index = min(Int(position), anchors.count - 2)
      return RGB(hex: anchors[index]).mixed(with: RGB(hex: anchors[index + 1]), position - Double(index))
    }
  }

  public subscript(value: Double) -> RGB { colors[Self.level(value, of: colors.count)] }

  /// The level of a number 0…1; what is not a number goes to level 0.
  static func level(_ value: Double, of count: Int) -> Int {
    value.isNaN ? 0 : Int((min(max(value, 0), 1) * Double(count - 1)).rounded())
  }

  /// Perceptually even, readable with any colour vision: van der Walt and Smith's viridis.
  public static let viridis = ColorMap(
    name: "viridis",
    anchors: [0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725])
  public static let magma = ColorMap(
    name: "magma",
    anchors: [0x000004, 0x180f3d, 0x440f76, 0x721f81, 0x9e2f7f, 0xcd4071, 0xf1605d, 0xfd9668, 0xfeca8d, 0xfcfdbf])
  /// From blue through white to red: for numbers around zero.
  public static let diverging = ColorMap(
    name: "diverging", anchors: [0x2166ac, 0x67a9cf, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xef8a62, 0xb2182b])
  /// From white to dark blue: for light screens.
  public static let blues = ColorMap(
    name: "blues", anchors: [0xf7fbff, 0xdeebf7, 0xc6dbef, 0x9ecae1, 0x6baed6, 0x4292c6, 0x2171b5, 0x08519c, 0x08306b])
  public static let grey = ColorMap(name: "grey", anchors: [0x101010, 0xf0f0f0])

  public static let all = [viridis, magma, diverging, blues, grey]
  public static func named(_ name: String) -> ColorMap? { all.first { $0.name == name } }
}

extension RGB {
  /// Between this colour (share 0) and another (share 1).
  public func mixed(with other: RGB, _ share: Double) -> RGB {
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Double(a) + (Double(b) - Double(a)) * share).rounded()) }
    return RGB(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }

  /// Brightness as the eye weighs it, 0…1 (Rec. 709 weights on the coded values).
  public var luminance: Double {
    (0.2126 * Double(red) + 0.7152 * Double(green) + 0.0722 * Double(blue)) / 255
  }
}
