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
