/// Named tensors in a safetensors file: 8 bytes of length, a JSON header, raw little-endian float32. PyTorch opens it
/// with `safetensors.torch.load_file`. Ours carry a checksum; foreign ones need none.
import Basics
import Foundation
import Tensors

public struct TensorFile: Sendable {
  public private(set) var tensors: [(name: String, tensor: Tensor)] = []
  public var metadata: [String: String] = [:]
  private var places: [String: Int] = [:]

  public init() {}

  public mutating func add(_ name: String, _ tensor: Tensor) {
    precondition(places[name] == nil, "two tensors named \(name)")
    places[name] = tensors.count
    tensors.append((name, tensor))
  }

  public subscript(name: String) -> Tensor? { places[name].map { tensors[$0].tensor } }

  // MARK: writing

  private static let checksumKey = "checksum"
  private static let noChecksum = String(repeating: "0", count: 16)

  /// Writes the tensors from where they lie. The same tensors and metadata always give the same bytes.
  public func write(to path: String) throws {
    let header = signedHeader
    try SafeFile.write(to: path) { descriptor in
      let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
      try SafeFile.writeAll(length + header, to: descriptor, path)
      for (_, tensor) in tensors {
        try tensor.scalars.withUnsafeBytes { try SafeFile.writeAll($0, to: descriptor, path) }
      }
    }
  }

  private var signedHeader: [UInt8] {
    // Over the header with zeroes in the sum's place, then over the tensors' bytes.
    var sum = Checksum()
    sum.add(header(checksum: Self.noChecksum))
    sum.begin(tensors.reduce(0) { $0 + $1.tensor.count * 4 })
    for (_, tensor) in tensors { tensor.scalars.withUnsafeBytes { sum.append($0) } }
    let digits = String(sum.value, radix: 16)
    return header(checksum: String(repeating: "0", count: 16 - digits.count) + digits)
  }

