/// A run's `lock`: says which process trains in the run, and keeps a second one out.
import Basics
import Foundation

/// The process that trains, as its run's `lock` names it: process ID, host and start time, a line each. A process ID alone
/// may have been given to another process since, or belong to another machine.
struct LockOwner: Equatable {
  let process: Int32
  /// The machine; nil in a lock of an earlier version.
  var host: String?
  /// Clock ticks from the machine's start to the process's; nil where the system does not say.
  var started: UInt64?
  /// The process has left the run in order.
  var hasEnded = false

  init(process: Int32, host: String? = nil, started: UInt64? = nil) {
    self.process = process
    self.host = host
    self.started = started
  }

  /// This process.
  static var own: LockOwner {
    LockOwner(process: getpid(), host: ownHost, started: ProcessState(getpid())?.started)
  }

  static let ended = "ended"

  /// - Parameter text: of a `lock`; nil when that is empty or no lock.
  init?(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, let process = Int32(first.trimmingCharacters(in: .whitespaces)), process > 0 else {
      return nil
    }
    func value(_ name: String) -> Substring? { lines.first { $0.hasPrefix(name) }?.dropFirst(name.count) }
    self.init(
      process: process, host: value("host ").map(String.init), started: value("started ").flatMap { UInt64($0) })
    hasEnded = lines.contains { $0 == Self.ended }
  }

  var text: String {
    "\(process)\n" + (host.map { "host \($0)\n" } ?? "") + (started.map { "started \($0)\n" } ?? "")
  }

  /// Whether this very process still runs; nil when it is on another machine.
  var isAlive: Bool? {
    if let host, host != Self.ownHost { return hasEnded ? false : nil }
    guard let state = ProcessState(process) else { return kill(process, 0) == 0 || errno == EPERM }
    return !state.isDead && (started == nil || started == state.started)
  }

  private static let ownHost: String = {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).visible
  }()
}

/// What the system says about a process.
private struct ProcessState {
  /// Clock ticks from the machine's start.
  let started: UInt64
  /// It has ended, and its parent has not asked for its status yet.
  let isDead: Bool

  init?(_ process: Int32) {
    guard let text = Files.bytes(of: "/proc/\(process)/stat").map({ String(decoding: $0, as: UTF8.self) }),
      // The second field is the program's name in brackets, which may hold anything.
      let name = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: name)...].split(whereSeparator: \.isWhitespace)
    guard fields.count > 19, let started = UInt64(fields[19]) else { return nil }
    self.started = started
    isDead = fields[0] == "Z" || fields[0] == "X"
  }
}

/// The lock, taken. Its file says so when this object ends.
final class RunLock {
  private let descriptor: Int32
  /// What the person should know: a file system without locks.
  let warning: String?

  private init(_ descriptor: Int32, _ warning: String?) {
    self.descriptor = descriptor
    self.warning = warning
  }

  deinit {
    try? SafeFile.writeAll(Array("\(LockOwner.ended)\n".utf8), to: descriptor, "lock")
    close(descriptor)
  }

  /// - Parameter flock: the system's call.
  /// - Throws: `Trouble` when another process trains in the run.
  static func take(_ path: String, flock: (Int32, Int32) -> Int32 = systemLock) throws -> RunLock {
    let descriptor = try SafeFile.openOwn(
      path, O_RDWR | O_CREAT, "cannot lock the run", remedy: "check that its folder may be written")
    let warning: String?
    do { warning = try claim(descriptor, path, flock) } catch {
      close(descriptor)
      throw error
    }
    let lock = RunLock(descriptor, warning)
    ftruncate(descriptor, 0)
    try SafeFile.writeAll(Array(LockOwner.own.text.utf8), to: descriptor, path)
    return lock
  }

  /// - Returns: a warning where only the process named in the file keeps others out.
  private static func claim(_ descriptor: Int32, _ path: String, _ flock: (Int32, Int32) -> Int32) throws -> String? {
    let owner = LockOwner(of: path)
    switch SafeFile.lock(descriptor, flock) {
    case .taken: return nil
    case .held:
      throw Trouble(
        "another process (\(owner.map { "\($0.process)" } ?? "unknown")) trains in this run", at: path,
        remedy: "end it first, or start a new run")
    case .failed(let error): throw Trouble("cannot lock the run", error: error, at: path)
    case .unsupported(let error):
      if let owner, !owner.hasEnded, owner != .own, owner.isAlive != false {
        let place = owner.isAlive == nil ? " on \(owner.host ?? "another machine")" : ""
        throw Trouble(
          "another process (\(owner.process)\(place)) trains in this run", at: path,
          remedy: "end it first; if it has ended, remove this file")
      }
      return "this file system has no locks (\(systemError(error))): do not train in this run from two machines"
    }
  }
}

extension LockOwner {
  /// Nil when nobody has trained in the run.
  /// - Parameter path: of its `lock`.
  init?(of path: String) {
    guard let bytes = Files.firstBytes(1024, of: path) else { return nil }
    self.init(String(decoding: bytes, as: UTF8.self))
  }
}

extension RunFolder {
  /// Whether the process that has taken the run's lock is alive. On this machine the lock itself is not tried: a trainer
  /// that starts just now would be refused.
  public static func isTraining(in path: String) -> Bool {
    let lock = path + "/lock"
    guard let owner = LockOwner(of: lock) else { return false }
    return owner.isAlive ?? isLocked(lock)
  }

  /// Whether another machine holds a lock. Without locks nobody knows, and somebody may.
  private static func isLocked(_ path: String) -> Bool {
    let file = Files.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return false }
    defer { close(file) }
    return flock(file, LOCK_SH | LOCK_NB) != 0
  }
}
