/// A sum of 64 bits that finds torn and changed files; no defence against forgers.
public struct Checksum: Sendable {
  private var state: UInt64
  /// The last bytes, fewer than a word.
  private var rest: [UInt8] = []

  /// - Parameter start: tells sums for different purposes apart.
  public init(_ start: UInt64 = 0) { state = start }

  /// Of all that was added.
  public var value: UInt64 {
    var end = self
    end.close()
    return end.state
  }

  /// Takes in the bytes and how many they are.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    begin(bytes.count)
    append(bytes)
  }

  public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  public mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  public mutating func add(_ number: Int) {
    close()
    mix(UInt64(bitPattern: Int64(number)))
  }

  /// So many bytes follow, by `append`, in pieces of any length: the sum is that of `add` with all of them at once.
  public mutating func begin(_ count: Int) {
    close()
    state &+= UInt64(count)
  }

  public mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var start = 0
    while !rest.isEmpty, rest.count < 8, start < bytes.count {
      rest.append(bytes[start])
      start += 1
    }
    if rest.count == 8 {
      mix(rest.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }.littleEndian)
      rest.removeAll(keepingCapacity: true)
    }
    let words = (bytes.count - start) / 8
    for i in 0..<words { mix(bytes.loadUnaligned(fromByteOffset: start + i * 8, as: UInt64.self).littleEndian) }
    rest.append(contentsOf: bytes[(start + words * 8)...])
  }

  /// Takes in the last bytes one by one.
  private mutating func close() {
    for byte in rest { mix(UInt64(byte)) }
    rest.removeAll(keepingCapacity: true)
  }

  private mutating func mix(_ word: UInt64) {
    state = (state ^ word) &* 0x9e37_79b9_7f4a_7c15
    state ^= state >> 32
  }
}
