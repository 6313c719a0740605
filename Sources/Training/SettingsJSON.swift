/// Settings as JSON: `config.json`, and what `--config` takes.
import Basics
import Foundation
import Networks
import Telemetry

extension Configuration {
  /// Every setting, in the table's order; what is not decided is null.
  public func json(experimentOnly: Bool = false) -> JSONLine {
    var line = JSONLine()
    line.add("data", data)
    for setting in Setting.all where setting.isExperiment || !experimentOnly {
      guard let text = setting.get(self) else {
        line.add(setting.key, raw: "null")
        continue
      }
      let isBare = setting.isSwitch || setting.value == "N" || setting.value == "X"
      if isBare { line.add(setting.key, raw: text) } else { line.add(setting.key, text) }
    }
    if !scheduleSegments.isEmpty { line.add(Self.segmentsKey, raw: segmentsJSON) }
    return line
  }

  /// Takes up a JSON object of settings, such as a run's `config.json`.
  /// - Throws: `Trouble` naming the file and the wrong key or value.
  public mutating func take(json text: String, from file: String) throws {
    let parsed = try? JSONSerialization.jsonObject(with: Data(text.utf8))
    guard let object = parsed as? [String: Any] else {
      throw Trouble("not a JSON object of settings", at: file, remedy: "see a run's config.json for an example")
    }
    for (key, value) in object.sorted(by: { $0.key < $1.key }) where !(value is NSNull) {
      if key == "data" {
        data = value as? String ?? data
        continue
      }
      if key == Self.segmentsKey {
        scheduleSegments = try Self.segments(value, from: file)
        continue
      }
      guard let setting = Setting.named(key) else {
        if Self.notes.contains(key) { continue }
        let nearest = nearestSpelling(of: key, in: Setting.all.map(\.key)).map { "; did you mean “\($0)”?" } ?? ""
        throw Trouble("unknown setting “\(key)”\(nearest)", at: file, remedy: "see --help for the settings")
      }
      try setting.apply(Self.text(of: value, isSwitch: setting.isSwitch), to: &self)
    }
  }

  private static let segmentsKey = "schedule_segments"

  private var segmentsJSON: String {
    let segments = scheduleSegments.map { segment in
      var line = JSONLine()
      line.add("images", segment.startImages)
      line.add("share", segment.startShare)
      line.add("total_images", segment.totalImages)
      return line.text
    }
    return "[\(segments.joined(separator: ", "))]"
  }

  private static func segments(_ value: Any, from file: String) throws -> [Schedule.Segment] {
    let objects = value as? [[String: Any]] ?? []
    let segments = objects.compactMap { object -> Schedule.Segment? in
      guard let start = object["images"] as? Double, let share = object["share"] as? Double,
        let total = object["total_images"] as? Double, start >= 0, (0...1).contains(share), total > 0
      else { return nil }
      return Schedule.Segment(startImages: start, startShare: share, totalImages: total)
    }
    guard !segments.isEmpty, segments.count == objects.count,
      zip(segments, segments.dropFirst()).allSatisfy({ $0.startImages < $1.startImages })
    else { throw Trouble("\(segmentsKey) is no schedule", at: file, remedy: "remove it, and set epochs or steps") }
    return segments
  }

  /// Keys of `config.json` that say where a run came from and set nothing.
  private static let notes: Set<String> = ["parent", "parent_step", "version"]

  private static func text(of value: Any, isSwitch: Bool) -> String {
    switch value {
    case let text as String: text
    case let number as NSNumber where isSwitch: "\(number.boolValue)"
    // A seed may have more digits than a double.
    case let whole as UInt64: "\(whole)"
    case let number as NSNumber: JSONLine.number(number.doubleValue)
    default: "\(value)"
    }
  }
}
