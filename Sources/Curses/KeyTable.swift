/// Which bytes are which key: one table for what terminals send after ESC [ and ESC O, one for control characters.
import Canvas

enum KeyTable {
  /// ESC [ … letter and ESC O letter. Terminals send either form for the same key.
  static func key(letter: UInt8, shifted: Bool) -> Key? {
    switch letter {
    case UInt8(ascii: "A"): shifted ? .shiftUp : .up
    case UInt8(ascii: "B"): shifted ? .shiftDown : .down
    case UInt8(ascii: "C"): shifted ? .shiftRight : .right
    case UInt8(ascii: "D"): shifted ? .shiftLeft : .left
    case UInt8(ascii: "a"): .shiftUp  // rxvt
    case UInt8(ascii: "b"): .shiftDown
    case UInt8(ascii: "c"): .shiftRight
    case UInt8(ascii: "d"): .shiftLeft
    case UInt8(ascii: "H"): .home
    case UInt8(ascii: "F"): .end
    case UInt8(ascii: "Z"): .backTab
    case UInt8(ascii: "M"): .enter  // the keypad's
    case UInt8(ascii: "P")...UInt8(ascii: "S"): .function(Int(letter - UInt8(ascii: "P")) + 1)
    default: nil
    }
  }

  /// ESC [ number ~
  static func key(number: Int) -> Key? {
    switch number {
    case 1, 7: .home
    case 4, 8: .end
    case 3: .delete
    case 5: .pageUp
    case 6: .pageDown
    case 11...15: .function(number - 10)
    case 17...21: .function(number - 11)
    case 23, 24: .function(number - 12)
    default: nil
    }
  }

  /// ESC [ code ; modifiers u of the kitty keyboard protocol, and ESC [ 27 ; modifiers ; code ~ of xterm's
  /// modifyOtherKeys. What they send for Ctrl and a letter is the control character's key.
  static func key(code: Int, shiftedCode: Int?, text: Int?, _ modifiers: KeyModifiers) -> Key? {
    guard !modifiers.hasOthers else { return nil }
    if let key = keypad[code] { return key }
    guard !(0xe000...0xf8ff).contains(code), let scalar = Unicode.Scalar(UInt32(code)) else { return nil }
    if code == 9, modifiers.shift { return .backTab }
    if code < 32 || code == 127 { return key(control: UInt8(code)) }
    if modifiers.control {
      let upper = scalar.value & ~0x20
      return (0x40...0x5f).contains(upper) ? key(control: UInt8(upper & 0x1f)) : nil
    }
    let other = (text ?? (modifiers.shift ? shiftedCode : nil)).flatMap { Unicode.Scalar(UInt32($0)) }
    if let other, other.value >= 32 { return .character(other) }
    let upper = scalar.properties.uppercaseMapping.unicodeScalars
    return .character(modifiers.isUppercase && upper.count == 1 ? upper.first! : scalar)
  }

  /// The keypad's keys in the kitty protocol.
  private static let keypad: [Int: Key] = {
    let digits = (0...9).map { (57_399 + $0, Key.character(Unicode.Scalar(UInt8(48 + $0)))) }
    let signs = zip(57_409..., "./*-+".unicodeScalars).map { ($0, Key.character($1)) }
    let others: [Key] = [.enter, .character("="), .character(","), .left, .right, .up, .down, .pageUp, .pageDown]
    let last: [(Int, Key)] = [(57_423, .home), (57_424, .end), (57_426, .delete)]
    return Dictionary(uniqueKeysWithValues: digits + signs + zip(57_414..., others) + last)
  }()

  /// A byte below 32, or 127; ESC stands for itself.
  static func key(control byte: UInt8) -> Key {
    switch byte {
    case 8, 127: .backspace
    case 9: .tab
    case 10, 13: .enter
    case 27: .escape
    case 1...26: .control(Unicode.Scalar(byte + 96))
    default: .control(Unicode.Scalar(byte + 64))
    }
  }
}

/// Modifiers of a key as xterm counts them, one more than the sum of their bits, and the kind of event.
struct KeyModifiers {
  private let bits: Int
  let isRelease: Bool

  /// - Parameter numbers: modifiers and event; either may be missing.
  init(_ numbers: [Int]) {
    bits = max(1, numbers.first ?? 1) - 1
    isRelease = numbers.dropFirst().first == 3
  }

  var shift: Bool { bits & 1 != 0 }
  var control: Bool { bits & 4 != 0 }
  /// Shift or caps lock, not both.
  var isUppercase: Bool { shift != (bits & 64 != 0) }
  /// Alt, super, hyper or meta: no key of ours has them.
  var hasOthers: Bool { bits & (2 | 8 | 16 | 32) != 0 }
}
