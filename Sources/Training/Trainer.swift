/// The training loop: a batch becomes a step, a command is obeyed between steps and nowhere else. Lives on one thread;
/// meets the screen in `Link` only.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Tensors

/// How a run ended.
public enum TrainingEnd: Sendable {
  /// The schedule is through, or `--stop-after` was reached.
  case finished
  /// A person or a signal asked for it; the run is saved.
  case stopped
  case failed(Trouble)
}

public struct Trainer: ~Copyable {
  private let configuration: Configuration
  private let link: Link
  private let folder: RunFolder
  private let data: RunData
  private let title: String
  private let skipped: [DataSet.Skipped]
  /// Sentences about how the run began, for the log.
  private let remarks: [String]
  private let isResumed: Bool
  private let workers: WorkerPool
  private var loader: Loader
  private let schedule: Schedule
  private var engine: StepEngine

  /// The run as it stands: a copy of it is a checkpoint.
  private var point: Checkpoint
  private var saved: (step: Int, knobs: Knobs)?
  /// Steps whose checkpoint stands before a turn of a knob.
  private var protectedSteps: Set<Int> = []
  private var undoable: [[(knob: Knob, old: Double)]] = []
  private var lastTurn = -Double.infinity

  private var isPaused = false
  private var grantedSteps = 0
  private var isStopping = false

  private var snapshot = Snapshot()
  private var lastPublished = ContinuousClock.now
  /// When the similarities were last pictured.
  private var lastLook = ContinuousClock.now
  private var clock = Stopwatch()
  /// Lines that wait for the line of the untrained encoder.
  private var heldLines: [StepMetrics]?

  // MARK: starting

  /// Reads the pictures, makes or opens the run folder, plans the memory.
  /// - Parameters:
  ///   - resuming: a run's folder; nil starts a new run.
  ///   - niceness: of the threads that compute, so that a screen comes before them.
  public init(_ asked: Configuration, resuming: String?, niceness: Int, link: Link) throws {
    BLAS.useOneThread()
    try asked.check()
    var configuration = asked
    let survey = try DataSet.survey(asked.data, split: .train)
    configuration.adapt(toLargestSide: survey.longestSide ?? 64)
    let workers = WorkerPool(threads: configuration.workerCount, niceness: niceness)
    let all = try Self.decode(survey, configuration, workers, link)
    let data = RunData(
      all, heldOut: configuration.knnEvery > 0 ? configuration.heldOut : 0, seed: configuration.seed)
    try Self.check(data, configuration, isNew: resuming == nil)
    configuration.adapt(toPictures: data.train.count)
    let opened = try resuming.map { try RunFolder($0) }
    let (point, remarks) = try Self.start(configuration, in: opened)
    let engine = try Self.engine(configuration, point, pictures: data.train.count, workers)
    // Last, so that a run that cannot begin leaves nothing.
    let folder =
      try opened
      ?? RunFolder.create(
        configuration.run ?? RunFolder.freshPath(for: configuration.data), configuration: configuration)
    (title, skipped, self.remarks) = (all.title, all.skipped, remarks)
    (self.configuration, self.link, self.folder, self.data) = (configuration, link, folder, data)
    (self.workers, self.point) = (workers, point)
    self.engine = engine
    schedule = Self.schedule(configuration, pictures: data.train.count)
    loader = Loader(data.train, seed: configuration.seed, order: configuration.order, workers: workers)
    isResumed = resuming != nil
    heldLines = point.step == 0 ? [] : nil
    link.offer(PairStudio(data.train, configuration))
  }

  private static func decode(
    _ survey: Survey, _ configuration: Configuration, _ workers: WorkerPool, _ link: Link
  ) throws -> DataSet {
    try DataSet.open(
      survey, limit: configuration.limit, shorterSideAtMost: 2 * configuration.imageSize!, workers: workers
    ) { done, total in
      var snapshot = Snapshot()
      snapshot.run.data = survey.title
      snapshot.state = .decoding(done: done, of: total)
      link.publish(snapshot)
      return !link.stopIsAsked
    }
  }

