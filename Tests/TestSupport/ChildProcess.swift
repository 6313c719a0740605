// A program started by a test. It ends with the test: when the object goes away, and when the test process does.
import CTestSupport
import Foundation
import Synchronization

public final class ChildProcess: Sendable {
  public enum Input {
    case empty
    /// Lines come from `say`.
    case lines
    /// An open file; the caller closes it.
    case file(Int32)
  }
  public enum Reason: Sendable { case exit, uncaughtSignal }

  /// The status that `waitpid` reports and the processor time used, once it has ended. Apart from the process, as the
  /// thread that waits may outlive it.
  private final class Ending: Sendable { let status = Mutex<(code: Int32, seconds: Double)?>(nil) }

  public let processIdentifier: pid_t
  private let words: [String]
  private let ending: Ending
  private let pipe: Mutex<Int32>
  private let files: (output: Int32, errors: Int32)

  /// - Parameters:
  ///   - words: the program's path and its arguments.
  ///   - changes: variables beside those in `environment`, or in their place; nil removes one.
  ///   - terminal: takes the place of all three standard files.
  public init(
    _ words: [String], in folder: String = "/", environment changes: [String: String?] = [:], input: Input = .empty,
    terminal: Int32? = nil
  ) throws {
    self.words = words
    files = (try Self.checked(ct_test_nameless_file(), words), try Self.checked(ct_test_nameless_file(), words))
    let variables = Self.environment.merging(changes) { $1 }.compactMap { name, value in value.map { "\(name)=\($0)" } }
    var pipe: (read: Int32, write: Int32) = (-1, -1)
    let given: Int32
    switch input {
    case .empty: given = open("/dev/null", O_RDONLY | O_CLOEXEC)
    case .file(let file): given = file
    case .lines:
      var ends: [Int32] = [-1, -1]
      _ = try Self.checked(ct_test_pipe(&ends), words)
      pipe = (ends[0], ends[1])
      given = pipe.read
    }
    let three = terminal.map { [$0, $0, $0] } ?? [given, files.output, files.errors]
    let started = Self.withStrings(words) { words in
      Self.withStrings(variables) { ct_test_start(words, $0, folder, three) }
    }
    if case .file = input {} else { close(given) }
    self.pipe = Mutex(pipe.write)
    processIdentifier = try Self.checked(started, words)
    let (ending, child) = (Ending(), processIdentifier)
    self.ending = ending
    Thread.detachNewThread {
      var status: Int32 = 0
      let seconds = ct_test_wait(child, &status)
      ending.status.withLock { $0 = (status, seconds) }
    }
  }

  deinit {
    end()
    closeInput()
    close(files.output)
    close(files.errors)
  }

  /// Variables that every program gets: those of the tests that say where things are and which kernels compute. The
  /// user's terminal, language and colours are not among them.
  private static var environment: [String: String?] {
    let kept = [
      "PATH", "HOME", "CFFIXED_USER_HOME", "TMPDIR", "XDG_C", "LD_", "OPENBLAS_", "SIMSCOPE_", "ASAN_", "UBSAN_",
    ]
    let inherited = ProcessInfo.processInfo.environment.filter { name, _ in kept.contains { name.hasPrefix($0) } }
    return inherited.merging(["LANG": "C.UTF-8"]) { $1 }
  }

  private static func checked(_ result: Int32, _ words: [String]) throws -> Int32 {
    guard result < 0 else { return result }
    throw TestFailure("cannot start \(words.joined(separator: " ")): \(String(cString: strerror(-result)))")
  }

  private static func withStrings<Result>(
    _ words: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    let copies = words.map { strdup($0) } + [nil]
    defer { copies.forEach { free($0) } }
    return body(copies)
  }

  public var isRunning: Bool { ending.status.withLock { $0 == nil } }
  /// The exit status, or the signal that ended it; −1 while it runs.
  public var terminationStatus: Int32 {
    ending.status.withLock { $0.map { $0.code & 0x7f == 0 ? $0.code >> 8 & 0xff : $0.code & 0x7f } ?? -1 }
  }
  public var terminationReason: Reason {
    ending.status.withLock { ($0?.code ?? 0) & 0x7f == 0 } ? .exit : .uncaughtSignal
  }

  /// Processor time used so far.
  public var processorSeconds: Double {
    ending.status.withLock { $0?.seconds } ?? ct_test_processor_seconds(processIdentifier)
  }

  /// Everything written to standard output so far.
  public var output: String { text(of: files.output) }
  /// Everything written to standard error so far.
  public var errors: String { text(of: files.errors) }

  private func text(of file: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: Int(max(0, lseek(file, 0, SEEK_CUR))))
    let count = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }

  /// Writes a line to standard input.
  public func say(_ line: String) throws {
    let bytes = Array((line + "\n").utf8)
    let count = pipe.withLock { write($0, bytes, bytes.count) }
    guard count == bytes.count else { throw TestFailure("cannot write “\(line)” to \(words.joined(separator: " "))") }
  }

  public func closeInput() {
    pipe.withLock {
      if $0 >= 0 { close($0) }
      $0 = -1
    }
  }

  public func send(_ signal: Int32) { if isRunning { kill(processIdentifier, signal) } }

  /// Kills the program and everything in its process group.
  public func end() {
    send(SIGKILL)
    while isRunning { usleep(500) }
    ct_test_end_group(processIdentifier)
  }

  public func waitUntilExit() throws { try waitUntil("its end") { !isRunning } }

  /// Waits for something that this program does. Fails as soon as the program has ended without it, unless it is
  /// expected after the end.
  public func waitUntil(
    _ what: String, afterItsEnd: Bool = false, seeing seen: () -> String = { "" }, _ holds: () throws -> Bool
  ) throws {
    try TestSupport.waitUntil(what, of: afterItsEnd ? [] : [self], seeing: { "\(self)\n\(seen())" }, holds)
  }
}

extension ChildProcess: CustomStringConvertible {
  /// What is known of it, for the message of a failure.
  public var description: String {
    let state =
      isRunning
      ? "runs"
      : terminationReason == .exit ? "ended with \(terminationStatus)" : "was ended by signal \(terminationStatus)"
    let said = [("output", output), ("errors", errors)].filter { !$0.1.isEmpty }.map { "\($0): \($1.suffix(2000))" }
    return (["\(words.joined(separator: " ")) \(state)"] + said).joined(separator: "\n")
  }
}
