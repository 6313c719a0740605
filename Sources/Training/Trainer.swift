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
  var configuration: Configuration
  let link: Link
  var folder: RunFolder
  let data: RunData
  /// Made for the first checkpoint of a new run, or to compare a resumed one's data.
  private var listing: DataListing?
  private var fingerprint: DataFingerprint?
  let title: String
  let skipped: [DataSet.Skipped]
  /// Sentences about how the run began, for the log.
  let remarks: [String]
  let isResumed: Bool
  let workers: WorkerPool
  var loader: Loader
  var schedule: Schedule
  var engine: StepEngine

  /// The run as it stands: a copy of it is a checkpoint.
  var point: Checkpoint
  var saved: (step: Int, knobs: Knobs)?
  /// Steps whose checkpoint stands before a turn of a knob.
  var protectedSteps: Set<Int> = []
  var undoable: [[(knob: Knob, old: Double)]] = []
  var lastTurn = -Double.infinity

  var soundness = Soundness()
  /// Where `--on-divergence` is not given.
  let divergenceDefault: Configuration.DivergenceChoice

  var isPaused = false
  var grantedSteps = 0
  var isStopping = false

  var snapshot = Snapshot()
  var lastPublished = ContinuousClock.now
  /// When the similarities were last pictured; when the layers were measured.
  var lastLook = ContinuousClock.now
  var lastLayers: ContinuousClock.Instant?
  let maps: EmbeddingStudio
  /// What a screen shows.
  var watching: Set<Watch> = []
  var exploration = Exploration()
  var clock = Stopwatch()
  /// When the run's folder was last looked for.
  var lastFollowed = ContinuousClock.now
  /// Lines that wait for the line of the untrained encoder.
  var heldLines: [StepMetrics]?

  // MARK: starting

  /// Reads the pictures, makes or opens the run folder, plans the memory.
  /// - Parameters:
  ///   - resuming: a run's folder; nil starts a new run.
  ///   - niceness: of the threads that compute, so that a screen comes before them.
  ///   - onDivergence: what happens where the settings do not say it.
  public init(
    _ asked: Configuration, resuming: String?, niceness: Int,
    onDivergence: Configuration.DivergenceChoice = .stop, link: Link
  ) throws {
    BLAS.useOneThread()
    try asked.check()
    var configuration = asked
    let survey = try Self.survey(asked.data, asked.dataOptions, resuming: resuming)
    configuration.adapt(toLargestSide: survey.longestSide ?? 64)
    let workers = try WorkerPool(starting: configuration.workerCount, niceness: niceness)
    let all = try Self.decode(survey, configuration, workers, link)
    let split = RunData(
      all, heldOut: configuration.knnEvery > 0 ? configuration.heldOut : 0, seed: configuration.seed)
    try Self.check(split, configuration, isNew: resuming == nil)
    configuration.adapt(toPictures: split.train.count)
    let opened = try resuming.map { try RunFolder($0) }
    let (point, remarks) = try Self.start(configuration, in: opened)
    let (data, listing, differences) = Self.reconcile(split, of: all, with: point, in: opened, workers)
    try Self.check(data, configuration, isNew: resuming == nil)
    if let length = configuration.extending, length != configuration.length {
      try Self.check(length, point, at: opened?.path ?? "")
    }
    let engine = try Self.engine(configuration, point, pictures: data.train.count, workers)
    // Last, so that a run that cannot begin leaves nothing.
    let folder =
      try opened
      ?? RunFolder.create(
        configuration.run ?? RunFolder.freshPath(for: configuration.data), configuration: configuration)
    (title, skipped) = (all.title, all.skipped)
    self.remarks = remarks + differences + all.warnings + (all.note.map { [$0] } ?? [])
    self.listing = listing
    fingerprint = listing == nil && Files.exists((resuming ?? "") + "/" + DataListing.fileName) ? point.data : nil
    (self.configuration, self.link, self.folder, self.data) = (configuration, link, folder, data)
    (self.workers, self.point) = (workers, point)
    self.engine = engine
    schedule = Self.schedule(configuration, pictures: data.train.count)
    loader = Loader(data.train, seed: configuration.seed, order: configuration.order, workers: workers)
    isResumed = resuming != nil
    divergenceDefault = onDivergence
    heldLines = point.step == 0 ? [] : nil
    maps = EmbeddingStudio(data.train, configuration, link)
    link.offer(PairStudio(data.train, configuration))
  }

  private static func survey(
    _ path: String, _ options: DataOptions, resuming: String?
  ) throws -> Survey {
    do {
      return try DataSet.survey(path, split: .pretraining, options: options)
    } catch let trouble as Trouble {
      guard let resuming else { throw trouble }
      throw Trouble(
        trouble.what, at: trouble.place,
        remedy: "\(trouble.remedy); if the data has moved: simscope resume \(resuming) --data DATA")
    }
  }

  private static func decode(
    _ survey: Survey, _ configuration: Configuration, _ workers: WorkerPool, _ link: Link
  ) throws -> DataSet {
    try DataSet.open(
      survey, limit: configuration.limit, shorterSideAtMost: 2 * configuration.imageSize!,
      cache: configuration.pictureCache, workers: workers
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
    let remarks = try point.model.encoder.load(stateDict: try TensorFile(reading: path), path: path)
    try NonFinite.check(
      point.model.encoder.tensors(under: ""), at: path, isAllowed: configuration.allowsNonFinite)
    return (point, remarks.lines(path))
  }

  private static func engine(
    _ configuration: Configuration, _ point: Checkpoint, pictures: Int, _ workers: WorkerPool
  ) throws -> StepEngine {
    let batch = min(point.knobs.batchSize, pictures)
    let plan = StepPlan(point.model, configuration, batchSize: batch, workers: workers)
    try BLAS.provide(threads: workers.threads)
    try configuration.checkMemory(
      configuration.memoryNeed(of: point.model, batchSize: batch, workers: workers), of: point.model,
      isNew: point.step == 0, room: memoryRoom(reserved: workers.threads * BLAS.bufferBytes),
      workers: workers)
    return try StepEngine(plan, configuration, workers: workers)
  }

  func memoryNeed(_ batchSize: Int) -> MemoryNeed {
    configuration.memoryNeed(of: point.model, batchSize: batchSize, workers: workers)
  }

  /// Images of an epoch in whole batches, unless the rest makes a batch of its own.
  private static func epoch(_ configuration: Configuration, pictures: Int) -> (images: Int, steps: Int, batch: Int) {
    let batch = min(configuration.knobs.batchSize, pictures)
    let rest = pictures % batch
    let hasRest = !configuration.dropLast && rest >= 2
    return (hasRest ? pictures : pictures - rest, pictures / batch + (hasRest ? 1 : 0), batch)
  }

  /// Images of the schedule.
  static func totalImages(_ configuration: Configuration, pictures: Int) -> Int {
    let epoch = epoch(configuration, pictures: pictures)
    return configuration.steps.map { $0 / epoch.steps * epoch.images + $0 % epoch.steps * epoch.batch }
      ?? configuration.epochs * epoch.images
  }

  private static func schedule(_ configuration: Configuration, pictures: Int) -> Schedule {
    let warmup = configuration.warmupEpochs * Double(epoch(configuration, pictures: pictures).images)
    guard configuration.scheduleSegments.isEmpty else {
      return Schedule(configuration.schedule, warmupImages: warmup, segments: configuration.scheduleSegments)
    }
    return Schedule(
      configuration.schedule, warmupImages: warmup,
      totalImages: Double(totalImages(configuration, pictures: pictures)))
  }

  // MARK: the loop

  /// Trains to the end of the schedule or until it is told to stop.
  /// - Throws: `Trouble`; the run can go on from its last checkpoint.
  public mutating func run() throws -> TrainingEnd {
    do {
      return try train()
    } catch let trouble as Trouble {
      try? emit(.failed(trouble.description))
      if folder.isLost { throw trouble }
      throw Trouble(
        trouble.what, at: trouble.place, remedy: "\(trouble.remedy), then go on: simscope resume \(folder.path)")
    }
  }

  private mutating func train() throws -> TrainingEnd {
    describeRun()
    if isResumed { try restoreHistory() }
    try keepDataPath()
    try emit(isResumed ? .resumed(fromStep: point.step) : .started)
    if let length = configuration.extending { try extend(to: length) }
    try emit(.note(memoryNeed(engine.batchSize).sentence))
    try reportBeginning()
    if let limit = configuration.microBatch {
      folder.note(
        "--micro-batch \(limit): loss and gradient are those of the whole batch; batch norm takes its statistics over "
          + "each chunk of at most \(limit) images, both views, and its running statistics move once a chunk")
    }
    while !isAtStop, try obey() {
      if point.step == 0 { snapshot.state = .waitingForFirstStep }
      if isThrough { return try finish() }
      let untrained = point.step == 0 ? point : nil
      try step()
      if let untrained { try recordBeginning(untrained) }
      if let end = try heedDivergence() { return end }
      try closeEpoch()
      // Saving looks at the weights, too.
      if let end = try heedDivergence() { return end }
    }
    return isAtStop
      ? try stop("--stop-after \(configuration.stopAfter!)", .finished) : try stop("asked to", .stopped)
  }

  private var isAtStop: Bool { configuration.stopAfter.map { point.step >= $0 } ?? false }

  /// Data that has moved is found at the next resume, too.
  private func keepDataPath() throws {
    guard isResumed, try RunFolder.configuration(of: folder.path).data != configuration.data else { return }
    try folder.rewriteConfiguration { $0.data = configuration.data }
  }

  private var isThrough: Bool {
    configuration.steps == nil
      ? point.epoch >= configuration.epochs : Double(point.images) >= schedule.totalImages
  }

  private mutating func finish() throws -> TrainingEnd {
    try save()
    if let end = try heedDivergence() { return end }
    try emit(.finished)
    snapshot.state = .finished(reason: "the schedule is through")
    exploration.isAsked = true
    exploreWhenDue()
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

  mutating func flushHeldLines() throws {
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
      looks: isPictureDue || ranksAreDue, measuresLayers: layersAreDue)
    try data.train.checkPictures()
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
    // Paused by it, there is nothing to measure or keep.
    if !soundness.nonFinite.isEmpty && divergenceChoice != .continue { return }
    if data.canEvaluate, configuration.knnEvery > 0, point.epoch % configuration.knnEvery == 0 {
      try evaluate(point.model, step: point.step)
    }
    if configuration.checkpointEvery > 0, point.epoch % configuration.checkpointEvery == 0 { try save() }
  }

  // MARK: saving

  /// A checkpoint of this step, unless there is one with the same knobs.
  mutating func save() throws {
    if let saved, saved.step == point.step, saved.knobs == point.knobs { return }
    try write(point)
    saved = (point.step, point.knobs)
    let lastFinite = soundness.finiteStep.map { Set([$0]) } ?? []
    let protected = soundness.finiteStep == point.step ? protectedSteps : protectedSteps.union(lastFinite)
    folder.prune(keeping: configuration.keepCheckpoints, protected: protected, upTo: point.step)
  }

  /// The data's fingerprint; its list of images is in the run's folder before the first checkpoint that has it.
  private mutating func keptFingerprint() throws -> DataFingerprint {
    if let fingerprint { return fingerprint }
    let listing = listing ?? DataListing(data, workers: workers)
    try SafeFile.write(listing.bytes, to: folder.path + "/" + DataListing.fileName)
    let fingerprint = listing.fingerprint
    (self.listing, self.fingerprint) = (nil, fingerprint)
    return fingerprint
  }

  private mutating func write(_ point: Checkpoint) throws {
    let before = snapshot.state
    snapshot.state = .saving
    publish(force: true)
    try followFolder()
    let path = RunFolder.checkpointPath(folder.path, step: point.step)
    try folder.sync()
    var point = point
    point.data = try keptFingerprint()
    let file = point.file
    try file.write(to: path)
    snapshot.state = before
    if file.metadata[Checkpoint.nonFiniteKey] == nil {
      soundness.finiteStep = point.step
    } else if soundness.nonFinite.isEmpty {
      soundness.nonFinite = ["weights"]
    }
    try emit(.checkpoint(file: "checkpoints/" + Files.name(of: path)), step: point.step)
  }
}
