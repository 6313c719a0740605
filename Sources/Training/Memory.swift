/// What memory the machine can still give.
import Foundation

/// Bytes that can be had without swapping, or nil where the system does not say.
func availableMemory() -> Int? {
  guard let data = FileManager.default.contents(atPath: "/proc/meminfo") else { return nil }
  let text = String(decoding: data, as: UTF8.self)
  for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
    return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }
  return nil
}
