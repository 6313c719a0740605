/// A table of measured figures that grows row by row on stdout; with --json, a JSON object for each figure instead.
import Foundation
import Telemetry

struct FigureTable {
  /// What a row is told apart by.
  struct Label {
    let name: String
    let width: Int
  }

  /// What was measured in a row.
  struct Figure {
    let name: String
    let unit: String
    let decimals: Int
    /// Above the column.
    let title: String

    init(_ name: String, _ unit: String, decimals: Int = 1, title: String? = nil) {
      (self.name, self.unit, self.decimals) = (name, unit, decimals)
      self.title = title ?? (unit.isEmpty ? name : "\(name) \(unit)")
    }

    var width: Int { max(title.count, 5) }
  }

  private let what: String
  private let labels: [Label]
  private let figures: [Figure]
  private let rows: Int
  private let json: Bool
  private let progress: ProgressLine
  private var rowsDone = 0

  /// Prints the head.
  /// - Parameters:
  ///   - title: a line above the table: what is measured, and how.
  ///   - rows: how many there will be.
  init(_ what: String, _ title: String, labels: [Label], figures: [Figure], rows: Int, json: Bool) {
    (self.what, self.labels, self.figures, self.rows, self.json) = (what, labels, figures, rows, json)
    progress = ProgressLine("bench \(what)")
    progress.show(0)
    guard !json else { return }
    progress.end()
    say(["", title])
    let heads = labels.map { padded($0.name, $0.width) } + figures.map { Self.right($0.title, $0.width) }
    say(heads.joined(separator: "  "))
  }

  /// - Parameter values: nil where there is no such figure.
  mutating func add(_ names: [String], _ values: [Double?]) {
    precondition(names.count == labels.count && values.count == figures.count, "a row of another table")
    rowsDone += 1
    progress.end()
    if json {
      for (figure, value) in zip(figures, values) {
        if let value { say(jsonLine(names, figure, value)) }
      }
    } else {
      let numbers = zip(figures, values).map { figure, value in
        Self.right(value.map { String(format: "%.\(figure.decimals)f", $0) } ?? "–", figure.width)
      }
      let words = zip(labels, names).map { padded($1, $0.width) }
      say((words + numbers).joined(separator: "  "))
    }
    if rowsDone < rows { progress.show(Double(rowsDone) / Double(rows)) }
  }

  private func jsonLine(_ names: [String], _ figure: Figure, _ value: Double) -> String {
    var line = JSONLine()
    line.add("what", what)
    for (label, name) in zip(labels, names) {
      if let number = Int(name) { line.add(label.name, number) } else { line.add(label.name, name) }
    }
    line.add("figure", figure.name)
    line.add("value", value)
    line.add("unit", figure.unit)
    return line.text
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