  /// Whether these pictures make batches.
  private static func check(_ data: RunData, _ configuration: Configuration, isNew: Bool) throws {
    let (count, batch) = (data.train.count, configuration.knobs.batchSize)
    guard count >= 2 else {
      throw Trouble(
        "\(count == 1 ? "one picture" : "no picture") to train on, where two or more are each other's negatives",
        at: configuration.data, remedy: "add pictures" + (data.heldOut.count > 0 ? ", or lower --held-out" : ""))
    }
    guard batch <= count || !isNew || !configuration.given.contains("batch_size") else {
      throw Trouble(
        "--batch-size \(batch) is more than the \(count) pictures to train on", at: configuration.data,
        remedy: "take \(count) or less, or add pictures" + (data.heldOut.count > 0 ? ", or lower --held-out" : ""))
    }
  }

  /// The newest whole checkpoint of a run that goes on; before its first, or for a new run, a fresh model.
  /// - Returns: remarks for the log, too.
  private static func start(_ configuration: Configuration, in run: RunFolder?) throws -> (Checkpoint, [String]) {
    if let run, !run.isBlank {
      let (point, refused) = try Checkpoint.newest(of: run.path, configuration)
      return (point, refused.map { "\($0.what), \($0.place): the checkpoint before it is used" })
    }
    var point = Checkpoint(configuration)
    guard let path = configuration.initialWeights else { return (point, []) }
    let unused = try point.model.encoder.load(stateDict: try TensorFile(reading: path), path: path)
    return (
      point, unused.isEmpty ? [] : ["\(unused.joined(separator: ", ")) of \(path) is no part of an encoder: left out"]
    )
  }

  private static func engine(
    _ configuration: Configuration, _ point: Checkpoint, pictures: Int, _ workers: WorkerPool
  ) throws -> StepEngine {
    let batch = min(point.knobs.batchSize, pictures)
    let plan = StepPlan(point.model, configuration, batchSize: batch, workers: workers)
    try configuration.checkMemory(
      configuration.memoryNeed(of: point.model, batchSize: batch, workers: workers), of: point.model,
      isNew: point.step == 0, available: availableMemory(), workers: workers)
    return try StepEngine(plan, configuration, workers: workers)
  }

  private func memoryNeed(_ batchSize: Int) -> MemoryNeed {
    configuration.memoryNeed(of: point.model, batchSize: batchSize, workers: workers)
  }

  private mutating func reportBeginning() throws {
    for remark in remarks {
      folder.note(remark)
      try emit(.warning(remark))
    }
    for picture in skipped { folder.note("skipped \(picture.name): \(picture.reason)") }
    if !skipped.isEmpty { try emit(.warning("\(skipped.count) pictures could not be read; log.txt names them")) }
  }

  private mutating func describeRun() {
    var run = RunDescription()
    (run.name, run.folder) = (folder.name, folder.path)
    run.data = title
    run.encoder = configuration.encoder.name
    run.head = configuration.head.rawValue
    run.objective = configuration.objective
    run.projectionDimension =
      configuration.head == .none ? point.model.encoder.features : configuration.projectionDim
    run.imageSize = configuration.imageSize!
    (run.trainCount, run.heldOutCount) = (data.train.count, data.heldOut.count)
    run.classes = data.train.classes
    run.totalEpochs = configuration.steps == nil ? configuration.epochs : 0
    run.totalImages = Int(schedule.totalImages)
    run.seed = configuration.seed
    run.parameterCount = point.model.parameterCount
    snapshot.run = run
    snapshot.state = .waitingForFirstStep
    refreshProgress()
    publish(force: true)
  }

  /// Images of an epoch in whole batches, unless the rest makes a batch of its own.
  private static func schedule(_ configuration: Configuration, pictures: Int) -> Schedule {
    let batch = min(configuration.knobs.batchSize, pictures)
    let rest = pictures % batch
    let hasRest = !configuration.dropLast && rest >= 2
    let epochImages = hasRest ? pictures : pictures - rest
    let epochSteps = pictures / batch + (hasRest ? 1 : 0)
    let total =
      configuration.steps.map { $0 / epochSteps * epochImages + $0 % epochSteps * batch }
      ?? configuration.epochs * epochImages
    return Schedule(
      configuration.schedule, warmupImages: configuration.warmupEpochs * Double(epochImages),
      totalImages: Double(total))
  }

