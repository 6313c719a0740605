/// Events read back from `events.jsonl`.
import Foundation
import Telemetry

extension Event {
  /// From a line's object; nil for a kind this version does not know.
  public init?(json object: [String: Any]) {
    guard let step = object["step"] as? Int, let word = object["kind"] as? String else { return nil }
    let time = (object["time"] as? NSNumber)?.doubleValue ?? 0
    func text(_ key: String) -> String { object[key] as? String ?? "" }
    func number(_ key: String) -> Double { (object[key] as? NSNumber)?.doubleValue ?? .nan }
    let kind: Kind
    switch word {
    case "started": kind = .started
    case "resumed": kind = .resumed(fromStep: object["from_step"] as? Int ?? step)
    case "knob": kind = .knob(key: text("knob"), from: number("from"), to: number("to"))
    case "refused": kind = .refused(key: text("knob"), reason: text("reason"))
    case "paused": kind = .paused
    case "unpaused": kind = .unpaused
    case "checkpoint": kind = .checkpoint(file: text("file"))
    case "evaluated":
      guard let metric = Metric.allCases.first(where: { object[$0.rawValue] != nil && $0 != .time }) else { return nil }
      kind = .evaluated(metric: metric, value: number(metric.rawValue))
    case RunFolder.testEvaluated:
      kind = .testEvaluated(
        count: object["count"] as? Int ?? 0, protocolName: text("protocol"),
        top1: (object["top1"] as? NSNumber)?.doubleValue)
    case "note": kind = .note(text("text"))
    case "warning": kind = .warning(text("text"))
    case "diverged": kind = .diverged(Divergence(json: object))
    case "terminal_lost": kind = .terminalLost
    case "attached": kind = .attached(terminal: text("terminal"))
    case "stopped": kind = .stopped(reason: text("reason"))
    case "finished": kind = .finished
    case "failed": kind = .failed(text("text"))
    default: return nil
    }
    self.init(step: step, time: time, kind)
  }
}

extension Divergence {
  fileprivate init(json object: [String: Any]) {
    func number(_ key: String) -> Double? { (object[key] as? NSNumber)?.doubleValue }
    var change: Change?
    if let knob = object["knob"] as? String, let from = number("from"), let to = number("to"),
      let step = object["knob_step"] as? Int
    {
      change = Change(knob: knob, from: from, to: to, step: step)
    }
    let words = (object["non_finite"] as? String ?? "").split(separator: " ").map(String.init)
    self.init(nonFinite: words, lastChange: change, finiteStep: object["finite_step"] as? Int)
  }
}
