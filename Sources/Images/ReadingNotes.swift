/// What is noticed about images while they are decoded, on any thread.
import Basics
import Synchronization

final class ReadingNotes: Sendable {
  private let huge = Mutex<[String: String]>([:])

  /// Notes an image of more than `PixelLimit.usual` pixels.
  func addHuge(_ name: String, _ width: Int, _ height: Int) {
    let needed = PixelLimit.bytes(width, height) >> 20
    huge.withLock { $0[name] = "\(name) has \(width)×\(height) pixels and takes \(needed) MiB while it is decoded" }
  }

  /// Sentences with a remedy.
  var all: [String] {
    let huge = huge.withLock { $0 }
    guard let first = huge.min(by: { $0.key < $1.key })?.value else { return [] }
    let others = huge.count > 1 ? " (and \(huge.count - 1) more such images)" : ""
    return ["\(first)\(others); cut it into tiles or shrink it, or expect slow starts"]
  }
}

/// How large an image may be: as in PIL, which warns above the first number and refuses above twice that.
enum PixelLimit {
  static let usual = 89_478_485
  static let most = 2 * usual
  /// Larger images are decoded one at a time, so that memory stays bounded by one of them.
  private static let sharedLeast = 1 << 24
  private static let oneAtATime = Mutex<Void>(())

  /// Bytes that decoding takes at most: samples with opacity, and the result.
  static func bytes(_ width: Int, _ height: Int) -> Int { 7 * width * height }

  /// - Throws: `Trouble` when an image is larger than `most`, or than memory.
  static func check(_ width: Int, _ height: Int, _ name: String) throws {
    guard width * height <= most else {
      throw Trouble(
        "an image of \(width)×\(height) pixels, more than the limit of \(most)", at: name,
        remedy: "shrink it or cut it into tiles")
    }
    guard width * height > sharedLeast, let available = availableMemory() else { return }
    let needed = bytes(width, height)
    guard needed <= available else {
      throw Trouble(
        "an image of \(width)×\(height) pixels takes \(needed >> 20) MiB to decode, and \(available >> 20) MiB are free",
        at: name, remedy: "shrink it or cut it into tiles")
    }
  }

  static func decoding<Result>(_ width: Int, _ height: Int, _ body: () throws -> Result) rethrows -> Result {
    guard width * height > sharedLeast else { return try body() }
    return try oneAtATime.withLock { _ in try body() }
  }
}
