/// Keys by name, as a file of keys writes them: "p", "ctrl-x", "page-up", "f5".
extension Key {
  private static let named: [(name: String, key: Key)] = [
    ("space", .character(" ")), ("up", .up), ("down", .down), ("left", .left), ("right", .right),
    ("shift-up", .shiftUp), ("shift-down", .shiftDown), ("shift-left", .shiftLeft), ("shift-right", .shiftRight),
    ("page-up", .pageUp), ("page-down", .pageDown), ("home", .home), ("end", .end), ("tab", .tab),
    ("shift-tab", .backTab), ("enter", .enter), ("esc", .escape), ("backspace", .backspace), ("delete", .delete),
  ]

  /// Names of the keys that are no character; with them go ctrl-a…ctrl-z and f1…f12.
  public static var names: [String] { named.map(\.name) }

  /// nil when no key is called so.
  public init?(name: String) {
    if let one = Self.named.first(where: { $0.name == name }) {
      self = one.key
    } else if name.unicodeScalars.count == 1, let scalar = name.unicodeScalars.first, scalar.value > 32 {
      self = .character(scalar)
    } else if name.hasPrefix("ctrl-"), let letter = name.unicodeScalars.last, ("a"..."z").contains(letter),
      name.unicodeScalars.count == 6
    {
      self = .control(letter)
    } else if name.hasPrefix("f"), let number = Int(name.dropFirst()), (1...12).contains(number) {
      self = .function(number)
    } else {
      return nil
    }
  }

  public var name: String {
    switch self {
    case .character(let scalar) where scalar != " ": String(Character(scalar))
    case .control(let letter): "ctrl-\(letter)"
    case .function(let number): "f\(number)"
    default: Self.named.first { $0.key == self }?.name ?? ""
    }
  }
}
