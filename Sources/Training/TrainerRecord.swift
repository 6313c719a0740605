/// What a run tells of itself, to its folder and to the screen: its description, a line and a look a step, evaluations,
/// events, and the history that a resumed run takes up.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Tensors

extension Trainer {
  mutating func reportBeginning() throws {
    for remark in remarks + folder.warnings {
      folder.note(remark)
      try emit(.warning(remark))
    }
    for picture in skipped { folder.note("skipped \(picture.name): \(picture.reason)") }
    let total = data.train.count + data.heldOut.count + skipped.count
    if let words = DataSet.words(skipped, of: total) { try emit(.warning(words + "; log.txt names all")) }
  }

  mutating func describeRun() {
    var run = RunDescription(configuration, folder: folder.path)
    run.data = title
    run.projectionDimension =
      configuration.head == .none ? point.model.encoder.features : configuration.projectionDim
    (run.trainCount, run.heldOutCount) = (data.train.count, data.heldOut.count)
    run.classes = data.train.classes
    run.totalImages = Int(schedule.totalImages)
    run.parameterCount = point.model.parameterCount
    snapshot.run = run
    snapshot.state = .waitingForFirstStep
    refreshProgress()
    publish(force: true)
  }

  /// Curves and events of the steps before the checkpoint, from the run folder.
  mutating func restoreHistory() throws {
    let (lines, events) = try folder.cut(to: point.step)
    snapshot.time = Self.newestTime(lines.compactMap { $0[.time] } + events.map(\.time))
    for metrics in lines {
      snapshot.curves.append(metrics)
      if metrics[.loss] != nil { snapshot.metrics = metrics }
    }
    for event in events {
      if case .knob = event.kind { protectedSteps.insert(event.step) }
      snapshot.events.append(event)
    }
    saved = (point.step, point.knobs)
    soundness = Soundness()
    soundness.finiteStep =
      NonFinite.names(point.file.tensors).isEmpty
      ? point.step : Checkpoint.newestFiniteStep(of: folder.path, upTo: point.step, configuration)
  }

  /// The largest recorded time; what cannot be seconds of training is left out.
  private static func newestTime(_ times: [Double]) -> Double {
    times.filter { $0 >= 0 && $0 < longestTime }.max() ?? 0
  }

  /// A thousand years in seconds.
  private static let longestTime = 3.2e10

  // MARK: what a step leaves behind

  mutating func record(_ outcome: StepEngine.Outcome, rate: Double) throws {
    let images = outcome.indices.count
    var metrics = StepMetrics(step: point.step)
    metrics[.epoch] = Double(point.epoch) + Double(point.cursor) / Double(data.train.count)
    metrics[.images] = Double(point.images)
    metrics[.loss] = outcome.loss.loss
    for knob in Knob.all { Metric(rawValue: knob.key).map { metrics[$0] = point.knobs[keyPath: knob.path] } }
    metrics[.batchSize] = Double(images)
    metrics[.learningRate] = rate
    metrics[.gradientNorm] = outcome.gradientNorm
    describe(outcome, into: &metrics)
    if let look = outcome.look {
      if isPictureDue {
        let labels = data.train.labels.map { labels in outcome.indices.map { labels[$0] } }
        snapshot.similarities = SimilarityMap(averaging: look.z, labels: labels, step: point.step, workers: workers)
        lastLook = .now
      }
      exploration.trained = TrainedBatch(
        step: point.step, epoch: point.epoch, indices: outcome.indices, recipe: configuration.recipe(point.knobs),
        z: look.z,
        trained: .init(loss: outcome.loss.loss, temperature: point.knobs.temperature, images: images))
    }
    if !outcome.layers.isEmpty { record(outcome.layers) }
    snapshot.timing = outcome.timing
    snapshot.timing.other += clock.lap() - outcome.timing.total
    let seconds = snapshot.timing.total
    snapshot.time += seconds
    metrics[.imagesPerSecond] = Double(images) / seconds
    metrics[.time] = (snapshot.time * 1000).rounded() / 1000
    smoothSpeed(Double(images) / seconds)
    snapshot.learningRate = rate
    assess(metrics)
    snapshot.metrics = metrics
    snapshot.curves.append(metrics)
    refreshProgress()
    if heldLines == nil { try folder.append(metrics) } else { heldLines!.append(metrics) }
    if .now - lastFollowed > .seconds(1) { try followFolder() }
    publish(force: point.step == 1)
  }

  /// Whether the screen's picture of the similarities is old. Another batch's changes nearly every cell: once a second is
  /// enough for the eye and for the line; one who takes single steps sees each.
  var isPictureDue: Bool { snapshot.similarities == nil || isPaused || .now - lastLook > .seconds(1) }
  /// Whether this step has the effective ranks: every tenth, for they cost most.
  var ranksAreDue: Bool { point.step == 1 || point.step % 10 == 0 }

  /// Twice a second while they are watched.
  var layersAreDue: Bool {
    watching.contains(.layers) && lastLayers.map { .now - $0 > .milliseconds(500) } ?? true
  }

  private mutating func record(_ layers: [LayerNorms]) {
    lastLayers = .now
    let adapts = configuration.optimizer == .lars
    let report = LayerReport(step: point.step, layers: layers.map { LayerStatistics($0, adapts: adapts) })
    snapshot.layers = snapshot.layers.suffix(Snapshot.layerReports - 1) + [report]
  }

