/// The file of a cache: a head, a record a picture, then the pixels in any order.
import Basics
import Foundation

/// Checked when it is opened: the head's sum covers the records, and the file is as long as when it was synced. It is
/// written under another name, so that whoever has it open keeps what he opened.
final class PictureCacheFile: Sendable {
  /// Whole numbers as this machine writes them; on another kind of machine the mark does not fit.
  struct Head: Equatable {
    /// "simscop2": the last letter counts changes of the format, and of what the pixels are for the same file.
    static let mark: UInt64 = 0x3270_6f63_736d_6973
    var mark = Self.mark
    var records: UInt64
    var fileBytes: UInt64
    /// Of the records.
    var checksum: UInt64
  }

  struct Record {
    /// Of what the picture was made from, and how.
    var key: UInt64
    var offset: UInt64 = 0
    /// 0 for a picture that could not be decoded and is not held.
    var width: UInt32 = 0
    var height: UInt32 = 0

    var isHeld: Bool { width > 0 }
    var bytes: Int { 3 * Int(width) * Int(height) }

    func lies(within fileBytes: UInt64) -> Bool {
      let (pixels, overflows) = (UInt64(width) * UInt64(height)).multipliedReportingOverflow(by: 3)
      return !overflows && offset <= fileBytes && pixels <= fileBytes - offset
    }
  }

  let path: String
  let records: [Record]
  /// Of the file.
  var bytes: Int { records.reduce(Self.bodyStart(pictures: records.count)) { $0 + $1.bytes } }
  private let file: Int32

  /// Nil when there is no such file, or it is not whole.
  init?(_ path: String) {
    let file = Files.open(path, O_RDONLY)
    guard file >= 0 else { return nil }
    guard let records = Self.records(of: file) else {
      close(file)
      return nil
    }
    (self.path, self.file, self.records) = (path, file, records)
  }

  deinit { close(file) }

  /// Where the pixels begin.
  static func bodyStart(pictures: Int) -> Int {
    MemoryLayout<Head>.stride + pictures * MemoryLayout<Record>.stride
  }

  /// What stands before the pixels of a file of this length.
  static func front(_ records: [Record], fileBytes: Int) -> [UInt8] {
    records.withUnsafeBytes { bytes in
      withUnsafeBytes(of: head(bytes, count: records.count, fileBytes: fileBytes)) { Array($0) + bytes }
    }
  }

  private static func head(_ records: UnsafeRawBufferPointer, count: Int, fileBytes: Int) -> Head {
    var sum = Checksum()
    sum.add(records)
    return Head(records: UInt64(count), fileBytes: UInt64(fileBytes), checksum: sum.value)
  }

  private static func records(of file: Int32) -> [Record]? {
    var status = stat()
    var head = Head(records: 0, fileBytes: 0, checksum: 0)
    guard fstat(file, &status) == 0, withUnsafeMutableBytes(of: &head, { ByteSource.read(file, into: $0, from: 0) }),
      head.mark == Head.mark, head.fileBytes == UInt64(status.st_size),
      head.records <= head.fileBytes / UInt64(MemoryLayout<Record>.stride)
    else { return nil }
    var records = [Record](repeating: Record(key: 0), count: Int(head.records))
    return records.withUnsafeMutableBytes { bytes -> Bool in
      ByteSource.read(file, into: bytes, from: MemoryLayout<Head>.stride)
        && head == Self.head(UnsafeRawBufferPointer(bytes), count: Int(head.records), fileBytes: Int(status.st_size))
    } && records.allSatisfy({ $0.lies(within: head.fileBytes) }) ? records : nil
  }

  /// The pixels of a picture that is held, as many as its record says.
  /// - Returns: whether they could be read.
  func read(_ place: Int, into pixels: UnsafeMutableRawBufferPointer) -> Bool {
    records[place].bytes == pixels.count && ByteSource.read(file, into: pixels, from: Int(records[place].offset))
  }
}
