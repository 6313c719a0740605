// The real program, started as a person starts it.
import Foundation
import TestSupport
import Testing

/// One test at a time, as each of them needs the processor.
@Suite(.serialized) enum RealProgram {}

typealias Scratch = TestSupport.Scratch
typealias ChildProcess = TestSupport.ChildProcess

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

/// Starts the program. Its home is the tests' own.
/// - Parameter wrapper: a command that starts the program, such as one that sets limits.
func started(
  _ arguments: [String], in folder: String, under wrapper: [String] = [], environment: [String: String?] = [:],
  input: ChildProcess.Input = .empty
) throws -> ChildProcess {
  try ChildProcess(wrapper + [program.path] + arguments, in: folder, environment: environment, input: input)
}

/// Runs the program to its end.
@discardableResult
func run(
  _ arguments: [String], in folder: String = "/", under wrapper: [String] = [], environment: [String: String?] = [:]
) throws -> Finished {
  let process = try started(arguments, in: folder, under: wrapper, environment: environment)
  try process.waitUntilExit()
  return Finished(status: process.terminationStatus, output: process.output, errors: process.errors)
}

/// Objects of a file of JSON lines.
func lines(_ path: String) -> [[String: Any]] {
  let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  return text.split(separator: "\n").compactMap {
    (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
  }
}

let quick = ["--encoder", "resnet8", "--batch-size", "16", "--projection-dim", "16", "--threads", "1"]
