// A folder for one test.
import Foundation

/// A folder, removed with the object.
public final class Scratch: Sendable {
  public let path = FileManager.default.temporaryDirectory.appendingPathComponent("simscope-\(UUID().uuidString)").path
  public init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}