  /// Curves and events of the steps before the checkpoint, from the run folder.
  private mutating func restoreHistory() throws {
    let (lines, events) = try folder.cut(to: point.step)
    for line in lines {
      var metrics = StepMetrics(step: line["step"] as? Int ?? 0)
      for metric in Metric.allCases { metrics[metric] = jsonNumber(line[metric.rawValue]) }
      if let time = metrics[.time] { snapshot.time = time }
      drawCurves(metrics)
      if metrics[.loss] != nil { snapshot.metrics = metrics }
    }
    for object in events {
      guard let event = Event(json: object) else { continue }
      if case .knob = event.kind { protectedSteps.insert(event.step) }
      snapshot.events.append(event)
    }
    saved = (point.step, point.knobs)
  }

  // MARK: the loop

  /// Trains to the end of the schedule or until it is told to stop.
  /// - Throws: `Trouble`; the run can go on from its last checkpoint.
  public mutating func run() throws -> TrainingEnd {
    do {
      return try train()
    } catch let trouble as Trouble {
      try? emit(.failed(trouble.description))
      throw Trouble(
        trouble.what, at: trouble.place, remedy: "\(trouble.remedy), then go on: simscope resume \(folder.path)")
    }
  }

  private mutating func train() throws -> TrainingEnd {
    describeRun()
    if isResumed { try restoreHistory() }
    try emit(isResumed ? .resumed(fromStep: point.step) : .started)
    try emit(.note(memoryNeed(engine.batchSize).sentence))
    try reportBeginning()
    if let limit = configuration.microBatch {
      folder.note(
        "--micro-batch \(limit): loss and gradient are those of the whole batch; batch norm takes its statistics over "
          + "each chunk of at most \(limit) images, both views, and its running statistics move once a chunk")
    }
    while try obey() {
      if point.step == 0 { snapshot.state = .waitingForFirstStep }
      if isThrough { return try finish() }
      let untrained = point.step == 0 ? point : nil
      try step()
      if let untrained { try recordBeginning(untrained) }
      try closeEpoch()
      if let last = configuration.stopAfter, point.step >= last { return try stop("--stop-after \(last)", .finished) }
    }
    return try stop("asked to", .stopped)
  }

  private var isThrough: Bool {
    configuration.steps == nil
      ? point.epoch >= configuration.epochs : Double(point.images) >= schedule.totalImages
  }

  private mutating func finish() throws -> TrainingEnd {
    try save()
    try emit(.finished)
    snapshot.state = .finished(reason: "the schedule is through")
    publish(force: true)
    return .finished
  }

  private mutating func stop(_ reason: String, _ end: TrainingEnd) throws -> TrainingEnd {
    try flushHeldLines()
    try save()
    try emit(.stopped(reason: reason))
    snapshot.state = .finished(reason: "stopped and saved at step \(point.step)")
    publish(force: true)
    return end
  }

  /// The first step is shown at once; only then are the untrained encoder's accuracy and checkpoint taken, from the
  /// copy that was kept.
  private mutating func recordBeginning(_ initial: Checkpoint) throws {
    try write(initial)
    if data.canEvaluate { try evaluate(initial.model, step: 0) }
    try flushHeldLines()
  }

  private mutating func flushHeldLines() throws {
    for line in heldLines ?? [] { try folder.append(line) }
    heldLines = nil
  }

  // MARK: one step

  /// Views → h, z → loss → gradients → parameters.
  private mutating func step() throws {
    _ = clock.lap()
    snapshot.state = .running
    let plan = plan(epoch: point.epoch, cursor: point.cursor)
    let after = plan.cursor + plan.count
    if engine.batchSize != plan.count {
      try engine.adopt(StepPlan(point.model, configuration, batchSize: plan.count, workers: workers))
    }
    let rate = schedule.rate(peak: point.knobs.learningRate, images: Double(point.images))
    point.step += 1
    let outcome = engine.step(
      &point.model, &point.optimizer, &loader, plan, temperature: point.knobs.temperature,
      Optimizer.Settings(
        learningRate: rate, momentum: point.knobs.momentum, weightDecay: point.knobs.weightDecay),
      looks: isPictureDue || ranksAreDue)
    point.images += plan.count
    (point.epoch, point.cursor) = (plan.epoch, after)
    try record(outcome, rate: rate)
  }

  /// The batch at a place of the run; at the end of an epoch's batches, the first of the next.
  private func plan(epoch: Int, cursor: Int) -> BatchPlan {
    let count = min(point.knobs.batchSize, data.train.count)
    let rest = data.train.count - cursor
    let recipe = configuration.recipe(point.knobs)
    if rest >= count { return BatchPlan(epoch: epoch, cursor: cursor, count: count, recipe: recipe) }
    // One image alone has no negatives.
    if !configuration.dropLast && rest >= 2 {
      return BatchPlan(epoch: epoch, cursor: cursor, count: rest, recipe: recipe)
    }
    return BatchPlan(epoch: epoch + 1, cursor: 0, count: count, recipe: recipe)
  }

