/// The table of keys: dispatch, the footer and the help screen are all read from it.
import Canvas

/// Some keys, what each asks for, and when.
public struct Binding: Sendable {
  /// The headings of the help screen.
  public enum Group: String, Sendable, CaseIterable {
    case knobs, training, replay, metrics, views
    case frozen = "on a frozen draw"
    case similarity, screen
    case map = "on the map"
    case typing = "typing a value"
    case command = "typing a command"
    case question = "answering"
  }

  public internal(set) var keys: [(key: Key, intent: Intent)]
  /// The keys in a few letters.
  public internal(set) var label: String
  /// Its word in the footer; empty when it is not shown there.
  public let word: String
  public let help: String
  public let group: Group
  /// When the keys mean this.
  public let matters: @Sendable (DashboardState) -> Bool
  /// When the footer shows it; nil: whenever it matters.
  public let isShown: @Sendable (DashboardState) -> Bool

  init(
    _ group: Group, _ label: String, _ word: String, _ help: String, _ keys: [(key: Key, intent: Intent)],
    when matters: @escaping @Sendable (DashboardState) -> Bool,
    shown: @escaping @Sendable (DashboardState) -> Bool = { _ in true }
  ) {
    (self.group, self.label, self.word, self.help, self.keys) = (group, label, word, help, keys)
    (self.matters, isShown) = (matters, shown)
  }
}

private func character(_ letter: Unicode.Scalar) -> Key { .character(letter) }

extension DashboardState {
  var isTyping: Bool { typed != nil }
  var isCommanding: Bool { !asksToQuit && palette != nil }
  /// No question and no typing is going on.
  var isFree: Bool {
    !asksToQuit && !isTyping && palette == nil && !isSearching && !isListingRuns && rewindAsked == nil
  }
  /// Nothing is being answered or typed that takes letters.
  var mayQuit: Bool { !asksToQuit && palette == nil && !isSearching }
  /// A run trains here, or has.
  var hasTrainer: Bool { !isPreview && !isComparison }
  var trains: Bool { hasTrainer && !isReplay && !snapshot.state.isOver }
  public var isPaused: Bool { snapshot.state == .paused }
  /// Up and down scroll instead of choosing a knob.
  var isScrolling: Bool { screen == .help || screen == .panel(.log) }
  var turnsKnobs: Bool { isFree && !isScrolling && !isOnMap && !exploresMetrics && !isReplay && !snapshot.state.isOver }
  var showsPairs: Bool { isFree && !isScrolling && !isOnMap && !explores && !exploresMetrics && !isComparison }
}

/// In the order of the footer.
public let standardBindings: [Binding] =
  questionBindings + rewindQuestionBindings + paletteBindings + runListBindings + logBindings + typingBindings
  + DashboardState.metricsBindings
  + frozenBindings + wayBackBindings + embeddingBindings + similarityBindings + replayBindings + knobBindings
  + trainingBindings + rewindBindings + viewBindings + freezeBindings + screenBindings + arrangementBindings

private let questionBindings: [Binding] = [
  Binding(
    .question, "y", "quit", "yes: save and quit",
    [(character("y"), .confirmQuit), (character("Y"), .confirmQuit), (.enter, .confirmQuit)], when: \.asksToQuit),
  Binding(
    .question, "n", "stay", "no: go on (also escape)",
    [(character("n"), .stay), (character("N"), .stay), (.escape, .stay), (character("q"), .stay)],
    when: \.asksToQuit),
  Binding(
    .question, "ctrl-c", "", "quit; again: quit without being asked", [(.control("c"), .confirmQuit)],
    when: \.asksToQuit),
]

