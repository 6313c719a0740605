// The real program, started as a person starts it.
import Foundation
import Testing

/// One test at a time: a program started while another starts would inherit the pipe that tells of the other's end.
@Suite(.serialized) enum RealProgram {}

/// A folder for one test, removed at its end.
final class Scratch {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("simscope-\(UUID().uuidString)").path
  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

struct Finished {
  let status: Int32
  let output: String
  let errors: String
}

/// The program beside the tests.
let program: URL = {
  let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
  let candidates = [tests, URL(fileURLWithPath: CommandLine.arguments[0])].map {
    $0.deletingLastPathComponent().appendingPathComponent("simscope")
  }
  return candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) } ?? candidates[1]
}()

/// What the program keeps for its next start shall not be among the person's own.
let cacheHome = FileManager.default.temporaryDirectory.appendingPathComponent("simscope-tests-cache").path

/// - Parameter wrapper: a command that starts the program, such as one that sets limits.
func started(
  _ arguments: [String], in folder: String, under wrapper: [String] = [], input: Any = FileHandle.nullDevice,
  output: Any? = nil, errors: Any? = nil
) throws -> Process {
  let process = Process()
  let words = wrapper + [program.path] + arguments
  process.executableURL = URL(fileURLWithPath: words[0])
  process.arguments = Array(words.dropFirst())
  process.currentDirectoryURL = URL(fileURLWithPath: folder)
  process.standardInput = input
  process.environment = ProcessInfo.processInfo.environment.merging([
    "XDG_CACHE_HOME": cacheHome, "XDG_CONFIG_HOME": cacheHome,
  ]) { $1 }
  if let output { process.standardOutput = output }
  if let errors { process.standardError = errors }
  try process.run()
  return process
}

@discardableResult
func run(_ arguments: [String], in folder: String = "/", under wrapper: [String] = []) throws -> Finished {
  let (output, errors) = (Pipe(), Pipe())
  let process = try started(arguments, in: folder, under: wrapper, output: output, errors: errors)
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  let complaints = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return Finished(status: process.terminationStatus, output: text, errors: complaints)
}

/// Objects of a file of JSON lines.
func lines(_ path: String) -> [[String: Any]] {
  let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  return text.split(separator: "\n").compactMap {
    (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
  }
}

/// Waits for something that another process does.
func waitUntil(_ what: String, seconds: Double = 30, _ holds: () -> Bool) throws {
  let end = Date().addingTimeInterval(seconds)
  while !holds() {
    try #require(Date() < end, "waited in vain for \(what)")
    usleep(20_000)
  }
}

let quick = ["--encoder", "resnet8", "--batch-size", "16", "--projection-dim", "16", "--threads", "1"]
