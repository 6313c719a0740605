/// All that the screen shows and remembers: the newest snapshot, and what the person at the keys has chosen.
import Canvas
import Telemetry

/// A part of the screen that can be focused and shown alone.
public enum Panel: String, Sendable, CaseIterable {
  case loss, similarity, views, embedding, layers, resources, knobs, log

  /// Those of the overview.
  static let overview: [Panel] = [.loss, .similarity, .views, .knobs, .log]
}

public enum Screen: Sendable, Equatable {
  case overview
  /// One panel on the whole screen.
  case panel(Panel)
  case help
}

/// A line for the person at the keys; it stays until the next key.
public struct Message: Sendable, Equatable {
  public enum Tone: Sendable { case plain, good, warning }
  public var text: String
  public var tone: Tone

  public init(_ text: String, _ tone: Tone = .plain) { (self.text, self.tone) = (text, tone) }

  /// As it is shown: a warning has its mark.
  var line: String { tone == .warning ? "! " + text : text }
}

public struct DashboardState: Sendable {
  /// The newest from the link. Setting it settles the turns that were asked for.
  public var snapshot = Snapshot() {
    didSet {
      followRewind(from: oldValue.run)
      settleTurns()
      similarity.take(snapshot)
    }
  }
  /// Finished steps of the newest snapshot; the one that is shown may be older.
  var newestStep = 0
  /// The answer to `pairRequest`.
  public var pair: ViewPair? {
    didSet { settleSearch() }
  }
  public var abilities: Abilities
  /// What `g` steps through; empty when there is only what `abilities` says.
  public var availableGraphics: [Abilities.Graphics] = []
  public var screen = Screen.overview
  public var arrangement = Arrangement()
  /// The newest measurement.
  public var cost: ScreenCost?
  /// The last lines of `log.txt`, shown under the events in the log panel.
  public var logLines: [String] = []
  /// The person has quit.
  public internal(set) var isDone = false
  /// The terminal is lent by another process; whoever quits only leaves.
  public let isAttached: Bool

  public let themes: [Theme]
  /// The views-only screen, without a trainer.
  public let isPreview: Bool
  /// The curves of recorded runs over each other, without a trainer.
  public let isComparison: Bool

  /// What is chosen on the metrics screen.
  public internal(set) var metrics = MetricsState()
  /// The list of runs to choose from, while it is open.
  var runList: RunList?
  /// Folders of the runs that are to be laid over the present one, each in the place of its number.
  public internal(set) var overlaid = [String?](repeating: nil, count: MetricsState.mostOverlays)
  /// What has been read of them, or of the runs that are compared.
  public var recordedRuns: [RecordedRun] = []

  var themeIndex = 0
  /// The theme's name that the person has chosen here or in an earlier run.
  public internal(set) var chosenTheme: String?
  public internal(set) var focus = Panel.loss
  /// Where `back` leads from help.
  var screenBeforeHelp = Screen.overview
  var selectedKnob = 0
  /// What has been typed of an exact value; nil when nobody types.
  public internal(set) var typed: String?
  public internal(set) var message: Message?
  public internal(set) var asksToQuit = false
  /// The step to go back to, while that is asked about.
  var rewindAsked: Int?
  /// The command palette, while it is open.
  public internal(set) var palette: Palette?
  var logSearch: LogSearch?
  /// The table of keys, with what a file has changed.
  let bindings: [Binding]
  var asked: [String: AskedTurn] = [:]
  /// What the pointer holds.
  var held: Held?
  private var seenEvents = 0
  var pairIndex = 0
  var pairRoll = 0
  /// The draw that is kept, whatever knobs do.
  var frozen: FrozenDraw?
  /// The views' own screen shows many pairs instead of the stages of one.
  var showsSheet = false
  /// The answer to `sheetRequest`.
  public var sheet: ViewSheet?
  /// A class or file name that the next pair is looked for by.
  var pairSearch: String?
  /// Rows scrolled away from the end of the log or the start of help.
  var scroll = 0
  var embedding = EmbeddingView()
  /// Answers to `thumbnailRequests`, by the pictures' numbers.
  public var thumbnails: [Int: Thumbnail] = [:]
  var similarity = SimilarityState()
  /// The values of the preview, where no trainer keeps them.
  public internal(set) var previewKnobs = Knobs()

  /// A turn sent to the trainer that the snapshot does not show yet.
  struct AskedTurn: Sendable, Equatable {
    var value: Double
    /// Answers still to come.
    var waiting: Int
  }

  /// - Parameters:
  ///   - themes: at least one; the first is used.
  ///   - knobs: the values the preview starts from.
  ///   - keys: what keys do that is not as in the table.
  public init(
    themes: [Theme], abilities: Abilities, isPreview: Bool = false, isComparison: Bool = false,
    isAttached: Bool = false, knobs: Knobs = Knobs(), keys: KeyChanges = KeyChanges()
  ) {
    precondition(!themes.isEmpty, "a dashboard needs a theme")
    (self.themes, self.abilities, previewKnobs) = (themes, abilities, knobs)
    (self.isPreview, self.isComparison, self.isAttached) = (isPreview, isComparison, isAttached)
    bindings = keys.applied(to: standardBindings)
    if isPreview { (screen, focus) = (.panel(.views), .views) }
    if isComparison { screen = .panel(.loss) }
  }