private let paletteBindings: [Binding] = [
  Binding(
    .command, "enter", "do", "do what is chosen", [(.enter, .palette(.accept))], when: \.isCommanding),
  Binding(
    .command, "tab", "complete", "write the chosen name", [(.tab, .palette(.complete))], when: \.isCommanding),
  Binding(
    .command, "↑↓", "choose", "choose another",
    [(.up, .palette(.choose(-1))), (.down, .palette(.choose(1)))], when: \.isCommanding),
  Binding(
    .command, "esc", "close", "close the palette (also ctrl-c)",
    [(.escape, .palette(.close)), (.control("c"), .palette(.close))], when: \.isCommanding),
  Binding(
    .command, "backspace", "", "take back a letter",
    [(.backspace, .palette(.erase)), (.delete, .palette(.erase))], when: \.isCommanding),
  Binding(
    .command, "letters", "", "a name, and a value behind it: temperature 0.2, picture frog",
    (32...126).map { Unicode.Scalar(UInt8($0)) }.map { (character($0), .palette(.type($0))) }, when: \.isCommanding),
]

private let typingBindings: [Binding] = [
  Binding(
    .typing, "enter", "apply", "set the chosen knob to the typed value", [(.enter, .applyTyped)], when: \.isTyping),
  Binding(.typing, "esc", "cancel", "leave the value as it is", [(.escape, .cancelTyped)], when: \.isTyping),
  Binding(
    .typing, "backspace", "", "take back a character", [(.backspace, .eraseTyped), (.delete, .eraseTyped)],
    when: \.isTyping),
  Binding(
    .typing, "0–9 . e -", "", "go on typing a number (1e-3)",
    "0123456789.e-+".unicodeScalars.map { (character($0), .type($0)) }, when: \.isTyping),
]

private let wayBackBindings: [Binding] = [
  Binding(
    .screen, "↑↓", "scroll", "scroll the log or help (also k j, page keys)",
    [
      (.up, .scroll(-1)), (.down, .scroll(1)), (character("k"), .scroll(-1)), (character("j"), .scroll(1)),
      (.pageUp, .scroll(-10)), (.pageDown, .scroll(10)), (.home, .scroll(-100_000)), (.end, .scroll(100_000)),
    ], when: { $0.isFree && $0.isScrolling }),
  Binding(
    .screen, "esc", "back", "back to all panels (also z)",
    [(.escape, .back), (character("z"), .back), (.enter, .back)],
    when: { $0.isFree && $0.screen != $0.home }, shown: { !$0.turnsDraw }),
]

private let knobBindings: [Binding] = [
  Binding(
    .knobs, "←→", "turn", "turn the chosen knob down or up (also h l)",
    [
      (.left, .turn(-1, fine: false)), (.right, .turn(1, fine: false)), (character("h"), .turn(-1, fine: false)),
      (character("l"), .turn(1, fine: false)),
    ], when: \.turnsKnobs, shown: { !$0.explores && !$0.turnsDraw }),
  Binding(
    .knobs, "↑↓", "choose", "choose a knob (also k j)",
    [
      (.up, .choose(-1)), (.down, .choose(1)), (character("k"), .choose(-1)), (character("j"), .choose(1)),
    ], when: { $0.isFree && !$0.isScrolling && !$0.isOnMap && !$0.exploresMetrics },
    shown: { $0.turnsKnobs && !$0.explores && !$0.turnsDraw }),
  Binding(
    .knobs, "shift ←→", "", "turn finely (also H L and , .)",
    [
      (.shiftLeft, .turn(-1, fine: true)), (.shiftRight, .turn(1, fine: true)), (character("H"), .turn(-1, fine: true)),
      (character("L"), .turn(1, fine: true)), (character(","), .turn(-1, fine: true)),
      (character("."), .turn(1, fine: true)),
    ], when: \.turnsKnobs),
  Binding(
    .knobs, "0–9", "", "type an exact value; enter applies it",
    "0123456789".unicodeScalars.map { (character($0), .type($0)) }, when: \.turnsKnobs),
  Binding(
    .knobs, "u", "undo", "take back the last turn", [(character("u"), .undo)],
    when: { $0.isFree && $0.trains }, shown: { $0.snapshot.undoCount > 0 }),
]