  /// When no batch fits into the epoch any more: the next begins, and what is due each epoch is done.
  private mutating func closeEpoch() throws {
    guard plan(epoch: point.epoch, cursor: point.cursor).epoch > point.epoch else { return }
    (point.epoch, point.cursor) = (point.epoch + 1, 0)
    refreshProgress()
    if data.canEvaluate, configuration.knnEvery > 0, point.epoch % configuration.knnEvery == 0 {
      try evaluate(point.model, step: point.step)
    }
    if configuration.checkpointEvery > 0, point.epoch % configuration.checkpointEvery == 0 { try save() }
  }

  // MARK: what a step leaves behind

  private mutating func record(_ outcome: StepEngine.Outcome, rate: Double) throws {
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
      let labels = data.train.labels.map { labels in outcome.indices.map { labels[$0] } }
      snapshot.similarities = SimilarityMap(averaging: look.z, labels: labels, step: point.step, workers: workers)
      lastLook = .now
    }
    snapshot.timing = outcome.timing
    snapshot.timing.other += clock.lap() - outcome.timing.total
    let seconds = snapshot.timing.total
    snapshot.time += seconds
    metrics[.imagesPerSecond] = Double(images) / seconds
    metrics[.time] = (snapshot.time * 1000).rounded() / 1000
    smoothSpeed(Double(images) / seconds)
    snapshot.learningRate = rate
    snapshot.metrics = metrics
    drawCurves(metrics)
    refreshProgress()
    if heldLines == nil { try folder.append(metrics) } else { heldLines!.append(metrics) }
    publish(force: point.step == 1)
  }

  /// Whether the screen's picture of the similarities is old.
  private var isPictureDue: Bool { snapshot.similarities == nil || .now - lastLook > .milliseconds(200) }
  /// Whether this step has the effective ranks: every tenth, for they cost most.
  private var ranksAreDue: Bool { point.step == 1 || point.step % 10 == 0 }

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

  private mutating func refreshProgress() {
    snapshot.step = point.step
    snapshot.images = point.images
    snapshot.epoch = Double(point.epoch) + Double(point.cursor) / Double(data.train.count)
    snapshot.knobs = point.knobs
    snapshot.undoCount = undoable.count
    let left = max(0, schedule.totalImages - Double(point.images))
    snapshot.secondsLeft = snapshot.imagesPerSecond > 0 ? left / snapshot.imagesPerSecond : nil
  }

  private mutating func drawCurves(_ metrics: StepMetrics) {
    for (metric, value) in metrics.present where metric != .epoch && metric != .images && metric != .time {
      snapshot.curves[metric, default: Curve(smoothing: metric == .knnAccuracy ? 0 : 0.9)]
        .append(step: metrics.step, value)
    }
  }

  private mutating func evaluate(_ model: SimCLR, step: Int) throws {
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
    metrics[.time] = (snapshot.time * 1000).rounded() / 1000
    try folder.append(metrics)
    drawCurves(metrics)
    try emit(.evaluated(metric: .knnAccuracy, value: accuracy), step: step)
  }

  private mutating func emit(_ kind: Event.Kind, step: Int? = nil) throws {
    let event = Event(step: step ?? point.step, time: (snapshot.time * 1000).rounded() / 1000, kind)
    snapshot.events.append(event)
    try folder.append(event)
    refreshProgress()
    publish(force: true)
  }

  /// Hands the screen the newest state, at most twenty times a second.
  private mutating func publish(force: Bool = false) {
    guard force || ContinuousClock.now - lastPublished > .milliseconds(50) else { return }
    lastPublished = ContinuousClock.now
    link.publish(snapshot)
  }

  // MARK: saving

  /// A checkpoint of this step, unless there is one with the same knobs.
  private mutating func save() throws {
    if let saved, saved.step == point.step, saved.knobs == point.knobs { return }
    try write(point)
    saved = (point.step, point.knobs)
    folder.prune(keeping: configuration.keepCheckpoints, protected: protectedSteps, upTo: point.step)
  }

  private mutating func write(_ point: Checkpoint) throws {
    let before = snapshot.state
    snapshot.state = .saving
    publish(force: true)
    let path = RunFolder.checkpointPath(folder.path, step: point.step)
    try folder.sync()
    try point.file.write(to: path)
    snapshot.state = before
    try emit(.checkpoint(file: "checkpoints/" + URL(fileURLWithPath: path).lastPathComponent), step: point.step)
  }

  // MARK: commands

  /// Obeys all that was asked, sleeping while paused. False: the run shall end.
  private mutating func obey() throws -> Bool {
    grantedSteps = max(0, grantedSteps - 1)
    for command in link.receive() { try obey(command) }
    while isPaused && grantedSteps == 0 && !isStopping {
      snapshot.state = .paused
      publish(force: true)
      for command in link.receive(wait: 3600) { try obey(command) }
    }
    return !isStopping
  }

  private mutating func obey(_ command: Command) throws {
    switch command {
    case .turn(let key, let value): try turn(key, to: value)
    case .undo: try undo()
    case .pause where !isPaused:
      isPaused = true
      try emit(.paused)
    case .resume where isPaused:
      isPaused = false
      try emit(.unpaused)
    case .pause, .resume: break
    case .singleStep: if isPaused { grantedSteps += 1 }
    case .saveCheckpoint: try save()
    case .evaluate:
      guard data.canEvaluate else { return try emit(.warning("no held-out pictures with labels: nothing to evaluate")) }
      try evaluate(point.model, step: point.step)
    case .stop: isStopping = true
    case .terminalLost: try emit(.terminalLost)
    }
  }

  private mutating func turn(_ key: String, to asked: Double) throws {
    guard let knob = Knob.named(key) else { return }
    if let reason = refusal(of: asked, for: knob) { return try emit(.refused(key: key, reason: reason)) }
    guard asked != point.knobs[keyPath: knob.path] else { return }
    if snapshot.time - lastTurn > Self.seriesSeconds, point.step > 0 {
      try save()
      protectedSteps.insert(point.step)
    }
    lastTurn = snapshot.time
    var changes = [(knob: knob, old: point.knobs[keyPath: knob.path])]
    try set(knob, to: asked)
    // A base rate follows the batch size by its rule.
    if key == "batch_size", configuration.baseLearningRate != nil {
      let rate = Knob.named("learning_rate")!
      changes.append((rate, point.knobs.learningRate))
      let factor =
        configuration.scaledRate(batchSize: point.knobs.batchSize)
        / configuration.scaledRate(batchSize: Int(changes[0].old))
      try set(rate, to: point.knobs.learningRate * factor)
    }
    undoable.append(changes)
    refreshProgress()
    publish(force: true)
  }

  /// Turns less than this many seconds of training apart are one series, with one checkpoint before it.
  private static let seriesSeconds = 10.0

  private func refusal(of value: Double, for knob: Knob) -> String? {
    let range = configuration.objective.range(of: knob)
    guard range.contains(value) else {
      return "\(knob.name) goes from \(JSONLine.number(range.lowerBound)) to \(JSONLine.number(range.upperBound))"
    }
    guard knob.key == "batch_size" else { return nil }
    guard Int(value) <= data.train.count else { return "there are only \(data.train.count) pictures to train on" }
    // What the present batch holds is given back first.
    let (needed, held) = (memoryNeed(Int(value)).step, memoryNeed(engine.batchSize).step)
    guard let available = availableMemory(), needed > available + held else { return nil }
    return "a batch of \(Int(value)) needs \(mebibytes(needed)) of memory, \(mebibytes(available + held)) are free"
  }

  private mutating func set(_ knob: Knob, to value: Double) throws {
    let old = point.knobs[keyPath: knob.path]
    point.knobs[keyPath: knob.path] = value
    try emit(.knob(key: knob.key, from: old, to: value))
  }

  private mutating func undo() throws {
    guard let changes = undoable.popLast() else { return }
    for change in changes { try set(change.knob, to: change.old) }
  }
}

/// A number of a line of `metrics.jsonl`, with NaN and infinity as strings.
private func jsonNumber(_ value: Any?) -> Double? {
  switch value {
  case let number as NSNumber: number.doubleValue
  case let text as String:
    text == "NaN" ? .nan : text == "Infinity" ? .infinity : text == "-Infinity" ? -.infinity : nil
  default: nil
  }
}
