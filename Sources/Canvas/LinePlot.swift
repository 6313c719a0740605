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
    /// Stands at the end of the line, to tell it from others without colour.
    public var name: String

    public init(points: [Point], line: Style, band: Style? = nil, name: String = "") {
      (self.points, self.line, self.band, self.name) = (points, line, band, name)
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

  /// A dot, with a label beside it where that hides nothing.
  public struct Mark: Sendable, Equatable {
    public var x: Double
    public var y: Double
    public var label: String
    public var style: Style

    public init(x: Double, y: Double, label: String = "", style: Style) {
      (self.x, self.y, self.label, self.style) = (x, y, label, style)
    }
  }

  /// The styles of what is not a series.
  public struct Styles: Sendable {
    public var axis: Style
    public var reference: Style
    public var marker: Style
    /// Marks of samples that are not numbers, and of spikes beyond the edge.
    public var alarm: Style
    public var crosshair: Style

    public init(axis: Style, reference: Style, marker: Style, alarm: Style, crosshair: Style = Style()) {
      (self.axis, self.reference, self.marker) = (axis, reference, marker)
      (self.alarm, self.crosshair) = (alarm, crosshair)
    }
  }

  public var series: [Series]
  public var xRange: ClosedRange<Double>
  public var yRange: ClosedRange<Double>
  public var references: [Reference] = []
  public var markers: [Marker] = []
  public var marks: [Mark] = []
  /// Where the x-axis has a notch: what happened there, without a line.
  public var notes: [Double] = []
  /// x of a vertical line that a person moves.
  public var crosshair: Double?
  public var xName = ""
  /// x is in seconds.
  public var xIsDuration = false
  /// The y-axis is logarithmic; `yRange` must be positive then.
  public var isLogarithmic = false
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

  /// The cells inside the axes when it is drawn in an area.
  public func inside(of area: Rect) -> Rect { PlotScale(of: self, in: area).inside }

  public func draw(in area: Rect, of grid: inout Grid) {
    guard area.width > 0, area.height > 0 else { return }
    let plot = PlotScale(of: self, in: area)
    plot.drawAxes(on: &grid)
    drawReferences(plot, &grid)
    for one in series { drawBand(one, plot, &grid) }
    drawMarkers(plot, &grid)
    drawCrosshair(plot, &grid)
    for one in series { drawLine(one, plot, &grid) }
    for one in series { drawAlarms(one, plot, &grid) }
    for one in series { drawName(one, plot, &grid) }
    for mark in marks { draw(mark, plot, &grid) }
    drawReferenceLabels(plot, &grid)
    drawMarkerLabels(plot, &grid)
  }
}
