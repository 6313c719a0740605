/// How each thing on the screen looks: a named style for every role, and the colour map of heatmaps.
public struct Theme: Sendable, Equatable {
  /// What a style is for. The raw value is its key in a theme file.
  public enum Role: String, Sendable, CaseIterable {
    /// The ground of the whole screen, and plain text on it.
    case screen
    case text
    /// Secondary words, axes, units.
    case faint
    /// The program's name; headings.
    case brand, title
    /// Frames; the frame of the focused panel.
    case border, focus
    /// The chosen knob or row.
    case selection
    /// Names of keys in footer and help.
    case key
    /// The smoothed loss, the band of raw values behind it, its ceiling and floor, marks of turned knobs.
    case loss, band, reference, marker
    /// Series of the other plots.
    case positive, negative, accuracy, rate, gradient, rank
    /// Earlier runs over the present one, told apart by any colour vision.
    case run1 = "run_1"
    case run2 = "run_2"
    case run3 = "run_3"
    case run4 = "run_4"
    case run5 = "run_5"
    case run6 = "run_6"
    case run7 = "run_7"
    case run8 = "run_8"
    /// View 1 and view 2: captions and crop boxes.
    case viewOne = "view_one"
    case viewTwo = "view_two"
    /// The knob of a slider; a value asked for but not yet in force.
    case slider, asked
    /// States and messages.
    case good, warning, bad

    public static let runs: [Role] = [.run1, .run2, .run3, .run4, .run5, .run6, .run7, .run8]
  }

  public let name: String
  public let heatmap: ColorMap
  private var styles: [Style]

  /// Roles without a style look like the terminal's own text.
  public init(name: String, heatmap: ColorMap, styles table: [Role: Style]) {
    (self.name, self.heatmap) = (name, heatmap)
    styles = Role.allCases.map { table[$0] ?? Style() }
  }

  public subscript(role: Role) -> Style { styles[Self.places[role]!] }
  private static let places = Dictionary(uniqueKeysWithValues: zip(Role.allCases, 0...))
}

extension Theme {
  /// The dark theme, for when no file is found.
  public static let builtin = Theme(
    name: "dark", heatmap: .viridis,
    styles: [
      .screen: Style(RGB(hex: 0xc9d1d9), on: RGB(hex: 0x0f1419)), .text: Style(RGB(hex: 0xc9d1d9)),
      .faint: Style(RGB(hex: 0x7d8590)), .brand: Style(RGB(hex: 0x7ee0c8), .bold),
      .title: Style(RGB(hex: 0xe6edf3), .bold), .border: Style(RGB(hex: 0x3b434d)),
      .focus: Style(RGB(hex: 0x6cb6ff)), .selection: Style(RGB(hex: 0xffffff), on: RGB(hex: 0x223247), .bold),
      .key: Style(RGB(hex: 0x6cb6ff), .bold), .loss: Style(RGB(hex: 0xffa657)), .band: Style(RGB(hex: 0x8a5d33)),
      .reference: Style(RGB(hex: 0x57738f)), .marker: Style(RGB(hex: 0xd2a8ff)),
      .positive: Style(RGB(hex: 0x56d364)), .negative: Style(RGB(hex: 0xff7b72)),
      .accuracy: Style(RGB(hex: 0x7ee0c8)), .rate: Style(RGB(hex: 0xd2a8ff)), .gradient: Style(RGB(hex: 0xe3b341)),
      .rank: Style(RGB(hex: 0x79c0ff)),
      .run1: Style(RGB(hex: 0xd79605)), .run2: Style(RGB(hex: 0x9ec6fd)), .run3: Style(RGB(hex: 0x33a279)),
      .run4: Style(RGB(hex: 0xfff05d)), .run5: Style(RGB(hex: 0x6f619e)), .run6: Style(RGB(hex: 0xc43d32)),
      .run7: Style(RGB(hex: 0x9a8aa4)), .run8: Style(RGB(hex: 0x967bff)),
      .viewOne: Style(RGB(hex: 0xffd866)), .viewTwo: Style(RGB(hex: 0x6ce5ff)),
      .slider: Style(RGB(hex: 0x6cb6ff), .bold), .asked: Style(RGB(hex: 0xe3b341), .bold),
      .good: Style(RGB(hex: 0x56d364), .bold), .warning: Style(RGB(hex: 0xe3b341), .bold),
      .bad: Style(RGB(hex: 0xff7b72), .bold),
    ])

  /// Attributes only, for terminals without colour.
  public static let mono = Theme(
    name: "mono", heatmap: .grey,
    styles: [
      .faint: Style(nil, .dim), .brand: Style(nil, .bold), .title: Style(nil, .bold), .border: Style(nil, .dim),
      .focus: Style(nil, .bold), .selection: Style(nil, .reverse), .key: Style(nil, .bold), .loss: Style(nil, .bold),
      .band: Style(nil, .dim), .reference: Style(nil, .dim), .viewOne: Style(nil, .bold),
      .viewTwo: Style(nil, .underline), .slider: Style(nil, .bold), .asked: Style(nil, .underline),
      .good: Style(nil, .bold), .warning: Style(nil, .bold), .bad: Style(nil, .reverse),
    ])
}

extension Style {
  /// A colour on the theme's ground, with attributes.
  init(_ foreground: RGB?, _ attributes: Attributes) { self.init(foreground, on: nil, attributes) }
}
