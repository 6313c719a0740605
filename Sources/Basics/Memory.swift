/// What memory can still be had: of the machine, and below the limits of the control groups (a container's, a batch
/// job's) that this process runs in.
import Foundation

/// Bytes that can be had without swapping; nil where the system does not say.
/// - Parameter root: stands before every path that is read.
public func availableMemory(root: String = "") -> Int? {
  let ofMachine = number("MemAvailable:", in: lines(root + "/proc/meminfo")).map { $0 * 1024 }
  let ofGroups = MemoryControl.all(root).flatMap { $0.room(root) }
  return (ofGroups + (ofMachine.map { [$0] } ?? [])).min().map { max(0, $0) }
}

/// A hierarchy of control groups with memory limits, and this process's place in it.
private struct MemoryControl {
  /// Where it is mounted.
  let mount: String
  /// This process's group below the mount. In a container that sees its own group as the root, this path may lead
  /// nowhere; then the root has the limit.
  let group: String
  let isSecondVersion: Bool

  static func all(_ root: String) -> [MemoryControl] {
    let memberships = lines(root + "/proc/self/cgroup").map {
      $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    }
    return lines(root + "/proc/self/mountinfo").compactMap { line in
      // … mount point … - type source options
      let halves = line.components(separatedBy: " - ")
      let (before, after) = (halves[0].split(separator: " "), halves.last!.split(separator: " "))
      guard halves.count == 2, before.count > 4, after.count > 2 else { return nil }
      let isSecondVersion = after[0] == "cgroup2"
      guard isSecondVersion || after[0] == "cgroup" && after[2].split(separator: ",").contains("memory") else {
        return nil
      }
      let membership = memberships.first { parts in
        parts.count == 3 && (isSecondVersion ? parts[0] == "0" : parts[1].split(separator: ",").contains("memory"))
      }
      return MemoryControl(
        mount: String(before[4]), group: membership.map { String($0[2]) } ?? "/", isSecondVersion: isSecondVersion)
    }
  }

  /// What is left below the limit of this process's group, and of each group above it.
  func room(_ root: String) -> [Int] {
    let parts = group.split(separator: "/")
    return (0...parts.count).compactMap { depth in
      let folder = root + ([mount] + parts.prefix(depth).map(String.init)).joined(separator: "/")
      let (limit, usage, prefix) =
        isSecondVersion
        ? ("memory.max", "memory.current", "") : ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
      // “max”, and the largest number there is, mean no limit.
      guard let most = number(folder + "/" + limit), most < Int.max / 2, let used = number(folder + "/" + usage) else {
        return nil
      }
      // Files in memory are given up when programs want it.
      let statistics = lines(folder + "/memory.stat")
      let files = ["inactive_file", "active_file"].compactMap { number(prefix + $0 + " ", in: statistics) }
      return most - used + files.reduce(0, +)
    }
  }
}

private func lines(_ path: String) -> [String] {
  let text = Files.contents(path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  return text.split(separator: "\n").map(String.init)
}

/// The number that a file holds.
private func number(_ path: String) -> Int? { lines(path).first.flatMap { Int($0) } }

/// The number behind a word at the beginning of a line.
private func number(_ word: String, in lines: [String]) -> Int? {
  lines.first { $0.hasPrefix(word) }?.dropFirst(word.count).split(separator: " ").first.flatMap { Int($0) }
}
