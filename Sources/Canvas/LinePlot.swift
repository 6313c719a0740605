/// Series over a common axis: a smoothed line before the band of its raw values, reference lines, event markers.
public struct LinePlot {
  /// One or more neighbouring samples. `low` > `high` when none of them was finite.
  public struct Point: Sendable, Equatable {
    public var firstX: Double
    public var lastX: Double
    public var low: Double
    public var high: Double
    public var smooth: Double
    public var hasNonFinite: Bool

    public init(
      firstX: Double, lastX: Double, low: Double, high: Double, smooth: Double, hasNonFinite: Bool = false
    ) {
      (self.firstX, self.lastX, self.low, self.high) = (firstX, lastX, low, high)
      (self.smooth, self.hasNonFinite) = (smooth, hasNonFinite)
    }
  }

  public struct Series: Sendable {
    public var points: [Point]
    public var line: Style
    /// Nil: no band is drawn.
    public var band: Style?

    public init(points: [Point], line: Style, band: Style? = nil) {
      (self.points, self.line, self.band) = (points, line, band)
    }
  }

  /// A horizontal line, or an arrow at the edge when its value lies outside.
  public struct Reference: Sendable {
    public var value: Double
    public var label: String

    public init(value: Double, label: String) { (self.value, self.label) = (value, label) }
  }

  /// A vertical line with a label at its upper end.
  public struct Marker: Sendable, Equatable {
    public var x: Double
    public var label: String

    public init(x: Double, label: String) { (self.x, self.label) = (x, label) }
  }

  /// The styles of what is not a series.
  public struct Styles: Sendable {
    public var axis: Style
    public var reference: Style
    public var marker: Style
    /// Marks of samples that are not numbers, and of spikes beyond the edge.
    public var alarm: Style

    public init(axis: Style, reference: Style, marker: Style, alarm: Style) {
      (self.axis, self.reference, self.marker, self.alarm) = (axis, reference, marker, alarm)
    }
  }

  public var series: [Series]
  public var xRange: ClosedRange<Double>
  public var yRange: ClosedRange<Double>
  public var references: [Reference] = []
  public var markers: [Marker] = []
  public var xName = ""
  public var styles: Styles
  public var unicode: Bool

  public init(
    series: [Series], xRange: ClosedRange<Double>, yRange: ClosedRange<Double>, styles: Styles, unicode: Bool
  ) {
    (self.series, self.styles, self.unicode) = (series, styles, unicode)
    self.xRange = Self.widened(xRange)
    self.yRange = Self.widened(yRange)
  }

  /// A range of no width cannot be drawn.
  private static func widened(_ range: ClosedRange<Double>) -> ClosedRange<Double> {
    if range.upperBound > range.lowerBound { return range }
    let room = max(abs(range.lowerBound) * 0.1, 1e-6)
    return range.lowerBound - room...range.upperBound + room
  }

  /// Columns of dots that a plot of this many columns has: more points than that cannot be told apart.
  public static func resolution(columns: Int, unicode: Bool) -> Int { max(1, columns * (unicode ? 2 : 1)) }

  public func draw(in area: Rect, of grid: inout Grid) {
    guard area.width > 0, area.height > 0 else { return }
    let plot = PlotScale(of: self, in: area)
    plot.drawAxes(on: &grid)
    drawReferences(plot, &grid)
    for one in series { drawBand(one, plot, &grid) }
    drawMarkers(plot, &grid)
    for one in series { drawLine(one, plot, &grid) }
    for one in series { drawAlarms(one, plot, &grid) }
    drawReferenceLabels(plot, &grid)
    drawMarkerLabels(plot, &grid)
  }
}
