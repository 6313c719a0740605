/// `--preset list` and `--preset NAME --diff OTHER`.
import Basics
import Foundation
import Training

/// What `--preset` and `--diff` print instead of training; nil when a run is wanted.
/// - Parameter configuration: as the command line has it.
func showPresets(_ arguments: Arguments, _ configuration: Configuration) throws -> Int32? {
  if arguments["preset"] == "list" {
    say(lines(of: presetList(width: outputWidth())))
    return 0
  }
  guard let other = arguments["diff"] else { return nil }
  guard let name = arguments["preset"] else {
    throw UsageError("--diff needs a preset to compare: --preset NAME --diff OTHER|defaults")
  }
  let isAlone = arguments.given.allSatisfy { $0.flag.setting == nil } && arguments["config"] == nil
  say(lines(of: try presetDifference(configuration, name + (isAlone ? "" : " and flags"), other)))
  return 0
}

/// The preset of a name that a person gave.
func preset(named name: String) throws -> Preset {
  do { return try Preset.named(name) } catch let trouble as Trouble { throw UsageError(trouble.what) }
}

/// Columns of the terminal, or 80.
private func outputWidth() -> Int {
  if let columns = ProcessInfo.processInfo.environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 { return columns }
  var size = winsize()
  guard isatty(1) == 1, ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
  return Int(size.ws_col)
}

// MARK: list

/// A row a setting, a column a preset, in as many tables as the width asks for; then what they have in common, where they
/// come from, and what the sources do otherwise.
private func presetList(width: Int) -> String {
  let settings = Setting.all.filter { setting in Preset.all.contains { $0.values[setting.key] != nil } }
  let shared = settings.filter { setting in Set(Preset.all.map { $0.values[setting.key] }).count == 1 }
  let own = settings.filter { setting in !shared.contains { $0.key == setting.key } }
  let names = own.map { String($0.flag.dropFirst(2)) }
  let margin = (names.map(\.count).max() ?? 0) + 2
  var lines: [String] = []
  for presets in banks(of: Preset.all, width: width - margin) {
    let heads = presets.map { head(of: $0.name) }
    let columns = presets.map(columnWidth)
    for line in 0..<2 { lines.append(row("", heads.map { $0[line] }, margin, columns)) }
    for (setting, name) in zip(own, names) {
      lines.append(row(name, presets.map { $0.values[setting.key] ?? "·" }, margin, columns))
    }
    lines.append("")
  }
  let words = shared.map { "\($0.flag.dropFirst(2)) \(Preset.all[0].values[$0.key]!)" }
  lines += paragraph("all of them: " + words.joined(separator: ", "), width: width)
  lines += paragraph("·: as the encoder suggests (a head's hidden width), or not needed", width: width)
  for preset in Preset.all {
    lines.append("")
    lines += paragraph("\(preset.name): \(preset.summary)", width: width)
    lines += paragraph("from \(preset.source)", width: width, indent: 2)
    guard !preset.differences.isEmpty else { continue }
    lines += paragraph("otherwise there: " + preset.differences.joined(separator: "; "), width: width, indent: 2)
  }
  return lines.joined(separator: "\n")
}

/// "solo-learn" over "-cifar10".
private func head(of name: String) -> [String] {
  guard let dash = name.lastIndex(of: "-") else { return [name, ""] }
  return [String(name[..<dash]), String(name[dash...])]
}

private func columnWidth(_ preset: Preset) -> Int {
  (head(of: preset.name) + preset.values.values).map(\.count).max()! + 2
}

/// Presets beside each other as far as they fit, in order.
private func banks(of presets: [Preset], width: Int) -> [[Preset]] {
  var banks: [[Preset]] = [[]]
  for preset in presets {
    if !banks.last!.isEmpty, (banks.last! + [preset]).map(columnWidth).reduce(0, +) > width { banks.append([]) }
    banks[banks.count - 1].append(preset)
  }
  return banks
}

private func row(_ name: String, _ cells: [String], _ margin: Int, _ columns: [Int]) -> String {
  let line = padded(name, margin) + zip(cells, columns).map { padded($0, $1) }.joined()
  return String(line.reversed().drop { $0 == " " }.reversed())
}

/// Its lines; all but the first are indented by two more columns.
private func paragraph(_ text: String, width: Int, indent: Int = 0) -> [String] {
  wrapped(text, width - indent - 2).enumerated().map { padded("", indent + ($0 == 0 ? 0 : 2)) + $1 }
}

// MARK: difference

/// A row for each setting in which a run by `configuration` and one by another preset, or by the defaults, differ.
private func presetDifference(_ configuration: Configuration, _ name: String, _ other: String) throws -> String {
  var (mine, theirs) = (configuration, Configuration())
  if other != "defaults" { try theirs.take(try preset(named: other)) }
  // As for pictures that suit the preset.
  let side = (mine.imageSize ?? 32) <= 40 ? 32 : 256
  mine.adapt(toLargestSide: side)
  theirs.adapt(toLargestSide: side)
  let rows = mine.differences(from: theirs).map {
    (name: String($0.setting.flag.dropFirst(2)), cells: [$0.mine ?? "·", $0.other ?? "·"])
  }
  guard !rows.isEmpty else { return "no difference between \(name) and \(other)" }
  let margin = rows.map(\.name.count).max()! + 2
  let columns = [0, 1].map { index in ([[name, other][index]] + rows.map { $0.cells[index] }).map(\.count).max()! + 2 }
  return ([row("", [name, other], margin, columns)] + rows.map { row($0.name, $0.cells, margin, columns) })
    .joined(separator: "\n")
}
