/// A recipe by name: settings as they were published, with their source. Presets.swift has the table.
import Basics

public struct Preset: Sendable {
  public let name: String
  public let summary: String
  /// Where its values stand: sections of the paper, or files of a repository at a commit.
  public let source: String
  /// Keys and values as in `config.json`. What it leaves to the encoder or the data is not named.
  public let values: [String: String]
  /// What the source does otherwise and simscope does not.
  public let differences: [String]

  /// The values in the order of the table of settings.
  public var settings: [(setting: Setting, value: String)] {
    Setting.all.compactMap { setting in values[setting.key].map { (setting, $0) } }
  }

  /// - Throws: `Trouble` naming the presets there are, and the nearest spelling.
  public static func named(_ name: String) throws -> Preset {
    if let preset = all.first(where: { $0.name == name }) { return preset }
    let near = nearestSpelling(of: name, in: all.map(\.name)).map { "; did you mean “\($0)”?" } ?? ""
    throw Trouble(
      "--preset is one of \(all.map(\.name).joined(separator: "|")), not “\(name)”\(near)",
      remedy: "--preset list shows what each sets")
  }
}

extension Configuration {
  /// Takes up a preset's settings, over those that a file gave.
  public mutating func take(_ preset: Preset) throws {
    for (setting, value) in preset.settings { try setting.apply(value, to: &self) }
    preferLast(preset.values.keys)
  }

  /// Of two settings that say one thing in two ways, the one among `keys`, which were given last, counts.
  public mutating func preferLast(_ keys: some Sequence<String>) {
    let keys = Set(keys)
    let (hasRate, hasBase) = (keys.contains("learning_rate"), keys.contains("base_learning_rate"))
    if hasBase && !hasRate { given.remove("learning_rate") }
    if hasRate && !hasBase { baseLearningRate = nil }
    if keys.contains("epochs") && !keys.contains("steps") { steps = nil }
  }

  /// Settings of the experiment in which two configurations differ, with both values; nil where one is not decided.
  public func differences(from other: Configuration) -> [(setting: Setting, mine: String?, other: String?)] {
    Setting.all.filter(\.isExperiment).compactMap { setting in
      let (mine, theirs) = (setting.get(self), setting.get(other))
      return mine == theirs ? nil : (setting, mine, theirs)
    }
  }
}
