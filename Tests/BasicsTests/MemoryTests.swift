// Free memory, read from files as the kernel writes them.
import Basics
import Dispatch
import Foundation
import Testing

/// A tree of files that stands for `/`.
private final class FakeSystem {
  let root = FileManager.default.temporaryDirectory.appendingPathComponent("simscope-\(UUID().uuidString)").path

  /// 8 GiB of 16 are available to the machine.
  init(cgroup: String, mountinfo: String) throws {
    try write(
      "/proc/meminfo", "MemTotal:       16777216 kB\nMemFree:         1048576 kB\nMemAvailable:    8388608 kB\n")
    try write("/proc/self/cgroup", cgroup)
    try write("/proc/self/mountinfo", mountinfo)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func write(_ path: String, _ text: String) throws {
    let file = root + path
    try FileManager.default.createDirectory(
      atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
  }

  /// In MiB.
  var available: Int? { availableMemory(root: root).map { $0 >> 20 } }
}

private let secondVersion =
  "25 30 0:22 / /proc rw,nosuid - proc proc rw\n30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"

private func mebibytes(_ count: Int) -> String { "\(count << 20)\n" }

@Test func withoutControlGroupsTheKernelsWordIsTaken() throws {
  #expect(try FakeSystem(cgroup: "", mountinfo: "").available == 8192)
  #expect(try FakeSystem(cgroup: "0::/\n", mountinfo: secondVersion).available == 8192)
  #expect(availableMemory(root: "/nothing/here") == nil)
}

@Test func aContainerOfTheSecondVersionHasItsLimit() throws {
  let system = try FakeSystem(cgroup: "0::/\n", mountinfo: secondVersion)
  let folder = "/sys/fs/cgroup"
  try system.write(folder + "/memory.max", mebibytes(2048))
  try system.write(folder + "/memory.current", mebibytes(700))
  #expect(system.available == 1348)
  // 300 MiB of what is in use are files that are given up.
  try system.write(
    folder + "/memory.stat",
    "anon \(400 << 20)\nfile \(310 << 20)\ninactive_file \(200 << 20)\nactive_file \(100 << 20)\n")
  #expect(system.available == 1648)
  try system.write(folder + "/memory.max", "max\n")
  #expect(system.available == 8192)
}

@Test func theNarrowestOfNestedGroupsCounts() throws {
  let system = try FakeSystem(cgroup: "0::/batch/job 7\n", mountinfo: secondVersion)
  for (group, limit, usage) in [("", 6000, 1000), ("/batch", 3000, 2500), ("/batch/job 7", 2000, 100)] {
    try system.write("/sys/fs/cgroup\(group)/memory.max", mebibytes(limit))
    try system.write("/sys/fs/cgroup\(group)/memory.current", mebibytes(usage))
  }
  #expect(system.available == 500)
  try system.write("/sys/fs/cgroup/batch/memory.current", mebibytes(3100))
  #expect(system.available == 0)
}

/// Docker with the first version: the path is the host's, and the mount shows the container's own group as its root.
@Test func aContainerOfTheFirstVersionHasItsLimit() throws {
  let system = try FakeSystem(
    cgroup: "5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n1:name=systemd:/docker/abc\n0::/system.slice\n",
    mountinfo: """
      33 30 0:30 /docker/abc /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
      35 30 0:32 /docker/abc /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory
      38 30 0:35 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw

      """)
  let folder = "/sys/fs/cgroup/memory"
  try system.write(folder + "/memory.limit_in_bytes", mebibytes(1000))
  try system.write(folder + "/memory.usage_in_bytes", mebibytes(900))
  try system.write(
    folder + "/memory.stat",
    "inactive_file 1\ntotal_inactive_file \(50 << 20)\ntotal_active_file \(30 << 20)\ntotal_unevictable 5\n")
  #expect(system.available == 180)
  // The largest multiple of a page: no limit.
  try system.write(folder + "/memory.limit_in_bytes", "9223372036854771712\n")
  #expect(system.available == 8192)
}

@Test func limitsOfTheProcessCount() throws {
  let system = try FakeSystem(cgroup: "", mountinfo: "")
  func limits(_ addresses: String, _ data: String) throws {
    try system.write(
      "/proc/self/limits",
      "Limit                     Soft Limit           Hard Limit           Units     \n"
        + "Max data size             \(data)            unlimited            bytes     \n"
        + "Max address space         \(addresses)            unlimited            bytes     \n")
  }
  try system.write("/proc/self/status", "VmSize:\t  307200 kB\nVmData:\t  102400 kB\n")
  try limits("unlimited", "unlimited")
  #expect(system.available == 8192)
  try limits("\(1000 << 20)", "unlimited")
  #expect(memoryRoom(root: system.root) == MemoryRoom(bytes: 700 << 20, limit: "ulimit -v"))
  try limits("\(1000 << 20)", "\(400 << 20)")
  #expect(memoryRoom(root: system.root)?.sentence == "300 MiB are free below ulimit -d")
}

/// Above `memory.high` a process is slowed down to a crawl.
@Test func aGroupsHighMarkIsALimit() throws {
  let system = try FakeSystem(cgroup: "0::/\n", mountinfo: secondVersion)
  try system.write("/sys/fs/cgroup/memory.current", mebibytes(700))
  try system.write("/sys/fs/cgroup/memory.max", "max\n")
  try system.write("/sys/fs/cgroup/memory.high", mebibytes(1000))
  #expect(system.available == 300)
}

@Test func aThreadRunsWhatItIsGiven() throws {
  let done = DispatchSemaphore(value: 0)
  try startThread("test") { done.signal() }
  #expect(done.wait(timeout: .now() + 60) == .success)
}
