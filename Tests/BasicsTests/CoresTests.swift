// Cores below the limits of control groups, read from files as the kernel writes them.
import Basics
import Foundation
import Testing

private let secondVersion = "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
private let firstVersion = "33 30 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"

/// Cores of 8 where these files lie below `/sys/fs/cgroup`.
private func cores(_ files: [String: String], cgroup: String, mountinfo: String) throws -> Int {
  let root = FileManager.default.temporaryDirectory.appendingPathComponent("simscope-\(UUID().uuidString)").path
  defer { try? FileManager.default.removeItem(atPath: root) }
  var all = Dictionary(uniqueKeysWithValues: files.map { ("/sys/fs/cgroup" + $0, $1) })
  all["/proc/self/cgroup"] = cgroup
  all["/proc/self/mountinfo"] = mountinfo
  for (path, text) in all {
    let file = URL(fileURLWithPath: root + path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }
  return usableCores(affinity: 8, root: root)
}

@Test(arguments: [
  ("max 100000\n", 8), ("100000 100000\n", 1), ("150000 100000\n", 2), ("1000 100000\n", 1), ("3200000 100000\n", 8),
  ("nonsense\n", 8), ("-1 100000\n", 8), ("100000 0\n", 8), ("9223372036854775807 1\n", 8),
])
func aQuotaLimitsTheCores(text: String, expected: Int) throws {
  #expect(try cores(["/cpu.max": text], cgroup: "0::/\n", mountinfo: secondVersion) == expected)
}

@Test func theNarrowestQuotaOfNestedGroupsCounts() throws {
  let files = [
    "/cpu.max": "max 100000\n", "/batch/cpu.max": "250000 100000\n", "/batch/job/cpu.max": "400000 100000\n",
  ]
  #expect(try cores(files, cgroup: "0::/batch/job\n", mountinfo: secondVersion) == 3)
}

@Test func quotasOfTheFirstVersionCount() throws {
  func limited(_ quota: String) throws -> Int {
    try cores(
      ["/cpu,cpuacct/cpu.cfs_quota_us": quota, "/cpu,cpuacct/cpu.cfs_period_us": "100000\n"],
      cgroup: "5:cpu,cpuacct:/docker/abc\n", mountinfo: firstVersion)
  }
  #expect(try limited("350000\n") == 4)
  #expect(try limited("-1\n") == 8)
}

@Test func withoutControlGroupsTheAffinityCounts() {
  #expect(usableCores(affinity: 3, root: "/nothing/here") == 3)
}
