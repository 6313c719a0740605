/// What a person asks of a run, obeyed between steps: knobs turned and turned back, pauses, saving, evaluating, stopping.
import Basics
import Telemetry

extension Trainer {
  /// Obeys all that was asked, sleeping while paused. False: the run shall end.
  mutating func obey() throws -> Bool {
    grantedSteps = max(0, grantedSteps - 1)
    for command in link.receive() { try obey(command) }
    mapWhenDue()
    exploreWhenDue()
    while isPaused && grantedSteps == 0 && !isStopping {
      snapshot.state = .paused
      exploreWhenDue()
      publish(force: true)
      var commands: [Command] = []
      while commands.isEmpty {
        mapWhenDue()
        commands = link.receive(wait: watching.contains(.embedding) ? 1 : 3600)
      }
      for command in commands { try obey(command) }
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
    case .watch(let shown): watch(shown)
    case .extend(let length):
      do { try extend(to: length) } catch let trouble as Trouble { try emit(.warning("\(trouble)")) }
    case .rewind(let step): try rewind(toStep: step)
    case .seek, .playSpeed: break
    case .stop: isStopping = true
    case .report(let happening): try emit(happening)
    }
  }

  /// Hands the model to whoever draws the map, if one is watched.
  private func mapWhenDue() {
    guard watching.contains(.embedding) else { return }
    let asked: [Watch: EmbeddingMap.Method] = [.embedding: .pca, .tsne: .tsne, .umap: .umap]
    let methods = Set(watching.compactMap { asked[$0] })
    if maps.isDue(methods, step: point.step, waits: !isPaused) { maps.map(point.model, step: point.step, methods) }
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
