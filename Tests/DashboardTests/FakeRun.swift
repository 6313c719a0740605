/// A run as a trainer would tell it: curves that fall with noise, turned knobs, a similarity map with blocks, a pair of
/// views. Made of a small generator, so that it is the same on every machine.
import Canvas
import Foundation
import Telemetry

@testable import Dashboard

/// A linear congruential generator (Knuth's MMIX constants).
struct Noise {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 2_654_435_769 &+ 1 }

  /// Uniform in −1…1.
  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 40) / Double(1 << 23) - 1
  }
}

enum FakeRun {
  static let steps = 1204
  static let turnedAt = 390

  /// A run in the middle of its training.
  static func snapshot() -> Snapshot {
    var snapshot = Snapshot()
    snapshot.run = description()
    snapshot.state = .running
    (snapshot.step, snapshot.epoch, snapshot.images) = (steps, 30.9, steps * 256)
    snapshot.knobs.temperature = 0.3
    snapshot.learningRate = 8.1e-4
    (snapshot.undoCount, snapshot.imagesPerSecond) = (2, 812.4)
    (snapshot.secondsLeft, snapshot.time) = (1380, 379)
    addCurves(to: &snapshot)
    addEvents(to: &snapshot)
    snapshot.similarities = similarities()
    snapshot.layers = layers()
    snapshot.embedding = map()
    snapshot.batch = batch
    snapshot.timing.views = 0.012
    snapshot.timing.forward = 0.1
    snapshot.timing.loss = 0.006
    snapshot.timing.backward = 0.178
    snapshot.timing.optimizer = 0.015
    snapshot.timing.other = 0.002
    return snapshot
  }

  static func description() -> RunDescription {
    var run = RunDescription()
    (run.name, run.folder, run.data) = ("frogs-01", "runs/frogs-01", "CIFAR-10 10,000")
    (run.encoder, run.head) = ("resnet20", "nonlinear")
    (run.imageSize, run.trainCount, run.heldOutCount) = (32, 9000, 1000)
    run.classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
    (run.totalEpochs, run.totalImages) = (100, 900_000)
    return run
  }

  private static func addCurves(to snapshot: inout Snapshot) {
    var noise = Noise(7)
    func add(_ metric: Metric, _ step: Int, _ value: Double) {
      snapshot.curves[metric, default: Curve(smoothing: metric.isExact ? .none : .standard)].append(step: step, value)
    }
    for step in 1...steps {
      let passed = Double(step)
      let turn = step > turnedAt ? 1 - exp(-(passed - Double(turnedAt)) / 180) : 0
      let loss = 6.23 - 0.52 * (1 - exp(-passed / 130)) - 1.15 * turn + 0.11 * noise.next()
      add(.loss, step, loss + (step == 700 ? 0.7 : 0))
      add(.contrastiveTop1, step, 0.75 * (1 - exp(-passed / 500)) + 0.03 * noise.next())
      add(.positiveSimilarity, step, 0.86 - 0.5 * exp(-passed / 300) + 0.02 * noise.next())
      add(.negativeSimilarity, step, 0.04 + 0.3 * exp(-passed / 200) + 0.01 * noise.next())
      add(.effectiveRank, step, 38 * (1 - exp(-passed / 250)) + 2 + noise.next())
      add(.gradientNorm, step, 0.4 + 2 * exp(-passed / 100) + 0.1 * noise.next())
      add(.learningRate, step, 1e-3 * (0.5 + 0.5 * cos(passed / 3500 * Double.pi)))
      add(.imagesPerSecond, step, 812 + 20 * noise.next())
      add(.temperature, step, step > turnedAt ? 0.3 : 0.5)
      add(.epoch, step, passed * 256 / 9000)
      add(.images, step, passed * 256)
      add(.time, step, passed * 0.315)
      if step % 120 == 0 { add(.knnAccuracy, step, 0.287 + 0.19 * (1 - exp(-passed / 500)) + 0.006 * noise.next()) }
      if step == 1 { add(.knnAccuracy, 0, 0.287) }
    }
    var metrics = StepMetrics(step: steps)
    metrics[.loss] = snapshot.curves[.loss]!.last!.maximum
    snapshot.metrics = metrics
  }

