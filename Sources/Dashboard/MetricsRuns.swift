/// The runs whose curves are drawn over each other, and where their steps lie on the x-axis.
import Canvas
import Telemetry

/// A run on the metrics screen.
struct ShownRun {
  /// 0 is the one that trains here; the others are told apart by their number.
  let number: Int
  let name: String
  let curves: [Metric: Curve]
  let events: ChunkedArray<Event>
  let isOver: Bool
  /// Its newest step.
  let lastStep: Int

  init(_ number: Int, _ name: String, _ curves: [Metric: Curve], _ events: ChunkedArray<Event>, isOver: Bool) {
    (self.number, self.name, self.curves, self.events, self.isOver) = (number, name, curves, events, isOver)
    lastStep = curves.values.reduce(0) { max($0, $1.last?.lastStep ?? 0) }
  }
}

extension DashboardState {
  /// All of them, the present one first.
  var allRuns: [ShownRun] {
    let present = ShownRun(
      0, snapshot.run.name, snapshot.curves, snapshot.events, isOver: snapshot.state.isOver)
    let others = recordedRuns.enumerated().compactMap { index, run in
      (isComparison ? index + 1 : number(ofRunIn: run.folder)).map {
        ShownRun($0, run.name, run.curves, run.events, isOver: run.isOver)
      }
    }
    return (isComparison ? [] : [present]) + others.sorted { $0.number < $1.number }
  }

  /// Those that are not hidden; the first one leads: its band, events and numbers are shown.
  var shownRuns: [ShownRun] { allRuns.filter { !metrics.hidden.contains($0.number) } }

  /// Every series of any run, what matters most first.
  var series: [Metric] {
    let runs = allRuns
    return Metric.byWeight.filter { metric in runs.contains { ($0.curves[metric]?.count ?? 0) > 0 } }
  }
}

extension Metric {
  /// In the order of the metrics screen.
  fileprivate static let byWeight: [Metric] = {
    let first: [Metric] = [
      .loss, .knnAccuracy, .linearAccuracy, .contrastiveTop1, .positiveSimilarity, .negativeSimilarity, .learningRate,
      .gradientNorm, .effectiveRank, .imagesPerSecond, .contrastiveTop5, .alignment, .uniformity, .standardDeviation,
    ]
    let last = allCases.filter { $0 == .epoch || $0 == .images || $0 == .time }
    let middle = allCases.filter { !first.contains($0) && !last.contains($0) }
    return first + middle.filter { !$0.isExact } + middle.filter(\.isExact) + last
  }()

  /// The style of its line when one run is shown.
  var role: Theme.Role {
    switch self {
    case .loss: .loss
    case .knnAccuracy, .linearAccuracy, .contrastiveTop1, .contrastiveTop5: .accuracy
    case .positiveSimilarity, .hPositiveSimilarity, .alignment, .hAlignment: .positive
    case .negativeSimilarity, .hNegativeSimilarity, .uniformity, .hUniformity: .negative
    case .gradientNorm: .gradient
    case .effectiveRank, .hEffectiveRank, .standardDeviation, .hStandardDeviation: .rank
    default: .rate
    }
  }

  /// A value in few letters, with its unit.
  func words(for value: Double, digits: Int = 3) -> String {
    switch self {
    case .knnAccuracy, .linearAccuracy, .contrastiveTop1, .contrastiveTop5:
      Figures.percent(value, max(1, digits - 2))
    case .time: Figures.clock(value)
    case _ where isCount && abs(value) < 1e5: Figures.fixed(value, 0)
    case .images: Figures.scaled(value)
    default: Figures.significant(value, digits)
    }
  }
}

/// Where the steps of one run lie on the x-axis.
struct RunAxis {
  private let axis: MetricsAxis
  /// Of what the axis counts; nil for steps.
  private let curve: Curve?

  init(_ axis: MetricsAxis, of run: ShownRun) {
    self.axis = axis
    curve = axis.metric.map { run.curves[$0] ?? Curve() }
  }

  /// 0 before the first line that tells.
  func x(of step: Int) -> Double {
    guard let curve else { return Double(step) }
    let value = curve.value(upTo: step) ?? 0
    return value.isFinite ? value : 0
  }

  func x(of event: Event) -> Double { axis == .time && event.time.isFinite ? event.time : x(of: event.step) }

  /// The first step that lies at x or behind it.
  func step(reaching x: Double) -> Int {
    guard let curve else { return Int(min(max(x, 0), 1e15).rounded(.up)) }
    return x <= 0 ? 0 : curve.step(reaching: x) ?? (curve.last?.lastStep ?? 0) + 1
  }

  /// The step next to x.
  func step(nearest x: Double) -> Int {
    guard let curve else { return Int(min(max(x, 0), 1e15).rounded()) }
    let (after, last) = (step(reaching: x), curve.last?.lastStep ?? 0)
    let before = max(0, after - 1)
    return after > last || x - self.x(of: before) < self.x(of: after) - x ? before : after
  }
}

extension MetricsAxis {
  /// The series it is read from; nil for steps.
  var metric: Metric? {
    switch self {
    case .step: nil
    case .epoch: .epoch
    case .images: .images
    case .time: .time
    }
  }

  /// What it counts, in words.
  var title: String {
    switch self {
    case .step: "steps"
    case .epoch: "epochs"
    case .images: "images trained on"
    case .time: "time of training"
    }
  }

  /// A place on it in words.
  func words(for x: Double) -> String {
    switch self {
    case .step: "step \(Figures.fixed(x, 0))"
    case .epoch: "epoch \(Figures.significant(x, 4))"
    case .images: "\(Metric.images.words(for: x)) images"
    case .time: Figures.clock(x)
    }
  }
}

/// What all plots share: the runs that are shown and the part of the x-axis that is seen.
struct MetricsView {
  let runs: [ShownRun]
  /// Of each run.
  let axes: [RunAxis]
  /// From 0 to the newest value of any run.
  let whole: ClosedRange<Double>
  let visible: ClosedRange<Double>
  /// Of each run.
  let events: [[PlacedEvent]]

  struct PlacedEvent {
    let x: Double
    let event: Event
  }

  init(_ state: DashboardState) {
    let runs = state.shownRuns
    let axes = runs.map { RunAxis(state.metrics.axis, of: $0) }
    // All of a recording's steps have room, also those that are still to come.
    let recorded = state.metrics.axis == .step ? Double(state.snapshot.replay?.lastStep ?? 0) : 0
    let end = max(recorded, zip(runs, axes).map { $1.x(of: $0.lastStep) }.max() ?? 0)
    let whole = 0...max(runs.allSatisfy(\.isOver) || recorded > 0 ? end : roomy(end), 1e-9)
    (self.runs, self.axes, self.whole) = (runs, axes, whole)
    visible = state.metrics.window?.range(in: whole) ?? whole
    events = zip(runs, axes).map { run, axis in
      (0..<run.events.count).map { PlacedEvent(x: axis.x(of: run.events[$0]), event: run.events[$0]) }
    }
  }

  var span: Double { visible.upperBound - visible.lowerBound }

  /// The first run's axis.
  var leadingAxis: RunAxis? { axes.first }

  /// Where the marked events of the shown runs lie, ascending.
  var eventPlaces: [Double] {
    events.joined().filter { $0.event.isMarked && whole.contains($0.x) }.map(\.x).sorted()
  }
}

/// The end of an axis up to a quarter behind the newest value, so that a growing curve seldom moves.
func roomy(_ end: Double) -> Double {
  guard end > 0, end.isFinite else { return end }
  let quantum = (end / 4).binade
  return (end / quantum).rounded(.up) * quantum
}
