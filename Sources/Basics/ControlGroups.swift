/// Control groups: the limits that a container or a batch job sets on this process.
import Foundation

/// A hierarchy of control groups with one controller, and this process's place in it.
struct ControlGroups {
  /// Folders of this process's group and of the groups above it; a limit in any of them holds. In a container that sees
  /// its own group as the root, only the first may be there.
  let folders: [String]
  let isSecondVersion: Bool

  /// - Parameters:
  ///   - controller: "memory" or "cpu".
  ///   - root: prefix of every path that is read.
  static func all(_ controller: String, _ root: String) -> [ControlGroups] {
    let memberships = lines(root + "/proc/self/cgroup").map {
      $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    }
    return lines(root + "/proc/self/mountinfo").compactMap { line in
      // … mount point … - type source options
      let halves = line.components(separatedBy: " - ")
      let (before, after) = (halves[0].split(separator: " "), halves.last!.split(separator: " "))
      guard halves.count == 2, before.count > 4, after.count > 2 else { return nil }
      let isSecondVersion = after[0] == "cgroup2"
      guard isSecondVersion || after[0] == "cgroup" && after[2].split(separator: ",").contains(controller[...]) else {
        return nil
      }
      let membership = memberships.first { parts in
        parts.count == 3
          && (isSecondVersion ? parts[0] == "0" : parts[1].split(separator: ",").contains(controller[...]))
      }
      let parts = (membership.map { String($0[2]) } ?? "/").split(separator: "/")
      let folders = (0...parts.count).map { depth in
        root + ([String(before[4])] + parts.prefix(depth).map(String.init)).joined(separator: "/")
      }
      return ControlGroups(folders: folders, isSecondVersion: isSecondVersion)
    }
  }
}

func lines(_ path: String) -> [String] {
  let text = Files.contents(path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  return text.split(separator: "\n").map(String.init)
}

/// The number that a file holds.
func number(_ path: String) -> Int? { lines(path).first.flatMap { Int($0) } }

/// The number behind a word at the beginning of a line.
func number(_ word: String, in lines: [String]) -> Int? {
  lines.first { $0.hasPrefix(word) }?.dropFirst(word.count).split(whereSeparator: \.isWhitespace).first.flatMap {
    Int($0)
  }
}
