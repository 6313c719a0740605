/// The bytes of a file that holds many pictures: on the disk, or in memory when the file is gzip'd.
import Basics
import CZlib
import Foundation

final class ByteSource: Sendable {
  let path: String
  let count: Int
  private let place: Place

  private enum Place: Sendable {
    case disk(Int32)
    case memory([UInt8])
  }

  /// - Parameter unpackedSize: tells from the first bytes of a file how many it has; only with it a gzip'd file is
  ///   unpacked, into that many bytes.
  /// - Throws: `Trouble` when the file cannot be opened or unpacked.
  init(_ path: String, unpackedSize: ((_ head: [UInt8]) throws -> Double)? = nil) throws {
    let file = Files.open(path, O_RDONLY)
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      let reason = file < 0 ? systemError() : "not a regular file"
      if file >= 0 { close(file) }
      throw Trouble("the file cannot be opened (\(reason))", at: path, remedy: "check that it is there and may be read")
    }
    self.path = path
    var mark: [UInt8] = [0, 0]
    if let unpackedSize, mark.withUnsafeMutableBytes({ Self.read(file, into: $0, from: 0) }), mark == [0x1f, 0x8b] {
      close(file)
      let bytes = try Self.unpacked(path, packed: Int(status.st_size), unpackedSize)
      (count, place) = (bytes.count, .memory(bytes))
    } else {
      (count, place) = (Int(status.st_size), .disk(file))
    }
  }

  deinit { if case .disk(let file) = place { close(file) } }

  /// - Throws: `Trouble` when the file has not these bytes, or the disk does not give them.
  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    switch place {
    case .memory(let bytes) where range.upperBound <= bytes.count: return Array(bytes[range])
    case .disk(let file):
      var bytes = [UInt8](repeating: 0, count: range.count)
      if bytes.withUnsafeMutableBytes({ Self.read(file, into: $0, from: range.lowerBound) }) { return bytes }
    case .memory: break
    }
    throw Trouble(
      "bytes \(range.lowerBound) to \(range.upperBound) cannot be read (the file has \(count))", at: path,
      remedy: "download or unpack it again")
  }

  /// One byte of each of `count` records, the first at `start` and the others `stride` apart.
  /// A quarter of a mebibyte at a time, as a call for each byte takes four times as long (50,000 records of 3 KiB).
  func column(from start: Int, stride: Int, count: Int) throws -> [UInt8] {
    let many = max(1, (1 << 18) / stride)
    return try Swift.stride(from: 0, to: count, by: many).flatMap { first in
      let records = first..<min(first + many, count)
      let part = try bytes(start + records.lowerBound * stride..<start + (records.upperBound - 1) * stride + 1)
      return records.indices.map { part[($0 - first) * stride] }
    }
  }

  /// All bytes of a range of a file, however many calls that takes.
  static func read(_ file: Int32, into bytes: UnsafeMutableRawBufferPointer, from start: Int) -> Bool {
    var done = 0
    while done < bytes.count {
      let count = pread(file, bytes.baseAddress! + done, bytes.count - done, off_t(start + done))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Enough for the header of any file that is read gzip'd.
  private static let headBytes = 1 << 12

  private static func unpacked(
    _ path: String, packed: Int, _ size: (_ head: [UInt8]) throws -> Double
  ) throws -> [UInt8] {
    guard let file = path.withPath({ gzopen($0, "rb") }) else {
      throw Trouble("the file cannot be opened (\(systemError()))", at: path, remedy: "check its permissions")
    }
    var bytes = [UInt8](repeating: 0, count: headBytes)
    var isWhole = true
    func fill(_ range: Range<Int>) -> Int {
      var done = range.lowerBound
      while done < range.upperBound {
        let most = min(range.upperBound - done, 1 << 30)
        let count = bytes.withUnsafeMutableBytes { gzread(file, $0.baseAddress! + done, UInt32(most)) }
        if count < 0 { isWhole = false }
        if count <= 0 { break }
        done += Int(count)
      }
      return done
    }
    var filled = fill(0..<headBytes)
    do {
      let expected = try size(Array(bytes[..<filled]))
      try checkSize(expected, packed: packed, path)
      if filled == headBytes, expected > Double(filled) {
        bytes.append(contentsOf: repeatElement(0, count: Int(expected) - filled))
        filled = fill(filled..<bytes.count)
      }
    } catch {
      // A head that is cut off is a torn file first of all.
      throw gzclose(file) == Z_OK && isWhole ? error : broken(path)
    }
    bytes.removeLast(bytes.count - filled)
    // One byte more than the header says is enough to refuse the file.
    var next: UInt8 = 0
    if filled >= headBytes, gzread(file, &next, 1) > 0 { bytes.append(next) }
    // Closing tells of an end in the middle of the packed bytes.
    let closed = gzclose(file)
    guard isWhole, closed == Z_OK else {
      throw broken(path)
    }
    return bytes
  }

  private static func broken(_ path: String) -> Trouble {
    Trouble("a broken gzip file", at: path, remedy: "download it again")
  }

  /// Before anything is unpacked: what the header promises fits into memory, and can be in so few bytes (deflate packs
  /// 1,032 bytes into one at most).
  private static func checkSize(_ expected: Double, packed: Int, _ path: String) throws {
    guard expected <= 1_040 * Double(packed) + Double(headBytes) else {
      throw Trouble(
        "a gzip file of \(packed) bytes whose header promises more than that can hold", at: path,
        remedy: "download it again")
    }
    if let available = availableMemory(), expected > Double(available) {
      throw Trouble(
        "a gzip file that unpacks to \(Int(expected) >> 20) MiB, and \(available >> 20) MiB of memory are free",
        at: path,
        remedy: "unpack it first (gunzip), and it is read from the disk")
    }
  }
}