  private func header(checksum: String) -> [UInt8] {
    var entries = metadata
    entries[Self.checksumKey] = checksum
    let pairs = entries.sorted { $0.key < $1.key }.map { "\(Self.quote($0.key)):\(Self.quote($0.value))" }
    var parts = ["\"__metadata__\":{\(pairs.joined(separator: ","))}"]
    var offset = 0
    for (name, tensor) in tensors {
      let end = offset + tensor.count * 4
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      parts.append("\(Self.quote(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(parts.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(0x20) }
    return header
  }

  private static func quote(_ text: String) -> String {
    let data = try? JSONSerialization.data(withJSONObject: text, options: [.fragmentsAllowed, .withoutEscapingSlashes])
    return String(decoding: data ?? Data("\"\"".utf8), as: UTF8.self)
  }

  // MARK: reading

  /// - Throws: `Trouble` when the file is missing, torn, changed, or no safetensors file.
  public init(reading path: String) throws {
    guard let bytes = try Files.bytesIfThere(path, "cannot read a file of tensors") else {
      throw Trouble("cannot read a file of tensors", at: path, remedy: "check that it is there and may be read")
    }
    if let shards = try TensorShards(bytes, path) {
      self = try shards.read()
    } else {
      try self.init(bytes, path)
    }
  }

  init(_ bytes: [UInt8], _ path: String) throws {
    if let foreign = ForeignWeights.trouble(bytes, path) { throw foreign }
    func broken(_ what: String) -> Trouble {
      Trouble("not a whole safetensors file (\(what))", at: path, remedy: "use an earlier checkpoint or another file")
    }
    guard bytes.count >= 8 else { throw broken("\(bytes.count) bytes") }
    let length = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(bytes.count - 8), length < 1 << 30 else { throw broken("its header is cut off") }
    let start = 8 + Int(length)
    guard let header = try? JSONSerialization.jsonObject(with: Data(bytes[8..<start])) as? [String: Any] else {
      throw broken("its header is not JSON")
    }
    metadata = header["__metadata__"] as? [String: String] ?? [:]
    let checksum = metadata.removeValue(forKey: Self.checksumKey)
    for (name, place) in try Self.entries(of: header, broken) {
      guard place.end <= bytes.count - start else { throw broken("\(name) is cut off") }
      add(name, Self.tensor(place, Array(bytes[start + place.start..<start + place.end])))
    }
    if let checksum {
      let text = String(decoding: bytes[8..<start], as: UTF8.self)
      let unsigned = text.replacingOccurrences(
        of: "\"\(Self.checksumKey)\":\"\(checksum)\"", with: "\"\(Self.checksumKey)\":\"\(Self.noChecksum)\"")
      var sum = Checksum()
      sum.add(unsigned)
      bytes.withUnsafeBytes { sum.add(UnsafeRawBufferPointer(rebasing: $0[start...])) }
      guard UInt64(checksum, radix: 16) == sum.value else { throw broken("its checksum does not fit") }
    }
  }

  private struct Place {
    let shape: [Int]
    let type: String
    let start: Int
    let end: Int
  }

  /// The tensors of a header in the order of their bytes; whole numbers (counters of other tools) are left out.
  private static func entries(of header: [String: Any], _ broken: (String) -> Trouble) throws -> [(String, Place)] {
    var entries: [(String, Place)] = []
    for (name, value) in header where name != "__metadata__" {
      guard let entry = value as? [String: Any], let type = entry["dtype"] as? String,
        let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int], offsets.count == 2,
        shape.allSatisfy({ $0 >= 0 }), 0 <= offsets[0], offsets[0] <= offsets[1]
      else { throw broken("its header names \(name) without place or shape") }
      if type.hasPrefix("I") || type.hasPrefix("U") || type == "BOOL" { continue }
      let place = Place(shape: shape, type: type, start: offsets[0], end: offsets[1])
      guard let width = Self.widths[type] else {
        throw broken("\(name) is of type \(type), not F32, F64, F16 or BF16")
      }
      guard Self.product(shape, times: width) == offsets[1] - offsets[0] else {
        throw broken("\(name) has not the bytes of its shape")
      }
      entries.append((name, place))
    }
    return entries.sorted { $0.1.start < $1.1.start }
  }

  /// nil when it is no number that fits.
  private static func product(_ shape: [Int], times width: Int) -> Int? {
    shape.reduce(width) { product, side in
      guard let (value, overflows) = product?.multipliedReportingOverflow(by: side), !overflows else { return nil }
      return value
    }
  }

  /// Bytes of a number of each type that is read.
  private static let widths = ["F32": 4, "F64": 8, "F16": 2, "BF16": 2]

  private static func tensor(_ place: Place, _ bytes: [UInt8]) -> Tensor {
    let count = place.shape.reduce(1, *)
    return bytes.withUnsafeBytes { raw in
      func load<Number: BitwiseCopyable>(_ index: Int, as type: Number.Type) -> Number {
        raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Number>.size, as: type)
      }
      let scalars: [Float] =
        switch place.type {
        case "F64": (0..<count).map { Float(load($0, as: Double.self)) }
        case "F16": (0..<count).map { Float(load($0, as: Float16.self)) }
        // The upper half of a float32.
        case "BF16": (0..<count).map { Float(bitPattern: UInt32(load($0, as: UInt16.self)) << 16) }
        default: (0..<count).map { load($0, as: Float.self) }
        }
      return Tensor(place.shape, scalars)
    }
  }
}

extension Parameterized {
  /// Its parameters and running statistics under PyTorch's names below `prefix`.
  public func tensors(under prefix: String) -> [(name: String, tensor: Tensor)] {
    var found: [(String, Tensor)] = []
    var copy = self
    copy.visitParameters(prefix) { name, parameter in found.append((name, parameter.value)) }
    copy.visitBuffers(prefix) { name, buffer in found.append((name, buffer)) }
    return found
  }

  /// Takes parameters and running statistics from a file.
  /// - Parameter named: the name of a tensor as the file has it, for errors.
  /// - Throws: `Trouble` naming the first tensor that is missing or of another shape; then nothing has changed.
  public mutating func load(
    from file: TensorFile, under prefix: String, path: String,
    remedy: String = "was it saved by another encoder or head?", named: (String) -> String = { $0 }
  ) throws {
    for (name, mine) in tensors(under: prefix) {
      guard let theirs = file[name] else {
        throw Trouble("no tensor “\(named(name))”, which has shape \(mine.shape)", at: path, remedy: remedy)
      }
      guard theirs.shape == mine.shape else {
        throw Trouble(
          "“\(named(name))” has shape \(theirs.shape) where \(mine.shape) is needed", at: path, remedy: remedy)
      }
    }
    visitParameters(prefix) { name, parameter in parameter.value = file[name]! }
    visitBuffers(prefix) { name, buffer in buffer = file[name]! }
  }
}
