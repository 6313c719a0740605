/// One intent changes the state and says what to send to the trainer.
import Canvas
import Telemetry

public func update(_ state: inout DashboardState, _ intent: Intent) -> [Command] {
  state.message = nil
  switch intent {
  case .choose(let rows): state.choose(rows)
  case .turn(let clicks, let fine): return state.turn(clicks, fine)
  case .type(let character): state.type(character)
  case .eraseTyped: state.eraseTyped()
  case .applyTyped: return state.applyTyped()
  case .cancelTyped: state.typed = nil
  case .focus(let panels): state.moveFocus(panels)
  case .show(let panel): state.show(.panel(panel))
  case .zoom: state.show(.panel(state.focus))
  case .back: state.goBack()
  case .scroll(let rows): state.scroll = max(0, state.scroll + (state.screen == .panel(.log) ? -rows : rows))
  case .pair(let pictures): state.movePair(pictures)
  case .reroll: state.reroll()
  case .toggleSheet: state.showsSheet.toggle()
  case .pauseOrResume: return state.pauseOrResume()
  case .singleStep: return [.singleStep]
  case .undo: return state.undo()
  case .checkpoint:
    state.message = Message("checkpoint asked for: it is written after this step")
    return [.saveCheckpoint]
  case .evaluate: return state.evaluate()
  case .draw(let intent): state.obey(intent)
  case .palette(let intent): return state.obey(intent)
  case .arrange(let intent): state.obey(intent)
  case .searchLog(let intent): state.obey(intent)
  case .embedding(let intent): state.obey(intent)
  case .similarity(let intent): return state.obey(intent)
  case .metrics(let intent): state.explore(intent)
  case .runs(let intent): state.obey(intent)
  case .replay(let intent): return state.obey(intent)
  case .rewind(let intent): return state.obey(intent)
  case .nextTheme: state.nextTheme()
  case .nextGraphics: state.nextGraphics()
  case .showLog: state.show(state.screen == .panel(.log) ? .overview : .panel(.log))
  case .help: state.toggleHelp()
  case .mouse(let intent): return state.obey(intent)
  case .quit: return state.quit()
  case .stop: state.asksToQuit = true
  case .confirmQuit:
    (state.isDone, state.asksToQuit) = (true, false)
    return [.stop]
  case .stay: state.asksToQuit = false
  }
  return []
}

extension DashboardState {
  // MARK: knobs

  fileprivate mutating func choose(_ rows: Int) {
    selectedKnob = (min(selectedKnob, knobs.count - 1) + rows + knobs.count) % knobs.count
  }

  mutating func turn(_ clicks: Int, _ fine: Bool) -> [Command] {
    let knob = chosenKnob
    let range = range(of: knob)
    return set(knob, to: knob.turned(shownValue(of: knob), clicks: clicks, fine: fine, in: range))
  }

  /// The preview keeps its own values; otherwise the trainer is asked.
  mutating func set(_ knob: Knob, to value: Double) -> [Command] {
    if isPreview {
      previewKnobs[keyPath: knob.path] = value
      return []
    }
    guard value != shownValue(of: knob) else {
      message = Message("\(knob.name) is already \(words(for: value, of: knob))")
      return []
    }
    asked[knob.key] = AskedTurn(value: value, waiting: (asked[knob.key]?.waiting ?? 0) + 1)
    return [.turn(knob.key, to: value)]
  }

  fileprivate mutating func type(_ character: Unicode.Scalar) {
    guard (typed ?? "").unicodeScalars.count < 12 else { return }
    typed = (typed ?? "") + String(Character(character))
  }

  fileprivate mutating func eraseTyped() {
    guard let text = typed, text.count > 1 else { return typed = nil }
    typed = String(text.dropLast())
  }

  /// A value that cannot be is told, and typing goes on.
  fileprivate mutating func applyTyped() -> [Command] {
    guard let text = typed, let value = value(of: chosenKnob, from: text) else { return [] }
    typed = nil
    return set(chosenKnob, to: value)
  }

  /// A typed value that the knob takes; else nil, and the message says what it takes.
  mutating func value(of knob: Knob, from text: String) -> Double? {
    let range = range(of: knob)
    guard let value = Double(text), value.isFinite else {
      message = Message("“\(text)” is no number; \(knob.name) takes \(words(for: range))", .warning)
      return nil
    }
    guard range.contains(value), !knob.isInteger || value == value.rounded() else {
      let kind = knob.isInteger ? "a whole number of " : ""
      message = Message("\(knob.name) must be \(kind)\(words(for: range)), not \(text)", .warning)
      return nil
    }
    return value
  }

