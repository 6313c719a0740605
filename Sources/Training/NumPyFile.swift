/// Arrays as numpy keeps them: `numpy.load` reads the file (format 1.0, little-endian, rows first).

public enum NumPyFile {
  /// float32 of this shape.
  public static func bytes(_ shape: [Int], _ numbers: [Float]) -> [UInt8] { bytes("<f4", shape, numbers) }
  /// int64 of this shape.
  public static func bytes(_ shape: [Int], _ numbers: [Int64]) -> [UInt8] { bytes("<i8", shape, numbers) }

  private static func bytes<Number>(_ type: String, _ shape: [Int], _ numbers: [Number]) -> [UInt8] {
    precondition(numbers.count == shape.reduce(1, *), "\(numbers.count) numbers for shape \(shape)")
    // A tuple in Python: one side alone has a comma behind it.
    let sides = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sides)), }".utf8)
    let prefix = 10
    while (prefix + header.count + 1) % 64 != 0 { header.append(0x20) }
    header.append(0x0A)
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count & 0xFF), UInt8(header.count >> 8)]
    bytes += header
    numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
    return bytes
  }
}
