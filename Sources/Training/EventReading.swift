/// Events read back from `events.jsonl`.
import Foundation
import Telemetry

/// The fields of an event's line, each checked where it is read.
private struct EventFields {
  /// The line lacks a field, or has one that cannot be.
  struct Malformed: Error {}

  let object: [String: Any]

  func text(_ key: String) -> String { object[key] as? String ?? "" }

  /// nil where there is none; "NaN" and "Infinity" are read as they are written.
  func number(_ key: String) -> Double? {
    switch object[key] {
    case let number as NSNumber: number.doubleValue
    case "Infinity" as String: .infinity
    case "-Infinity" as String: -.infinity
    case is String: .nan
    default: nil
    }
  }

  /// - Throws: `Malformed` when it is no whole number of 0…2⁵³.
  func count(_ key: String, default standard: Int? = nil) throws -> Int {
    guard let value = number(key) else {
      if let standard { return standard }
      throw Malformed()
    }
    guard let count = Int(count: value) else { throw Malformed() }
    return count
  }

  /// - Throws: `Malformed` when the knob cannot have had it.
  func value(_ key: String, of knob: Knob?) throws -> Double {
    guard let value = number(key), knob?.canBe(value) ?? value.isFinite else { throw Malformed() }
    return value
  }

  /// Seconds of training; 0 where the line does not say.
  func time() throws -> Double {
    guard let time = number("time") else { return 0 }
    guard (0...Double(Int.largestCount)).contains(time) else { throw Malformed() }
    return time
  }
}

extension Event {
  /// From a line's object; nil for a kind this version does not know.
  /// - Throws: an error when a field is missing or out of its range.
  public init?(json object: [String: Any]) throws {
    let fields = EventFields(object: object)
    guard let word = object["kind"] as? String else { throw EventFields.Malformed() }
    let (step, time) = (try fields.count("step"), try fields.time())
    guard let kind = try Kind(word, step: step, fields) else { return nil }
    self.init(step: step, time: time, kind)
  }
}

extension Event.Kind {
  fileprivate init?(_ word: String, step: Int, _ fields: EventFields) throws {
    switch word {
    case "started": self = .started
    case "resumed": self = .resumed(fromStep: try fields.count("from_step", default: step))
    case "knob":
      let key = fields.text("knob")
      let knob = Knob.named(key)
      self = .knob(key: key, from: try fields.value("from", of: knob), to: try fields.value("to", of: knob))
    case "refused": self = .refused(key: fields.text("knob"), reason: fields.text("reason"))
    case "paused": self = .paused
    case "unpaused": self = .unpaused
    case "checkpoint": self = .checkpoint(file: fields.text("file"))
    case "evaluated":
      let found = Metric.allCases.lazy.filter { $0 != .time }.compactMap { metric in
        fields.number(metric.rawValue).map { (metric, $0) }
      }.first
      guard let (metric, value) = found else { return nil }
      self = .evaluated(metric: metric, value: metric.checked(value))
    case RunFolder.testEvaluated:
      self = .testEvaluated(
        count: try fields.count("count", default: 0), protocolName: fields.text("protocol"),
        top1: fields.number("top1").map(Metric.linearAccuracy.checked))
    case "note": self = .note(fields.text("text"))
    case "warning": self = .warning(fields.text("text"))
    case "moved": self = .moved(to: fields.text("folder"))
    case "extended":
      let lengths = try ["epochs", "steps"].compactMap { key in
        RunLength(key: key, count: try fields.count(key, default: 0))
      }
      guard let length = lengths.first else { throw EventFields.Malformed() }
      self = .extended(length, fields.text("text"))
    case "diverged": self = .diverged(try Divergence(fields))
    case "terminal_lost": self = .terminalLost
    case "attached": self = .attached(terminal: fields.text("terminal"))
    case "stopped": self = .stopped(reason: fields.text("reason"))
    case "finished": self = .finished
    case "failed": self = .failed(fields.text("text"))
    default: return nil
    }
  }
}

extension Divergence {
  fileprivate init(_ fields: EventFields) throws {
    var change: Change?
    if let key = fields.object["knob"] as? String {
      let knob = Knob.named(key)
      change = Change(
        knob: key, from: try fields.value("from", of: knob), to: try fields.value("to", of: knob),
        step: try fields.count("knob_step"))
    }
    let words = fields.text("non_finite").split(separator: " ").map(String.init)
    let finiteStep = fields.number("finite_step") == nil ? nil : try fields.count("finite_step")
    self.init(nonFinite: words, lastChange: change, finiteStep: finiteStep)
  }
}