private let trainingBindings: [Binding] = [
  Binding(
    .training, "space", "pause", "pause training", [(character(" "), .pauseOrResume)],
    when: { $0.isFree && $0.trains && !$0.isPaused }),
  Binding(
    .training, "space", "go on", "go on training, when paused", [(character(" "), .pauseOrResume)],
    when: { $0.isFree && $0.trains && $0.isPaused }),
  Binding(
    .training, "s", "step", "one step, when paused", [(character("s"), .singleStep)],
    when: { $0.isFree && $0.trains && $0.isPaused }),
  Binding(
    .training, "c", "save", "write a checkpoint now", [(character("c"), .checkpoint)],
    when: { $0.isFree && $0.trains }),
  Binding(
    .training, "e", "evaluate", "weighted kNN now", [(character("e"), .evaluate)], when: { $0.isFree && $0.trains }),
]

private let viewBindings: [Binding] = [
  Binding(
    .views, "n p", "pair", "next or previous picture (N P by ten)",
    [
      (character("n"), .pair(1)), (character("p"), .pair(-1)), (character("N"), .pair(10)),
      (character("P"), .pair(-10)),
    ], when: \.showsPairs),
  Binding(
    .views, "o", "sheet", "many pairs, or the stages of one", [(character("o"), .toggleSheet)],
    when: { $0.showsPairs && $0.screen == .panel(.views) }),
  Binding(
    .views, "r", "re-roll", "draw the two views of this picture again (not a frozen draw)", [(character("r"), .reroll)],
    when: \.showsPairs, shown: { $0.frozen == nil }),
]

private let screenBindings: [Binding] = [
  Binding(
    .screen, "z", "zoom", "the focused panel alone (also enter)", [(character("z"), .zoom), (.enter, .zoom)],
    when: { $0.isFree && $0.screen == .overview }),
  Binding(
    .screen, "tab", "panel", "the next panel (shift-tab: the one before)", [(.tab, .focus(1)), (.backTab, .focus(-1))],
    when: { $0.isFree && $0.hasTrainer && $0.screen != .help }),
  Binding(
    .screen, "f2–f9", "", "loss, similarity, views, embedding, layers, resources, knobs, log",
    Panel.allCases.enumerated().map { (.function($0 + 2), .show($1)) }, when: { $0.isFree && $0.hasTrainer }),
  Binding(
    .screen, "page keys", "", "scroll the layers", [(.pageUp, .scroll(-10)), (.pageDown, .scroll(10))],
    when: { $0.isFree && $0.screen == .panel(.layers) }),
  Binding(
    .screen, "m", "log", "what has happened so far", [(character("m"), .showLog)], when: { $0.isFree && $0.hasTrainer }),
  Binding(
    .screen, "g", "graphics", "the next way to draw pictures", [(character("g"), .nextGraphics)],
    when: \.isFree, shown: { $0.availableGraphics.count > 1 }),
  Binding(
    .screen, "t", "theme", "the next theme", [(character("t"), .nextTheme)], when: \.isFree,
    shown: { $0.themes.count > 1 }),
  Binding(
    .screen, ":", "command", "find any action or knob by name, and give values", [(character(":"), .palette(.open))],
    when: \.isFree),
  Binding(.screen, "?", "help", "all keys, and what the numbers mean", [(character("?"), .help)], when: \.isFree),
  Binding(
    .screen, "q", "quit", "quit; while training it asks first", [(character("q"), .quit), (.control("c"), .quit)],
    when: { $0.mayQuit && !$0.isAttached }, shown: \.isFree),
  Binding(
    .screen, "q", "leave", "of an attached screen: leave it, training goes on",
    [(character("q"), .quit), (.control("c"), .quit)], when: { $0.mayQuit && $0.isAttached }, shown: \.isFree),
  Binding(
    .screen, "Q", "", "of an attached screen: end the run; it asks first", [(character("Q"), .stop)],
    when: { $0.isFree && $0.isAttached && $0.trains }),
]

/// What a key asks for in this state; nil when it means nothing now.
public func intent(for key: Key, in state: DashboardState) -> Intent? {
  for binding in state.bindings where binding.matters(state) {
    if let match = binding.keys.first(where: { $0.key == key }) { return match.intent }
  }
  return nil
}
