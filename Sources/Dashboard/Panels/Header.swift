/// The top of the screen: which run, what it does, how far it is; and the status lines of very small screens.
import Canvas
import Telemetry

extension Scene {
  mutating func drawHeader(in area: Rect) {
    guard area.height > 1 || !state.hasTrainer else { return drawShortHeader(in: area) }
    let right = stateText.truncated(to: area.width - 12) + text(" ")
    let left = fitting([text(" simscope", .brand)] + runParts, area.width - right.width - 2, by: text("  ·  ", .faint))
    put(left, in: area.row(0))
    put(right, in: area.row(0), .right)
    if area.height > 1 { drawProgress(in: area.row(1)) }
  }

  private mutating func drawShortHeader(in area: Rect) {
    put(text(" ") + fitting(shortParts, area.width - 2, by: text(" · ", .faint)), in: area)
  }

  /// While it trains, the glyph alone says so.
  private var shortParts: [Text] {
    guard snapshot.step > 0 else { return [stateText] }
    let step = text(Figures.grouped(state.step), .title)
    let glyph = snapshot.state == .running ? text("▶ ", .good) + step : stateText + text(" · ", .faint) + step
    return [glyph, epochText, text("\(Figures.significant(snapshot.imagesPerSecond, 3))/s"), etaText]
  }

  /// Glyph and word of the state; the reason of a failure stands elsewhere, in full.
  var stateText: Text {
    if state.isComparison { return comparisonText }
    if state.isPreview {
      if case .decoding = snapshot.state { return stateWords }
      return text("preview", .good)
    }
    return stateWords
  }

  /// How far the files are read, or how many runs still grow.
  private var comparisonText: Text {
    let runs = state.recordedRuns
    if let share = runs.map(\.shareRead).min(), share < 1 {
      return text("reading \(Figures.percent(share, 0))", .warning)
    }
    let running = runs.count { !$0.isOver }
    return running > 0 ? text("▶ \(running) of \(runs.count) running", .good) : text("■ \(runs.count) runs")
  }

  /// "1 frogs-01 4.57", a run.
  private var runTexts: [Text] {
    state.allRuns.map { run in
      let loss = run.curves[.loss]?.last.map { Figures.fixed($0.smooth, 3) } ?? "–"
      return text("\(run.number) ", .faint) + text("\(run.name) ") + text(loss, .loss)
    }
  }

  private var stateWords: Text {
    if case .failed = snapshot.state { return text("✗ failed", .bad) }
    if let words = state.replayWords { return text(words, state.isPaused ? .warning : .good) }
    return text("\(snapshot.state.glyph) \(snapshot.state.words)", snapshot.state.role)
  }

  private var runParts: [Text] {
    if state.isComparison {
      return [text("compare", .title), text(state.recordedRuns.map(\.name).joined(separator: ", "))]
    }
    let run = snapshot.run
    let attached = state.isAttached ? text("attached", .warning) : Text()
    return [text(run.name, .title), attached, text(run.data), text(run.encoder, .faint)].filter { !$0.isEmpty }
  }

  /// Step, epoch and speed, the most telling first.
  private var progressParts: [Text] {
    guard snapshot.step > 0 else { return [] }
    return [
      text("step ", .faint) + text(Figures.grouped(state.step), .title), epochText,
      text(Figures.significant(snapshot.imagesPerSecond, 3)) + text(" images/s", .faint),
    ]
  }

  private var epochText: Text {
    let total = snapshot.run.totalEpochs
    return text("epoch ", .faint) + text(Figures.fixed(snapshot.epoch, 1), .title)
      + text(total > 0 ? "/\(Figures.grouped(total))" : "", .faint)
  }

  private var etaText: Text {
    guard let seconds = snapshot.secondsLeft, !snapshot.state.isOver else { return Text() }
    return text(Figures.duration(seconds)) + text(" left", .faint)
  }

  /// The share of the schedule passed; before there is one, of what is being waited for.
  private var progress: Double {
    if let replay = snapshot.replay { return Double(state.step) / Double(replay.lastStep) }
    let total = snapshot.run.totalImages
    return total > 0 ? Double(snapshot.images) / Double(total) : snapshot.state.progress ?? 0
  }

  private mutating func drawProgress(in area: Rect) {
    let all = progressParts
    let left = dotted(Array(all.prefix(2)))
    let room = area.width - left.width - 5
    let right = fitting(
      [text(Figures.percent(progress, 0))] + all.dropFirst(2) + [etaText], room, by: text(" · ", .faint))
    put(text(" ") + left, in: area)
    put(right + text(" "), in: area, .right)
    let start = area.x + 1 + left.width + (left.isEmpty ? 0 : 2)
    let gauge = Rect(x: start, y: area.y, width: area.maxX - 3 - right.width - start, height: 1)
    Gauge(fraction: progress, done: theme[.slider], rest: theme[.border]).draw(in: gauge, of: &grid)
  }

  /// As many leading parts as fit.
  func fitting(_ parts: [Text], _ width: Int, by separator: Text) -> Text {
    let shown = parts.filter { !$0.isEmpty }
    let counts = (1...max(1, shown.count)).reversed()
    let lines = counts.lazy.map { Text.joined(Array(shown.prefix($0)), by: separator) }
    return lines.first { $0.width <= width } ?? (shown.first ?? Text()).truncated(to: max(0, width))
  }

  /// A line each for what matters most, when there is no room for panels.
  mutating func drawStatus(in area: Rect) {
    var lines: [Text] = state.isComparison ? [comparisonText] + runTexts : [stateWords]
    if case .failed(let reason) = snapshot.state { lines += text(reason).wrapped(to: area.width) }
    if state.asksToQuit { lines = [text("quit? y or n", .warning)] }
    if state.rewindAsked != nil { lines = [text("go back? y or n", .warning)] }
    if let typed = state.typed { lines = [text("\(state.chosenKnob.name) \(typed)▏", .asked)] }
    if let message = state.message { lines.insert(text(message.text, .warning), at: 0) }
    if let loss = lossText { lines.append(loss) }
    lines += progressParts + [etaText] + [text("kNN ", .faint) + knnText].filter { _ in snapshot.knnAccuracy != nil }
    var packed: [Text] = []
    for line in lines where !line.isEmpty {
      if let last = packed.last, last.width + 3 + line.width <= area.width {
        packed[packed.count - 1] = dotted([last, line])
      } else {
        packed.append(line)
      }
    }
    for (y, line) in packed.prefix(area.height).enumerated() { put(line, in: area.row(y)) }
  }
}