  /// Statistics of z, and of h under their prefix.
  private func describe(_ outcome: StepEngine.Outcome, into metrics: inout StepMetrics) {
    let ofZ = outcome.loss.statistics
    metrics[.contrastiveTop1] = outcome.loss.top1
    metrics[.contrastiveTop5] = outcome.loss.top5
    metrics[.positiveSimilarity] = ofZ.positiveSimilarity
    metrics[.negativeSimilarity] = ofZ.negativeSimilarity
    metrics[.alignment] = ofZ.alignment
    metrics[.uniformity] = ofZ.uniformity
    guard ranksAreDue, let look = outcome.look else { return }
    metrics[.effectiveRank] = effectiveRank(look.z)
    metrics[.hEffectiveRank] = effectiveRank(look.h)
    metrics[.standardDeviation] = standardDeviation(ofUnit: look.z)
    metrics[.hStandardDeviation] = standardDeviation(ofUnit: look.h)
    metrics[.hPositiveSimilarity] = look.statisticsOfH.positiveSimilarity
    metrics[.hNegativeSimilarity] = look.statisticsOfH.negativeSimilarity
    metrics[.hAlignment] = look.statisticsOfH.alignment
    metrics[.hUniformity] = look.statisticsOfH.uniformity
  }

  private mutating func smoothSpeed(_ now: Double) {
    snapshot.imagesPerSecond = snapshot.imagesPerSecond == 0 ? now : 0.8 * snapshot.imagesPerSecond + 0.2 * now
  }

  mutating func refreshProgress() {
    snapshot.step = point.step
    snapshot.images = point.images
    snapshot.epoch = Double(point.epoch) + Double(point.cursor) / Double(data.train.count)
    snapshot.knobs = point.knobs
    snapshot.undoCount = undoable.count
    let left = max(0, schedule.totalImages - Double(point.images))
    snapshot.secondsLeft = snapshot.imagesPerSecond > 0 ? left / snapshot.imagesPerSecond : nil
  }

  mutating func evaluate(_ model: SimCLR, step: Int) throws {
    let before = snapshot.state
    _ = clock.lap()
    let accuracy = try data.knnAccuracy(
      model, imageSize: configuration.imageSize!, normalization: configuration.normalize, workers: workers
    ) { [link] progress in
      snapshot.state = .evaluating(progress: progress)
      publish()
      return !link.stopIsAsked
    }
    snapshot.time += clock.lap()
    snapshot.state = before
    guard let accuracy else { return }
    var metrics = StepMetrics(step: step)
    metrics[.knnAccuracy] = accuracy
    // The untrained encoder is evaluated after the first step, whose line has its time already.
    metrics[.time] = step == 0 ? 0 : (snapshot.time * 1000).rounded() / 1000
    try folder.append(metrics)
    snapshot.curves.append(metrics)
    try emit(.evaluated(metric: .knnAccuracy, value: accuracy), step: step)
  }

  /// Writes on in the run's folder where it was moved to, and says so.
  /// - Throws: `Trouble` when it was deleted.
  mutating func followFolder() throws {
    lastFollowed = .now
    guard try folder.follow() else { return }
    snapshot.run.folder = folder.path
    snapshot.run.name = folder.name
    snapshot.run.moves += 1
    try emit(.moved(to: folder.path))
  }

  mutating func emit(_ kind: Event.Kind, step: Int? = nil) throws {
    let event = Event(step: step ?? point.step, time: (snapshot.time * 1000).rounded() / 1000, kind)
    snapshot.events.append(event)
    try folder.append(event)
    refreshProgress()
    publish(force: true)
  }

  /// Hands the screen the newest state, at most twenty times a second.
  mutating func publish(force: Bool = false) {
    guard force || ContinuousClock.now - lastPublished > .milliseconds(50) else { return }
    lastPublished = ContinuousClock.now
    link.publish(snapshot)
  }
}

extension RunDescription {
  /// What is known of a run without its pictures.
  init(_ configuration: Configuration, folder: String) {
    self.init()
    (name, self.folder) = (RunFolder.name(of: folder), folder)
    data = RunFolder.name(of: configuration.data)
    (encoder, head) = (configuration.encoder.name, configuration.head.rawValue)
    objective = configuration.objective
    imageSize = configuration.imageSize ?? 0
    totalEpochs = configuration.steps == nil ? configuration.epochs : 0
    seed = configuration.seed
  }
}

extension LayerStatistics {
  /// - Parameter adapts: the optimizer scales the rate by the trust ratio.
  init(_ norms: LayerNorms, adapts: Bool) {
    let isMoving = norms.before > 0 && norms.decayedGradient > 0
    self.init(
      name: norms.name, weightNorm: norms.weight, gradientNorm: norms.gradient,
      updateRatio: norms.before > 0 ? norms.move / norms.before : .nan,
      trustRatio: adapts ? (isMoving ? 0.001 * norms.before / norms.decayedGradient : 1) : nil,
      deadShare: norms.silent.of > 0 ? Double(norms.silent.channels) / Double(norms.silent.of) : nil)
  }
}