  private static func addEvents(to snapshot: inout Snapshot) {
    let events: [(Int, Event.Kind)] = [
      (0, .started), (0, .evaluated(metric: .knnAccuracy, value: 0.287)),
      (200, .checkpoint(file: "step-00000200.safetensors")), (turnedAt, .checkpoint(file: "step-00000390.safetensors")),
      (turnedAt, .knob(key: "temperature", from: 0.5, to: 0.3)),
      (600, .refused(key: "batch_size", reason: "4,096 would need 9.2 GiB, 3.1 GiB are free")),
      (840, .knob(key: "strength", from: 0.5, to: 0.7)), (860, .paused), (860, .unpaused),
      (1200, .evaluated(metric: .knnAccuracy, value: snapshot.knnAccuracy!)),
    ]
    for (step, kind) in events { snapshot.events.append(Event(step: step, time: Double(step) * 0.315, kind)) }
  }

  /// Earlier runs, each shorter than the one before and with another loss.
  static func recorded(_ count: Int) -> [RecordedRun] {
    (1...count).map { number in
      var noise = Noise(UInt64(number))
      var run = RecordedRun(name: "frogs-0\(number)", folder: "runs/frogs-0\(number)")
      run.append(Event(step: 0, time: 0, .started))
      let last = 1200 - 100 * number
      for step in 1...last {
        var metrics = StepMetrics(step: step)
        metrics[.loss] = 6.23 - 0.2 * Double(number) * (1 - exp(-Double(step) / 300)) + 0.05 * noise.next()
        metrics[.epoch] = Double(step) / 40
        metrics[.images] = Double(step) * 128
        metrics[.time] = Double(step) * 0.2
        run.curves.append(metrics)
      }
      run.append(Event(step: 300, time: 60, .knob(key: "temperature", from: 0.5, to: 0.2)))
      run.append(Event(step: last, time: Double(last) * 0.2, .finished))
      run.shareRead = 1
      return run
    }
  }

  /// Sixty pairs of views.
  static func sheet() -> ViewSheet {
    let pairs = (0..<60).map { index in
      ViewSheet.Pair(
        index: index, label: "frog",
        views: [picture(warmth: Double(index % 5) * 0.1), picture(zoom: 1 + Double(index % 3))])
    }
    return ViewSheet(pairs: pairs, colorMatch: 0.359, matched: 64)
  }

  /// The same runs as a list has them.
  static func listed(_ count: Int) -> [ListedRun] {
    (0..<count).map { index -> ListedRun in
      let name = "frogs-0\(index + 1)"
      let differences = index == 0 ? [] : ["temperature 0.\(index)", "batch size 128"]
      return ListedRun(
        name: name, folder: "runs/" + name, step: 1100 - 100 * index, loss: 6.03 - 0.2 * Double(index),
        differences: differences, age: 40.0 * Double(index * index * index * index), isTraining: index == 0)
    }
  }

  /// Their curves over each other.
  static func comparison(_ abilities: Abilities = plenty) -> DashboardState {
    var state = DashboardState(themes: [.builtin], abilities: abilities, isComparison: true)
    state.recordedRuns = recorded(3)
    return state
  }

  /// Ten classes, each a little alike inside, with pairs of views side by side on the diagonal.
  static func similarities() -> SimilarityMap {
    var noise = Noise(3)
    let size = 128
    var values = [Float](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0...row {
        let isSameClass = row * 10 / size == column * 10 / size
        let base = row == column ? 1 : row / 2 == column / 2 ? 0.84 : isSameClass ? 0.32 : 0.02
        let value = Float(row == column ? 1 : base + 0.16 * noise.next())
        values[row * size + column] = value
        values[column * size + row] = value
      }
    }
    return SimilarityMap(size: size, views: 512, values: values, sortedByClass: true, step: steps)
  }

