/// A JSON object on one line with its keys in the order they were added. NaN and infinity are written as strings. What a
/// terminal would obey (control characters of any kind, bidirectional controls) is escaped and reads back unchanged.
import Basics

public struct JSONLine: Sendable {
  private var parts: [String] = []

  public init() {}

  public mutating func add(_ key: String, _ value: Double) { parts.append("\(Self.quote(key)): \(Self.number(value))") }
  public mutating func add(_ key: String, _ value: Int) { parts.append("\(Self.quote(key)): \(value)") }
  public mutating func add(_ key: String, _ value: Bool) { parts.append("\(Self.quote(key)): \(value)") }
  public mutating func add(_ key: String, _ value: String) {
    parts.append("\(Self.quote(key)): \(Self.quote(value))")
  }
  public mutating func add(_ key: String, raw json: String) { parts.append("\(Self.quote(key)): \(json)") }

  public var text: String { "{" + parts.joined(separator: ", ") + "}" }
  /// One key a line, for files that people read.
  public var lines: String { "{\n" + parts.map { "  " + $0 }.joined(separator: ",\n") + "\n}\n" }

  /// The shortest decimal that reads back as the same number.
  public static func number(_ value: Double) -> String {
    if value.isNaN { return "\"NaN\"" }
    if value.isInfinite { return value > 0 ? "\"Infinity\"" : "\"-Infinity\"" }
    if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
    return "\(value)"
  }

  public static func quote(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.isVisible: quoted.unicodeScalars.append(scalar)
      default: for unit in UTF16.encode(scalar)! { quoted += escape(unit) }
      }
    }
    return quoted + "\""
  }

  private static func escape(_ unit: UInt16) -> String {
    let hex = String(unit, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
  }
}

extension StepMetrics {
  /// Its line in `metrics.jsonl`, without the line feed.
  public var json: String {
    var line = JSONLine()
    line.add("step", step)
    for (metric, value) in present { line.add(metric.rawValue, value) }
    return line.text
  }
}

extension Event {
  /// Its line in `events.jsonl`, without the line feed.
  public var json: String {
    var line = JSONLine()
    line.add("step", step)
    line.add("time", time)
    line.add("kind", word)
    switch kind {
    case .started, .paused, .unpaused, .terminalLost, .finished: break
    case .resumed(let fromStep): line.add("from_step", fromStep)
    case .knob(let key, let from, let to):
      line.add("knob", key)
      line.add("from", from)
      line.add("to", to)
    case .refused(let key, let reason):
      line.add("knob", key)
      line.add("reason", reason)
    case .checkpoint(let file): line.add("file", file)
    case .evaluated(let metric, let value): line.add(metric.rawValue, value)
    case .testEvaluated(let count, let protocolName, let top1):
      line.add("count", count)
      line.add("protocol", protocolName)
      if let top1 { line.add("top1", top1) }
    case .note(let text), .warning(let text): line.add("text", text)
    case .moved(let folder): line.add("folder", folder)
    case .extended(let length, let text):
      line.add(length.key, length.count)
      line.add("text", text)
    case .diverged(let divergence): divergence.add(to: &line)
    case .attached(let terminal): line.add("terminal", terminal)
    case .stopped(let reason): line.add("reason", reason)
    case .failed(let text): line.add("text", text)
    }
    return line.text
  }
}

extension Divergence {
  fileprivate func add(to line: inout JSONLine) {
    line.add("non_finite", nonFinite.joined(separator: " "))
    if let finiteStep { line.add("finite_step", finiteStep) }
    guard let lastChange else { return }
    line.add("knob", lastChange.knob)
    line.add("from", lastChange.from)
    line.add("to", lastChange.to)
    line.add("knob_step", lastChange.step)
  }
}
