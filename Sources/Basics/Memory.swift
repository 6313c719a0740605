/// Memory that can still be had: of the machine, below the limits of the control groups (a container's, a batch job's)
/// and below the process's own limits (`ulimit -v`, `ulimit -d`).
import Foundation

/// Memory that can be had.
public struct MemoryRoom: Sendable, Equatable {
  public let bytes: Int
  /// The limit that leaves no more, in words; empty for the machine's own memory.
  public let limit: String

  public init(bytes: Int, limit: String = "") { (self.bytes, self.limit) = (bytes, limit) }

  /// "120 MiB are free", "120 MiB are free below ulimit -v"
  public var sentence: String { "\(bytes >> 20) MiB are free" + (limit.isEmpty ? "" : " below \(limit)") }
}

/// The least that any limit leaves, without swapping; nil where the system does not say.
/// - Parameters:
///   - reserved: bytes of addresses that will be mapped but hardly touched: they count below `ulimit -v` and `-d` only.
///   - root: prefix of every path that is read.
public func memoryRoom(reserved: Int = 0, root: String = "") -> MemoryRoom? {
  let ofMachine = number("MemAvailable:", in: lines(root + "/proc/meminfo")).map { MemoryRoom(bytes: $0 * 1024) }
  let ofGroups = ControlGroups.all("memory", root).flatMap { groups in
    groups.folders.flatMap { room(in: $0, isSecondVersion: groups.isSecondVersion) }
  }
  let all = [ofMachine].compactMap(\.self) + ofGroups + processRoom(reserved, root)
  return all.min { $0.bytes < $1.bytes }.map { MemoryRoom(bytes: max(0, $0.bytes), limit: $0.limit) }
}

/// Bytes of `memoryRoom`.
public func availableMemory(root: String = "") -> Int? { memoryRoom(root: root)?.bytes }

/// Room below the limits of a control group: above `memory.max` the kernel ends the process, above `memory.high` it slows
/// it down to a crawl.
private func room(in folder: String, isSecondVersion: Bool) -> [MemoryRoom] {
  let limits = isSecondVersion ? ["memory.max", "memory.high"] : ["memory.limit_in_bytes"]
  let (usage, prefix) = isSecondVersion ? ("memory.current", "") : ("memory.usage_in_bytes", "total_")
  guard let used = number(folder + "/" + usage) else { return [] }
  // Files in memory are given up when programs want it.
  let statistics = lines(folder + "/memory.stat")
  let files = ["inactive_file", "active_file"].compactMap { number(prefix + $0 + " ", in: statistics) }
  return limits.compactMap { name in
    // “max”, and the largest number there is, mean no limit.
    guard let most = number(folder + "/" + name), most < Int.max / 2 else { return nil }
    return MemoryRoom(bytes: most - used + files.reduce(0, +), limit: "the control group's \(name)")
  }
}

/// Room below the limits on the process's addresses, part of which malloc reserves for each thread without using it.
private func processRoom(_ reserved: Int, _ root: String) -> [MemoryRoom] {
  let (limits, status) = (lines(root + "/proc/self/limits"), lines(root + "/proc/self/status"))
  let kinds = [
    ("Max address space", "VmSize:", "ulimit -v"), ("Max data size", "VmData:", "ulimit -d"),
  ]
  return kinds.compactMap { limit, usage, name in
    // “unlimited” is no number.
    guard let most = number(limit, in: limits), let used = number(usage, in: status) else { return nil }
    return MemoryRoom(bytes: most - used * 1024 - reserved, limit: name)
  }
}
