/// Colours for classes and series: told apart with any colour vision.
public enum CategoryColors {
  /// After Okabe and Ito (2008), with two more; the last four are lighter or darker ones of the first.
  private static let dark: [UInt32] = [
    0xe69f00, 0x56b4e9, 0x009e73, 0xf0e442, 0x3d9bff, 0xd55e00, 0xcc79a7, 0xbbbbbb, 0x8be0c0, 0xb48cff,
  ]
  private static let light: [UInt32] = [
    0xb87f00, 0x2080b8, 0x00785a, 0x8f8500, 0x0072b2, 0xb04a00, 0xa8457c, 0x666666, 0x208868, 0x6a3fd0,
  ]

  /// The colour of a class's or series' number, on a dark or a light ground; after ten they come again.
  public static func color(_ index: Int, onDark: Bool) -> RGB {
    let colors = onDark ? dark : light
    return RGB(hex: colors[index % colors.count])
  }
}

extension Theme {
  /// The ground is darker than what stands on it; without one, dark is taken for granted.
  public var isDark: Bool { (self[.screen].background?.luminance ?? 0) < 0.5 }
}
