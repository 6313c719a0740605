/// What the tests share: a folder that goes away, pictures by formula, closeness.
import Basics
import Foundation
import Testing

@testable import Images

/// Runs `body` in a new folder, which is removed afterwards.
func withFolder<Result>(_ body: (_ path: String) throws -> Result) throws -> Result {
  let path = NSTemporaryDirectory() + "images-tests-" + UUID().uuidString
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  return try body(path)
}

/// Writes a file below `folder`, making the folders on the way.
func write(_ bytes: [UInt8], to name: String, in folder: String) throws {
  let url = URL(fileURLWithPath: folder + "/" + name)
  try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
  try Data(bytes).write(to: url)
}

/// The picture whose interleaved byte i is (31 i² + 7 i + 13) mod 256.
func formulaImage(_ width: Int, _ height: Int) -> Image {
  let pixels = (0..<width * height * 3).map { (i: Int) -> UInt8 in UInt8((31 * i * i + 7 * i + 13) % 256) }
  return Image(width: width, height: height, pixels: pixels)
}

/// A picture of one colour.
func flatImage(_ width: Int, _ height: Int, _ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Image {
  Image(
    width: width, height: height,
    pixels: [[UInt8]](repeating: [red, green, blue], count: width * height).flatMap { $0 })
}

/// The largest difference between two rows of numbers of the same length.
func distance(_ a: [Float], _ b: [Float]) -> Float {
  precondition(a.count == b.count, "\(a.count) and \(b.count) numbers")
  return zip(a, b).map { abs($0 - $1) }.max() ?? 0
}

/// The `Trouble` that `body` throws; nil when it throws none.
func trouble(_ body: () throws -> Void) -> Trouble? {
  do {
    try body()
    return nil
  } catch {
    return error as? Trouble
  }
}

extension DataSet {
  /// Opened by two workers, without a limit, with JPEG as the machine has it.
  static func open(_ path: String, _ split: Split = .train, limit: Int? = nil) throws -> DataSet {
    try open(path, split: split, limit: limit, workers: WorkerPool(threads: 2))
  }
}

extension ViewMaker {
  /// The part of the picture that is seen, and the stages that are applied.
  func stages(
    of image: Image, epoch: Int, index: Int, view: Int
  ) -> (crop: (x: Double, y: Double, width: Double, height: Double), stages: [Stage]) {
    let held = hold(image, epoch: epoch, index: index, view: view)
    return (seen(held), held.stages.filter { held.isOn($0) }.map { stage($0, of: image, held) })
  }
}
