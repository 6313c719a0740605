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
  /// What a wheel over a cell of a screen of this size asks for: to zoom in (positive) or out at what lies there.
  public func metricsIntent(wheel clicks: Int, x: Int, y: Int, columns: Int, rows: Int) -> Intent? {
    place(x, y, columns, rows).map { .metrics(.zoom(clicks, at: $0.share)) }
  }

  /// What a press on a cell asks for: the crosshair there.
  public func metricsIntent(pressX x: Int, y: Int, columns: Int, rows: Int) -> Intent? {
    place(x, y, columns, rows).map { .metrics(.point($0.metric, at: $0.share)) }
  }

  private func place(_ x: Int, _ y: Int, _ columns: Int, _ rows: Int) -> (metric: Metric, share: Double)? {
    guard exploresMetrics else { return nil }
    let parts = layout(self, columns: columns, rows: rows)
    guard let area = parts.first(where: { $0.part == .fullPanel(.loss) })?.area else { return nil }
    let plots = MetricsLayout(self, in: area).plots
    guard let plot = plots.first(where: { $0.area.contains(x: x, y: y) }) else { return nil }
    let inside = Scene(self, columns: columns, rows: rows).inside(of: plot)
    guard inside.width > 1, x >= inside.x, x < inside.maxX else { return nil }
    return (plot.metric, Double(x - inside.x) / Double(inside.width - 1))
  }
}
