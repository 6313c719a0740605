/// What the person at the keys has chosen on the metrics screen, and what can be asked for there.
import Telemetry

/// What a plot's x-axis counts.
public enum MetricsAxis: String, Sendable, CaseIterable {
  case step, epoch, images, time
}

/// What a person can ask for on the metrics screen.
public enum MetricsIntent: Sendable, Equatable {
  /// The plot that keys act on, so many further on.
  case choose(Int)
  /// That plot alone, or all of them again.
  case alone
  case nextAxis
  /// A logarithmic y-axis, or a linear one again.
  case nextScale
  /// A longer (positive) or shorter moving average.
  case smooth(Int)
  /// Closer, by clicks; `at` is where in the visible range, 0…1, nil: at the crosshair or else at the newest step.
  case zoom(Int, at: Double?)
  /// To the right, by quarters of the visible range.
  case pan(Int)
  case everything
  /// The crosshair, by so many columns or ten times as many.
  case move(Int)
  /// The crosshair to where in the visible range, 0…1, of the plot of a metric.
  case point(Metric, at: Double)
  /// The crosshair to the next event, or the one before.
  case event(Int)
  case dropCrosshair
  /// Hides a run, or shows it again.
  case toggleRun(Int)
}

/// All that is chosen. Ranges and the crosshair are in units of the x-axis.
public struct MetricsState: Sendable, Equatable {
  /// A part of the x-axis. Without an end it follows the newest step.
  struct Window: Sendable, Equatable {
    var span: Double
    var end: Double?

    func range(in whole: ClosedRange<Double>) -> ClosedRange<Double> {
      let end = min(end ?? whole.upperBound, whole.upperBound)
      return max(whole.lowerBound, end - span)...end
    }
  }

  /// Runs that can be laid over one another at most, besides the present one.
  public static let mostOverlays = 8

  var chosen = Metric.loss
  var isAlone = false
  var axis = MetricsAxis.step
  var window: Window?
  var smoothing = Smoothing.standard
  var logarithmic: Set<Metric> = []
  var crosshair: Double?
  /// Numbers of runs that are not shown.
  var hidden: Set<Int> = []

  /// The loss chosen among all plots, over all steps.
  public init() {}
}
