/// Labels in a numpy array: whole numbers of any kind, also as floats or truth values, one-hot rows, or words.
import Basics
import Foundation

enum NPYLabels {
  static func read(_ path: String) throws -> FileLabels {
    let bytes = try ByteSource(path)
    let header = try NPYHeader(bytes)
    guard header.kind != "O" else {
      throw refused(path, "labels as Python objects, which are not read", #"y.astype(str)"#, ", allow_pickle=True")
    }
    guard let size = header.itemBytes, ["u", "i", "f", "b", "U", "S"].contains(header.kind) else {
      throw refused(path, "labels of \(header.words) where whole numbers or words are needed", #"y.astype("int64")"#)
    }
    let shape = header.shape
    guard shape.count == 1 || shape.count == 2 && shape[1] > 0 else {
      throw refused(path, "labels of shape \(shape), not one for each image", "y.ravel()")
    }
    try NPY.checkSize(header, itemBytes: size, bytes)
    let items = try bytes.bytes(header.start..<header.start + size * shape.reduce(1, *))
    let isWords = header.kind == "U" || header.kind == "S"
    guard shape.count == 1 || shape[1] == 1 || !isWords else {
      throw refused(path, "words of shape \(shape), not one for each image", "y.ravel()")
    }
    if isWords { return .words((0..<shape[0]).map { word(items[size * $0..<size * ($0 + 1)], header) }) }
    let numbers = try (0..<shape.reduce(1, *)).map { index in
      try number(items[size * index..<size * (index + 1)], header, path)
    }
    return .numbers(shape.count == 1 || shape[1] == 1 ? numbers : try oneHot(numbers, shape, path))
  }

  /// The place of the 1 in each row.
  private static func oneHot(_ numbers: [Int], _ shape: [Int], _ path: String) throws -> [Int] {
    try (0..<shape[0]).map { row in
      let values = numbers[row * shape[1]..<(row + 1) * shape[1]]
      guard values.count(where: { $0 == 1 }) == 1, values.count(where: { $0 == 0 }) == shape[1] - 1 else {
        throw refused(path, "labels of shape \(shape) that are not one-hot (row \(row))", "y.argmax(1)")
      }
      return values.firstIndex(of: 1)! - values.startIndex
    }
  }

  private static func number(_ item: ArraySlice<UInt8>, _ header: NPYHeader, _ path: String) throws -> Int {
    let bits = (header.isBigEndian ? Array(item) : item.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    switch header.kind {
    case "u", "b": return Int(truncatingIfNeeded: bits)
    case "i":
      // The sign of a shorter number, brought to the top and back.
      let unused = UInt64(64 - 8 * item.count)
      return Int(Int64(bitPattern: bits << unused) >> Int64(unused))
    default:
      let value = item.count == 8 ? Double(bitPattern: bits) : Double(Float(bitPattern: UInt32(bits)))
      guard let whole = Int(exactly: value) else {
        throw refused(path, "labels of floats that are not whole numbers (\(value))", #"y.round().astype("int64")"#)
      }
      return whole
    }
  }

  /// Unicode in four bytes a letter, or bytes; zeros fill the rest.
  private static func word(_ item: ArraySlice<UInt8>, _ header: NPYHeader) -> String {
    guard header.kind == "U" else { return String(path: Array(item.prefix { $0 != 0 })) }
    var text = String.UnicodeScalarView()
    for start in stride(from: item.startIndex, to: item.endIndex, by: 4) {
      let letter = item[start..<start + 4]
      let value = (header.isBigEndian ? Array(letter) : letter.reversed()).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      if value == 0 { break }
      text.append(Unicode.Scalar(value) ?? "\u{fffd}")
    }
    return String(text)
  }

  private static func refused(
    _ path: String, _ what: String, _ expression: String, _ loading: String = ""
  ) -> Trouble {
    let name = Files.name(of: path)
    return Trouble(
      what, at: path,
      remedy: "convert them in Python: y = numpy.load(\"\(name)\"\(loading)); numpy.save(\"\(name)\", \(expression))")
  }
}