  /// Takes up what was chosen in an earlier run.
  /// - Parameter isShown: false: another theme was asked for.
  public mutating func remember(theme name: String?, isShown: Bool) {
    chosenTheme = name
    if isShown, let index = themes.firstIndex(where: { $0.name == name }) { themeIndex = index }
  }

  /// The theme in use; without colours there is only one that can be shown.
  public var theme: Theme { abilities.colors == .mono ? .mono : themes[themeIndex] }

  /// What the trainer shall find out because it is shown.
  public var watching: Set<Watch> {
    switch screen {
    case .panel(.layers): [.layers]
    case .panel(.similarity): similarity.watching
    case .panel(.embedding): embedding.watching
    default: []
    }
  }

  /// What the screen wants to see now; nil while there is no data.
  public var pairRequest: PairRequest? { newRequest.map { frozen?.pairRequest ?? $0 } }

  /// By the knobs as they are now.
  private var newRequest: PairRequest? {
    switch snapshot.state {
    case .decoding: return nil
    case _ where isComparison: return nil
    case .starting where !isPreview: return nil
    case .failed where pair == nil: return nil
    default:
      return PairRequest(
        index: pairIndex, roll: pairRoll, knobs: isPreview ? previewKnobs : snapshot.knobs, search: pairSearch)
    }
  }
}

extension DashboardState {
  /// Takes up a newer snapshot: when something has happened in it, whole; else, while it trains and unless figures are
  /// due, only the number of its step.
  /// - Returns: whether it was taken whole.
  public mutating func take(_ newer: Snapshot, withFigures isDue: Bool) -> Bool {
    newestStep = newer.step
    guard isDue || newer.state != .running || newer.replay != nil || newer.differsInMoreThanFigures(from: snapshot)
    else { return false }
    snapshot = newer
    return true
  }

  /// Finished optimizer steps.
  var step: Int { max(newestStep, snapshot.step) }

  /// What the views' own screen wants to see beside the pair, by the knobs as they are now; nil on other screens.
  public var sheetRequest: PairRequest? {
    screen == .panel(.views) && pairSearch == nil && !showsFrozen ? newRequest : nil
  }
  public var sheetCount: Int { showsSheet ? 60 : 0 }

  /// The rows of the knobs panel.
  public var knobs: [Knob] {
    guard isPreview else { return Knob.all }
    let shown = [
      "strength", "crop_min", "flip_probability", "jitter_probability", "gray_probability", "blur_probability",
    ]
    return Knob.all.filter { shown.contains($0.key) }
  }

  public var chosenKnob: Knob { knobs[min(selectedKnob, knobs.count - 1)] }

  /// The value in force.
  func value(of knob: Knob) -> Double { (isPreview ? previewKnobs : snapshot.knobs)[keyPath: knob.path] }

  /// The value as held or asked, or else in force.
  func shownValue(of knob: Knob) -> Double {
    if let slider = held?.knob, slider.key == knob.key { return slider.value }
    return asked[knob.key]?.value ?? value(of: knob)
  }

  /// The values a knob takes here: a batch is not larger than the data set, τ as the objective has it.
  func range(of knob: Knob) -> ClosedRange<Double> {
    guard knob.key == "batch_size", snapshot.run.trainCount > 2 else {
      return snapshot.run.objective.range(of: knob)
    }
    return knob.range.lowerBound...min(knob.range.upperBound, Double(snapshot.run.trainCount))
  }

  /// A turn is settled when the snapshot shows its value, or when the trainer has answered every turn of that knob.
  private mutating func settleTurns() {
    let events = snapshot.events
    if events.count < seenEvents { seenEvents = 0 }
    for index in seenEvents..<events.count {
      switch events[index].kind {
      case .knob(let key, _, _): asked[key]?.waiting -= 1
      case .refused(let key, let reason):
        asked[key]?.waiting -= 1
        if seenEvents > 0 || !asked.isEmpty { message = Message(refusal(of: key, reason), .warning) }
      // A run may have diverged before it was first seen.
      case .diverged(let found) where seenEvents > 0 || found == divergence: report(found)
      default: break
      }
    }
    seenEvents = events.count
    guard !asked.isEmpty else { return }
    for knob in Knob.all {
      guard let turn = asked[knob.key] else { continue }
      if turn.waiting <= 0 || isClose(turn.value, value(of: knob)) { asked[knob.key] = nil }
    }
  }

  /// The pair that was looked for is the one to go on from; or there was none.
  private mutating func settleSearch() {
    guard let search = pairSearch, let pair else { return }
    pairSearch = nil
    if pair.matches(search) {
      (pairIndex, pairRoll) = (pair.index, 0)
    } else {
      message = Message("no picture's class or name has “\(search)” in it", .warning)
    }
  }

  private func refusal(of key: String, _ reason: String) -> String {
    "\(Knob.named(key)?.name ?? key) not turned: \(reason)"
  }

  private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-9 * max(abs(a), abs(b)) }
}

extension Snapshot {
  fileprivate func differsInMoreThanFigures(from older: Snapshot) -> Bool {
    state != older.state || run.folder != older.run.folder || events.count != older.events.count || knobs != older.knobs
      || undoCount != older.undoCount
      || embedding?.step != older.embedding?.step || batch?.source != older.batch?.source
      || layers.isEmpty != older.layers.isEmpty
  }
}
