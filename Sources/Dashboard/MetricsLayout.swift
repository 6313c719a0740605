/// Where the plots of the metrics screen stand, and what lies under a pointer.
import Canvas
import Telemetry

/// The parts of the metrics screen: they never overlap and never leave it.
struct MetricsLayout: Equatable {
  struct Plot: Equatable {
    let metric: Metric
    let area: Rect
  }

  /// Names of the runs, when there are several, so many side by side.
  let legend: Rect
  let legendColumns: Int
  let plots: [Plot]
  /// One line: the crosshair, or what is seen.
  let readout: Rect

  init(_ state: DashboardState, in area: Rect) {
    let series = state.series
    let (runs, lines) = (state.allRuns.count, max(1, area.height / 8))
    legendColumns = max(1, area.width / 30, (runs + lines - 1) / lines)
    let names = runs > 1 && area.height >= 8 ? (runs + legendColumns - 1) / legendColumns : 0
    let (legend, rest) = area.cutTop(names)
    let (middle, readout) = rest.cutBottom(rest.height >= 6 ? 1 : 0)
    (self.legend, self.readout) = (legend, readout)
    let chosen = series.firstIndex(of: state.metrics.chosen) ?? 0
    guard !state.metrics.isAlone, !series.isEmpty else {
      plots = middle.isEmpty ? [] : [Plot(metric: series.isEmpty ? .loss : series[chosen], area: middle)]
      return
    }
    plots = Self.page(series, with: chosen, in: middle)
  }

  /// As many as have room, on the page that has the chosen one.
  private static func page(_ series: [Metric], with chosen: Int, in area: Rect) -> [Plot] {
    guard !area.isEmpty else { return [] }
    let across = min(max(1, area.width / 30), 6, series.count)
    let down = min(max(1, area.height / 8), (series.count + across - 1) / across)
    let first = chosen / (across * down) * across * down
    return series[first...].prefix(across * down).enumerated().map { index, metric in
      let (column, row) = (index % across, index / across)
      let (left, top) = (area.width * column / across, area.height * row / down)
      let (right, bottom) = (area.width * (column + 1) / across, area.height * (row + 1) / down)
      return Plot(
        metric: metric, area: Rect(x: area.x + left, y: area.y + top, width: right - left, height: bottom - top))
    }
  }
}

extension DashboardState {
  /// What the pointer asks for: the wheel zooms at what lies under it, a press or a drag puts the crosshair there, a
  /// second press shows that plot alone, or all again.
  /// - Parameter area: of the metrics screen.
  func metricsIntent(for mouse: MouseEvent, in area: Rect, columns: Int, rows: Int) -> MetricsIntent? {
    let plots = MetricsLayout(self, in: area).plots
    guard let plot = plots.first(where: { $0.area.contains(x: mouse.column, y: mouse.row) }) else { return nil }
    let inside = Scene(self, columns: columns, rows: rows).inside(of: plot)
    let share = Double(mouse.column - inside.x) / Double(max(1, inside.width - 1))
    switch mouse.kind {
    case .wheelUp: return .zoom(1, at: share)
    case .wheelDown: return .zoom(-1, at: share)
    case .press where mouse.button == .left && mouse.clicks == 2: return .alone
    case .press where mouse.button == .left, .drag: return .point(plot.metric, at: share)
    case .press, .release: return nil
    }
  }
}
