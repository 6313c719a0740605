/// The head of a numpy array file: what its items are, how many there are, and where they begin.
import Basics
import Foundation

/// Versions 1 to 3 of the format (numpy.lib.format): a mark, a length, then a Python dictionary in text.
struct NPYHeader: Sendable {
  /// Such as "|u1" (unsigned bytes) or "<f4".
  let type: String
  let isFortranOrder: Bool
  let shape: [Int]
  /// Where the items begin.
  let start: Int

  /// - Throws: `Trouble` when these are not the first bytes of such a file.
  init(_ source: ByteSource) throws {
    func broken(_ what: String) -> Trouble {
      Trouble("\(what), not an npy file that can be read", at: source.path, remedy: "write it again with numpy.save")
    }
    guard source.count >= 12 else { throw broken("\(source.count) bytes") }
    let front = try source.bytes(0..<12)
    guard front.starts(with: [0x93] + Array("NUMPY".utf8)) else { throw broken("another mark at the beginning") }
    guard (1...3).contains(front[6]) else { throw broken("version \(front[6]) of the format") }
    // Two bytes of length in the first version, four in the later ones; the lowest first.
    let lengthBytes = front[6] == 1 ? 2 : 4
    let length = front[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
    start = 8 + lengthBytes + length
    guard start <= source.count else { throw broken("a head that is cut off") }
    let text = String(decoding: try source.bytes(8 + lengthBytes..<start), as: UTF8.self)
    guard let type = Self.value("descr", in: text), let order = Self.value("fortran_order", in: text),
      ["True", "False"].contains(order), let shape = Self.value("shape", in: text).flatMap(Self.numbers)
    else { throw broken("a head without type, order or shape") }
    (self.type, isFortranOrder, self.shape) = (type, order == "True", shape)
  }

  /// The value of a key of a Python dictionary: a word in quotes, a name, or what stands in brackets.
  private static func value(_ key: String, in text: String) -> String? {
    guard let found = text.range(of: "'\(key)'") else { return nil }
    let rest = text[found.upperBound...].drop { $0 == " " }
    guard rest.first == ":" else { return nil }
    var value = rest.dropFirst().drop { $0 == " " }
    // Python 2 marks text: u'|u1'.
    if ["u'", "b'"].contains(where: value.hasPrefix) { value = value.dropFirst() }
    switch value.first {
    case "'": return String(value.dropFirst().prefix { $0 != "'" })
    case "(": return String(value.dropFirst().prefix { $0 != ")" })
    case "[": return String(value.prefix { $0 != "]" }) + "]"
    default: return String(value.prefix { $0.isLetter })
    }
  }

  private static func numbers(_ text: String) -> [Int]? {
    let parts = text.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
    // Python 2 writes whole numbers as 40L.
    let numbers = parts.compactMap { Int($0.hasSuffix("L") ? String($0.dropLast()) : $0) }
    return numbers.count == parts.count && numbers.allSatisfy { $0 >= 0 } ? numbers : nil
  }
}

extension NPYHeader {
  /// The type's letter: u and i for whole numbers, f for floats, b for truth values, U and S for words, O for objects,
  /// V for records.
  var kind: Character { type.first == "[" ? "V" : type.drop { "|<>=".contains($0) }.first ?? "V" }

  /// Of one item; nil where the type says none or more than can be.
  var itemBytes: Int? {
    let digits = type.drop { "|<>=".contains($0) }.dropFirst()
    guard let count = Int(digits), (1...1 << 20).contains(count) else { return nil }
    switch kind {
    case "u", "i": return [1, 2, 4, 8].contains(count) ? count : nil
    case "f": return [4, 8].contains(count) ? count : nil
    case "b": return count == 1 ? 1 : nil
    case "U": return 4 * count
    case "S", "a": return count
    default: return nil
    }
  }

  var isBigEndian: Bool { type.first == ">" }

  /// For errors: "floats (<f4)".
  var words: String {
    let names: [Character: String] = [
      "f": "floats", "i": "signed whole numbers", "u": "whole numbers", "b": "truth values", "O": "Python objects",
      "c": "complex numbers", "U": "words", "S": "words", "V": "records",
    ]
    return names[kind].map { "\($0) (\(type))" } ?? "items of type \(type)"
  }
}
