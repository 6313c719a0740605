/// A colour as the terminal is asked for it.
public struct RGB: Sendable, Hashable {
  public var red: UInt8, green: UInt8, blue: UInt8

  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) { (self.red, self.green, self.blue) = (red, green, blue) }

  /// From 0xRRGGBB.
  public init(hex: UInt32) {
    self.init(UInt8(truncatingIfNeeded: hex >> 16), UInt8(truncatingIfNeeded: hex >> 8), UInt8(truncatingIfNeeded: hex))
  }
}

/// How a cell looks. A nil colour is the terminal's own.
public struct Style: Sendable, Hashable {
  public var foreground: RGB?
  public var background: RGB?
  public var attributes: Attributes

  public struct Attributes: OptionSet, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let bold = Attributes(rawValue: 1)
    public static let dim = Attributes(rawValue: 2)
    public static let underline = Attributes(rawValue: 4)
    public static let reverse = Attributes(rawValue: 8)
  }

  public init(_ foreground: RGB? = nil, on background: RGB? = nil, _ attributes: Attributes = []) {
    (self.foreground, self.background, self.attributes) = (foreground, background, attributes)
  }
}
