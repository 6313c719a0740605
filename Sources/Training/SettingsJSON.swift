/// Settings as JSON: `config.json`, and what `--config` takes.
import Basics
import Foundation
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
      guard let setting = Setting.named(key) else {
        if Self.notes.contains(key) { continue }
        let nearest = nearestSpelling(of: key, in: Setting.all.map(\.key)).map { "; did you mean “\($0)”?" } ?? ""
        throw Trouble("unknown setting “\(key)”\(nearest)", at: file, remedy: "see --help for the settings")
      }
      try setting.apply(Self.text(of: value, isSwitch: setting.isSwitch), to: &self)
    }
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
