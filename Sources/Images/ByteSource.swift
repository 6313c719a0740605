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

  /// - Throws: `Trouble` when the file cannot be opened or unpacked.
  init(_ path: String) throws {
    let file = Files.open(path, O_RDONLY)
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      let reason = file < 0 ? systemError() : "no plain file"
      if file >= 0 { close(file) }
      throw Trouble("the file cannot be opened (\(reason))", at: path, remedy: "check that it is there and may be read")
    }
    self.path = path
    var mark: [UInt8] = [0, 0]
    if mark.withUnsafeMutableBytes({ Self.read(file, into: $0, from: 0) }), mark == [0x1f, 0x8b] {
      close(file)
      let bytes = try Self.unpacked(path)
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

  private static func unpacked(_ path: String) throws -> [UInt8] {
    guard let file = path.withPath({ gzopen($0, "rb") }) else {
      throw Trouble("the file cannot be opened (\(systemError()))", at: path, remedy: "check its permissions")
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    var count: Int32 = 0
    repeat {
      count = gzread(file, &buffer, UInt32(buffer.count))
      if count > 0 { bytes.append(contentsOf: buffer[..<Int(count)]) }
    } while count > 0
    // Closing tells of an end in the middle of the packed bytes.
    let closed = gzclose(file)
    guard count == 0, closed == Z_OK else {
      throw Trouble("a broken gzip file", at: path, remedy: "download it again")
    }
    return bytes
  }
}
