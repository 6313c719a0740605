/// A sum of 64 bits that finds torn and changed files; no defence against forgers.

public struct Checksum: Sendable, Equatable {
  public private(set) var value: UInt64

  /// - Parameter start: tells sums for different purposes apart.
  public init(_ start: UInt64 = 0) { value = start }

  /// Takes in the bytes and how many they are.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    value &+= UInt64(bytes.count)
    let words = bytes.count / 8
    for i in 0..<words { mix(bytes.loadUnaligned(fromByteOffset: i * 8, as: UInt64.self).littleEndian) }
    for i in words * 8..<bytes.count { mix(UInt64(bytes[i])) }
  }

  public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  public mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  public mutating func add(_ number: Int) { mix(UInt64(bitPattern: Int64(number))) }

  private mutating func mix(_ word: UInt64) {
    value = (value ^ word) &* 0x9e37_79b9_7f4a_7c15
    value ^= value >> 32
  }
}