  fileprivate mutating func undo() -> [Command] {
    guard snapshot.undoCount > 0 || !asked.isEmpty else {
      message = Message("nothing to undo: no knob has been turned")
      return []
    }
    return [.undo]
  }

  // MARK: training

  fileprivate func pauseOrResume() -> [Command] { [isPaused ? .resume : .pause] }

  fileprivate mutating func evaluate() -> [Command] {
    guard hasLabels else {
      message = Message("kNN needs labelled pictures held out of training; there are none", .warning)
      return []
    }
    message = Message("evaluation asked for: it starts after this step")
    return [.evaluate]
  }

  fileprivate mutating func quit() -> [Command] {
    if isPreview || isComparison || isReplay || isAttached || snapshot.state.isOver {
      isDone = true
      return []
    }
    typed = nil
    if snapshot.step == 0 {
      isDone = true
      return [.stop]
    }
    asksToQuit = true
    return []
  }

  // MARK: screens

  /// A line for who is here for the first time; it stays until the next key.
  public mutating func greet() {
    let hints: [(Intent, String)] = [
      (.turn(1, fine: false), "turns a knob while it trains"), (.choose(1), "chooses one"),
      (.pauseOrResume, "pauses"), (.zoom, "shows a panel alone"), (.palette(.open), "finds everything by name"),
      (.help, "tells all keys"),
    ]
    let words = hints.compactMap { intent, words in
      bindings.first { binding in binding.matters(self) && binding.keys.contains { $0.intent == intent } }
        .map { "\($0.label) \(words)" }
    }
    message = Message("new here? " + words.joined(separator: " · "))
  }

  mutating func show(_ screen: Screen) {
    (self.screen, scroll) = (screen, 0)
    if case .panel(let panel) = screen { focus = panel }
  }

  /// Where `back` ends.
  var home: Screen { isPreview ? .panel(.views) : isComparison ? .panel(.loss) : .overview }

  fileprivate mutating func goBack() {
    show(screen == .help ? screenBeforeHelp : home)
    if screen == .overview && !Panel.overview.contains(focus) { focus = .loss }
  }

  fileprivate mutating func toggleHelp() {
    if screen == .help { return goBack() }
    screenBeforeHelp = screen
    show(.help)
  }

  fileprivate mutating func moveFocus(_ panels: Int) {
    let all = screen == .overview ? Panel.overview : Panel.allCases
    let place = ((all.firstIndex(of: focus) ?? 0) + panels + all.count) % all.count
    focus = all[place]
    if screen != .overview { show(.panel(focus)) }
  }

  fileprivate mutating func movePair(_ pictures: Int) { showPair(pairIndex + pictures) }

  fileprivate mutating func reroll() {
    if frozen == nil { pairRoll += 1 } else { message = Message("the draw is frozen: let it go to draw another") }
  }

  /// The picture of this number, counted around the ends; a frozen draw is let go.
  mutating func showPair(_ index: Int) {
    let count = snapshot.run.trainCount
    pairIndex = index
    if count > 0 { pairIndex = (pairIndex % count + count) % count } else { pairIndex = max(0, pairIndex) }
    pairRoll = 0
    if frozen != nil { message = Message("the frozen draw was let go: this is another picture") }
    frozen = nil
  }

  fileprivate mutating func nextTheme() {
    if abilities.colors == .mono {
      message = Message("this terminal has no colours: the theme stays mono")
      return
    }
    showTheme((themeIndex + 1) % themes.count)
  }

  mutating func showTheme(_ index: Int) {
    themeIndex = index
    chosenTheme = theme.name
    message = Message("theme \(theme.name)")
  }

  fileprivate mutating func nextGraphics() {
    guard !availableGraphics.isEmpty else { return }
    let place = availableGraphics.firstIndex(of: abilities.graphics).map { $0 + 1 } ?? 0
    showGraphics(availableGraphics[place % availableGraphics.count])
  }

  mutating func showGraphics(_ graphics: Abilities.Graphics) {
    abilities.graphics = graphics
    message = Message("pictures as \(abilities.graphics.rawValue)")
  }
}
