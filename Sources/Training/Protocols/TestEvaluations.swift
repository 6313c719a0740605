/// How often a run has been evaluated on a test split: events of the kind `test_evaluated` in `events.jsonl`. Resuming
/// cuts other events back to its checkpoint, but what has been seen of test stays seen, so these stay.
import Basics
import Foundation
import Telemetry

extension RunFolder {
  static let testEvaluated = "test_evaluated"
  static func isLookAtTest(_ line: Line) -> Bool { line.object["kind"] as? String == testEvaluated }

  /// Notes one more look at a test split, in `events.jsonl` and `log.txt`. A trainer may be at work in the folder.
  /// - Parameters:
  ///   - step: of the checkpoint that was evaluated.
  ///   - top1: what was found, 0…1; nil when only features were taken.
  /// - Returns: how often that has been.
  /// - Throws: `Trouble` when the folder cannot be written.
  @discardableResult
  public static func countTestEvaluation(
    of run: String, step: Int, protocolName: String, top1: Double?
  ) throws -> Int {
    let before = try readLines(of: run + "/events.jsonl")
    let count = 1 + before.count(where: isLookAtTest)
    let time = before.compactMap { ($0.object["time"] as? NSNumber)?.doubleValue }.max() ?? 0
    let event = Event(step: step, time: time, .testEvaluated(count: count, protocolName: protocolName, top1: top1))
    try appendLine(event.json, to: run + "/events.jsonl")
    let found = top1.map { String(format: ": top-1 %.2f %%", 100 * $0) } ?? ""
    try appendLine("test split read by \(protocolName) at step \(step), time \(count)\(found)", to: run + "/log.txt")
    return count
  }

  private static func appendLine(_ line: String, to path: String) throws {
    let descriptor = try open(path)
    defer { close(descriptor) }
    try append(line, descriptor, path)
  }
}
