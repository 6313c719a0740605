/// What terminals answer about themselves.

/// The reply that was waited for, out of the stream of keys.
enum Reply: Equatable {
  /// ESC [ ? … c: the kind of terminal, then its extensions; 4 is sixel. Every terminal answers, after all else.
  case deviceAttributes([Int])
  /// ESC [ ? item ; status ; values S: 1 colour registers, 2 sixel geometry; status 0 is success.
  case graphics(item: Int, status: Int, values: [Int])
  /// DCS > | name ST: the terminal's name and version. Who answers this takes no harm from unknown commands.
  case version
  /// DCS 1 $ r … m ST: the colours in force, those of `Replies.directColor` if the terminal has 24-bit colour; DCS 0 $ r
  /// where it cannot say.
  case colors(areDirect: Bool)
  /// ESC [ ? flags u: the kitty keyboard protocol's flags in force.
  case keyboard(flags: Int)
  /// ESC [ > 4 ; value m: xterm's modifyOtherKeys.
  case otherKeys(value: Int)
  /// APC G … ; OK ST: the kitty graphics protocol is known; or it is, but not all of it.
  case kitty(isUnderstood: Bool)

  init?(parameters: [Int], final: UInt8) {
    switch final {
    case UInt8(ascii: "c"): self = .deviceAttributes(parameters)
    case UInt8(ascii: "S") where parameters.count >= 2:
      self = .graphics(item: parameters[0], status: parameters[1], values: Array(parameters.dropFirst(2)))
    case UInt8(ascii: "u") where parameters.count == 1: self = .keyboard(flags: parameters[0])
    default: return nil
    }
  }

  /// A reply after ESC [ >
  init?(marked parameters: [Int], final: UInt8) {
    guard final == UInt8(ascii: "m"), parameters.count == 2, parameters[0] == 4 else { return nil }
    self = .otherKeys(value: parameters[1])
  }

  /// A reply between ESC P or ESC _ and ESC \.
  init?(string: Substring, kind: UInt8) {
    switch kind {
    case UInt8(ascii: "P") where string.hasPrefix(">|"): self = .version
    case UInt8(ascii: "P") where string.dropFirst().hasPrefix("$r"):
      let numbers = string.dropFirst(3).split { !$0.isNumber }.map(String.init)
      self = .colors(areDirect: string.hasSuffix("m") && numbers.contains(Replies.directColor))
    case UInt8(ascii: "_") where string.hasPrefix("G"): self = .kitty(isUnderstood: string.hasSuffix(";OK"))
    default: return nil
    }
  }
}

/// What the replies have told so far.
struct Replies: Equatable {
  /// Sent at the start: colour registers, the largest sixel picture, the version, and last what everyone answers.
  static let question = "\u{1b}[?1;1;0S\u{1b}[?2;4;0S\u{1b}[>0q" + last
  /// Sent to terminals that have told their version: some others would print it. A colour of 24 bits is set, asked for,
  /// and put back with the cursor; then the keyboard's modes, which another program may have left switched on.
  static let secondQuestion =
    "\u{1b}7\u{1b}[\(directColor.joined(separator: ";"))m\u{1b}P$qm\u{1b}\\\u{1b}8" + KittyGraphics.question
    + "\u{1b}[?u\u{1b}[?4m" + last
  /// A ground that no palette has.
  fileprivate static let directColor = ["48", "2", "1", "2", "3"]
  private static let last = "\u{1b}[c"

  /// The last reply has come; there will be no more.
  private(set) var isComplete = false
  private var hasSixel = false
  /// Colours of 24 bits.
  private(set) var showsDirectColor = false
  /// Pictures by the kitty graphics protocol.
  private(set) var showsKitty = false
  private var keyboardFlags = 0
  private var otherKeys = 0
  private var registers = 256
  /// The largest sixel picture in pixels, where the terminal says so.
  private(set) var largestPicture: (width: Int, height: Int) {
    get { (width, height) }
    set { (width, height) = newValue }
  }
  private var width = Int.max
  private var height = Int.max

  mutating func note(_ reply: Reply) {
    switch reply {
    case .deviceAttributes(let attributes):
      isComplete = true
      hasSixel = attributes.dropFirst().contains(4)
    case .graphics(item: 1, status: 0, let values): registers = values.first ?? registers
    case .graphics(item: 2, status: 0, let values) where values.count == 2 && values.min()! > 0:
      largestPicture = (values[0], values[1])
    case .graphics, .version: break
    case .colors(let areDirect): showsDirectColor = areDirect
    case .kitty(let isUnderstood): showsKitty = isUnderstood
    case .keyboard(let flags): keyboardFlags = flags
    case .otherKeys(let value): otherKeys = value
    }
  }

  /// Switches the keyboard's usual mode on, where it was another.
  var keyboardReset: String {
    (keyboardFlags == 0 ? "" : "\u{1b}[=0u") + (otherKeys == 0 ? "" : "\u{1b}[>4;0m")
  }
  /// Puts back what `keyboardReset` changed, once the screen is left.
  var keyboardRestoration: String {
    (keyboardFlags == 0 ? "" : "\u{1b}[=\(keyboardFlags)u") + (otherKeys == 0 ? "" : "\u{1b}[>4;\(otherKeys)m")
  }

  /// Sixel pictures with as many colours as ours have.
  var showsSixel: Bool { hasSixel && registers >= SixelEncoder.colors }
}