  /// The probe batch: 48 images of ten classes, whose views point along their class, their image and by chance.
  static let batch: SimilarityBatch = {
    var noise = Noise(11)
    let (images, d, side) = (48, 16, 16)
    func direction() -> [Double] { (0..<d).map { _ in noise.next() } }
    let classes = (0..<10).map { _ in direction() }
    let labels = (0..<images).map { $0 * 7 % 10 }
    let own = (0..<images).map { _ in direction() }
    let rows = (0..<2 * images).map { view -> [Double] in
      let (image, chance) = (view % images, direction())
      return (0..<d).map { 0.7 * classes[labels[image]][$0] + own[image][$0] + 0.5 * chance[$0] }
    }
    let lengths = rows.map { row in row.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    let pixels = (0..<2 * images).flatMap { view -> [UInt8] in
      let warmth = Double(labels[view % images]) / 12 - 0.4
      return picture(side: side, shift: view < images ? 0.05 : -0.1, zoom: view < images ? 1.4 : 1, warmth: warmth)
        .pixels
    }
    return SimilarityBatch(
      source: .probe, step: steps, z: zip(rows, lengths).flatMap { row, length in row.map { Float($0 / length) } },
      lengths: lengths.map { Float($0) },
      views: SimilarityViews(
        indices: (0..<images).map { $0 * 187 }, names: (0..<images).map { "data_batch_1 #\($0 * 187)" }, labels: labels,
        side: side, pixels: pixels))
  }()

  /// A frog-like something before sky and grass.
  static func picture(side: Int = 32, shift: Double = 0, zoom: Double = 1, warmth: Double = 0) -> Picture {
    var pixels: [UInt8] = []
    for y in 0..<side {
      for x in 0..<side {
        let (u, v) = ((Double(x) / Double(side) - 0.5) / zoom + shift, (Double(y) / Double(side) - 0.5) / zoom)
        pixels += color(u, v).map { UInt8(min(255, max(0, $0 * (1 + warmth)))) }
      }
    }
    return Picture(width: side, height: side, pixels: pixels)
  }

  private static func color(_ u: Double, _ v: Double) -> [Double] {
    for eye in [-0.14, 0.14] {
      let distance = hypot(u - eye, v + 0.16)
      if distance < 0.035 { return [20, 20, 20] }
      if distance < 0.085 { return [240, 230, 120] }
    }
    if abs(u) < 0.14, abs(v - 0.06 - u * u) < 0.015 { return [60, 40, 30] }
    if hypot(u, (v - 0.02) * 1.2) < 0.3 { return [70 + 60 * (0.3 - v), 150 + 80 * (0.2 - v), 60] }
    if v > 0.1 { return [40 + 30 * sin(u * 40), 90 + 40 * sin(u * 55 + v * 30), 35] }
    return [110 + 80 * (0.5 + v), 160 + 60 * (0.5 + v), 230]
  }

  static let plenty = Abilities(colors: .truecolor, graphics: .quadrant, unicode: true)
  static let plain = Abilities(colors: .mono, graphics: .ascii, unicode: false)

  /// The dashboard over that run.
  static func state(
    _ abilities: Abilities = plenty, isAttached: Bool = false, keys: KeyChanges = KeyChanges()
  ) -> DashboardState {
    var state = DashboardState(themes: [.builtin], abilities: abilities, isAttached: isAttached, keys: keys)
    state.snapshot = snapshot()
    state.pair = pair()
    state.cost = ScreenCost(
      memory: 700 << 20, process: 1.93, screen: 0.004, cores: 2, framesPerSecond: 9.8, bytesPerSecond: 843)
    state.thumbnails = thumbnails(map().indices)
    return state
  }
}

extension DashboardState {
  /// Lays recorded runs over the present one, on the metrics screen.
  mutating func overlay(_ runs: [RecordedRun]) {
    for (place, run) in runs.enumerated() { overlaid[place] = run.folder }
    (recordedRuns, screen) = (runs, .panel(.loss))
  }
}
