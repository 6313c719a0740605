/// A row a layer: lengths of its weight and gradient, how far a step moves it, what LARS makes of it, what is dead in it.
import Canvas
import Foundation
import Telemetry

extension Scene {
  mutating func drawLayers(in area: Rect) {
    let reports = snapshot.layers
    let note = reports.last.map { text("step \(Figures.grouped($0.step))", .faint) } ?? Text()
    let inside = frame(.layers, in: area, title: text("layers", .title), note: note)
    guard let newest = reports.last else {
      return drawWaitingNote(live(snapshot.state.isOver ? "no step was made" : "measured at the next step"), in: inside)
    }
    let (head, rows) = inside.cutTop(1)
    // The arrow that tells of more below has a column of its own.
    let width = inside.width - (newest.layers.count > rows.height ? 2 : 0)
    let columns = LayerColumns(newest, names: newest.layers.map { shortName($0.name) }, width: width)
    put(headings(columns), in: head)
    let first = min(state.scroll, max(0, newest.layers.count - rows.height))
    for (y, index) in (first..<newest.layers.count).prefix(rows.height).enumerated() {
      drawLayer(index, reports, columns, in: rows.row(y))
    }
    if newest.layers.count > first + rows.height { put(text("↓", .faint), in: rows.row(rows.height - 1), .right) }
  }

  /// What is the same for all of the encoder's layers goes.
  private func shortName(_ name: String) -> String {
    name.hasPrefix("encoder.") ? String(name.dropFirst(8)) : name
  }

  private func headings(_ columns: LayerColumns) -> Text {
    let words = columns.shown.map { column in
      text(column.heading, .faint).padded(to: columns.width(of: column), column == .name ? .left : .right)
    }
    return Text.joined(words, by: text("  "))
  }

  private mutating func drawLayer(_ index: Int, _ reports: [LayerReport], _ columns: LayerColumns, in row: Rect) {
    let layer = reports[reports.count - 1].layers[index]
    var rest = row
    for column in columns.shown {
      let (place, after) = rest.cutLeft(columns.width(of: column), gap: 2)
      rest = after
      switch column {
      case .name: put(text(shortName(layer.name)), in: place)
      case .weight: put(text(Figures.significant(layer.weightNorm, 3), .title), in: place, .right)
      case .gradient: put(text(Figures.significant(layer.gradientNorm, 3), .gradient), in: place, .right)
      case .update: put(text(Figures.significant(layer.updateRatio, 2), .rate), in: place, .right)
      case .updateBar: drawUpdate(layer.updateRatio, in: place)
      case .history: drawHistory(of: index, reports, in: place)
      case .trust: put(text(layer.trustRatio.map { Figures.significant($0, 2) } ?? "–", .rank), in: place, .right)
      case .dead: put(deadText(layer.deadShare), in: place, .right)
      }
    }
  }

  private func deadText(_ share: Double?) -> Text {
    guard let share else { return text("–", .faint) }
    return text(Figures.percent(share, 0), share >= 0.5 ? .bad : share >= 0.1 ? .warning : .faint)
  }

  /// On a logarithmic scale from 1e-6 to 1, where 1e-3 is the usual place.
  private mutating func drawUpdate(_ ratio: Double, in area: Rect) {
    let fraction = ratio > 0 ? (log10(ratio) + 6) / 6 : 0
    Gauge(fraction: min(max(fraction, 0), 1), done: theme[.rate], rest: theme[.border]).draw(in: area, of: &grid)
  }

  private mutating func drawHistory(of index: Int, _ reports: [LayerReport], in area: Rect) {
    let values = reports.suffix(area.width).map { report -> Double in
      let ratio = index < report.layers.count ? report.layers[index].updateRatio : .nan
      return ratio > 0 ? log10(ratio) : .nan
    }
    guard values.count > 1 else { return }
    put(Sparkline(values).text(width: min(area.width, values.count), theme[.rate]), in: area, .right)
  }
}

/// Which columns have room, from the most telling on.
private struct LayerColumns {
  enum Column: CaseIterable {
    case name, weight, gradient, update, updateBar, history, trust, dead

    var heading: String {
      switch self {
      case .name: "layer"
      case .weight: "‖w‖"
      case .gradient: "‖g‖"
      case .update: "‖Δw‖/‖w‖"
      case .updateBar: "1e-6 … 1"
      case .history: "history"
      case .trust: "trust"
      case .dead: "dead"
      }
    }
  }

  let shown: [Column]
  private let nameWidth: Int
  private let barWidth: Int
  private let historyWidth: Int

  init(_ report: LayerReport, names: [String], width: Int) {
    let hasTrust = report.layers.contains { $0.trustRatio != nil }
    let nameWidth = min(names.map(\.count).max() ?? 8, max(8, width / 3))
    func needed(_ columns: [Column]) -> Int { columns.reduce(0) { $0 + Self.width($1, nameWidth, 12, 12) + 2 } - 2 }
    var columns: [Column] = [.name, .update]
    for column in [Column.dead, .gradient, .weight] + (hasTrust ? [.trust] : []) + [.history, .updateBar]
    where needed(columns + [column]) <= width { columns.append(column) }
    let spare = max(0, width - needed(columns))
    barWidth = 12 + min(24, spare / 2)
    historyWidth = 12 + min(36, spare - (barWidth - 12))
    shown = Column.allCases.filter { columns.contains($0) }
    self.nameWidth = nameWidth
  }

  func width(of column: Column) -> Int { Self.width(column, nameWidth, barWidth, historyWidth) }

  private static func width(_ column: Column, _ name: Int, _ bar: Int, _ history: Int) -> Int {
    switch column {
    case .name: name
    case .weight, .gradient: 7
    case .update: 9
    case .updateBar: bar
    case .history: history
    case .trust: 7
    case .dead: 5
    }
  }
}
