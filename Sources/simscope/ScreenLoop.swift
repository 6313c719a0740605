/// The screen's loop: keys in, frames out. A key is drawn at once, the trainer's news at the frame rate.
import Basics
import Canvas
import Curses
import Dashboard
import Foundation
import Telemetry
import Training

/// How a session with the dashboard ended.
struct ScreenOutcome {
  var end: TrainingEnd?
  /// The signal that ended it.
  var signal: Int32?
  /// To be said on the restored terminal.
  var lastLines: [String] = []
  /// Another terminal took over: what is printed reaches this one no more, but `Terminal.say` does.
  var isGivenUp: Bool
  /// How the person has left the screen.
  var memory: ScreenMemory
}

struct ScreenLoop: ~Copyable {
  private var terminal: Terminal
  private(set) var state: DashboardState
  private var log: String?
  private var serial = 0
  private var answered: PairRequest?
  private var answeredSheet: (request: PairRequest, count: Int)?
  private var overlays: Overlays
  /// What was drawn last.
  private var frame: Frame?
  private var lastFrame = ContinuousClock.now
  private var lastFigures = ContinuousClock.now
  private var logSize: Int?
  private(set) var signal: Int32?
  private var hasPersonAsked = false
  private var isLost = false
  private var isGivenUp = false
  /// The person has asked for the run's end, not only for that of the screen.
  private(set) var isStopAsked = false
  private var meter = CostMeter()

  /// Numbers that change more often than this cannot be read, and cost bytes.
  private static let figuresEvery = Duration.seconds(1)

  init(_ terminal: consuming Terminal, _ state: DashboardState, _ overlays: Overlays, log: String?) {
    self.terminal = terminal
    self.state = state
    self.overlays = overlays
    self.log = log
  }

  consuming func close() { terminal.close() }

  /// - Parameters:
  ///   - isAnswer: to a key.
  ///   - news: what is new since the last frame.
  mutating func draw(isAnswer: Bool = false, _ news: News = .much) {
    guard !isLost, news != .none else { return }
    let (columns, rows) = terminal.size
    let kept = frame.flatMap { news == .step && ($0.grid.columns, $0.grid.rows) == (columns, rows) ? $0 : nil }
    let next = kept.map { view(state, after: $0) } ?? view(state, columns: columns, rows: rows)
    frame = next
    terminal.draw(next, isAnswer: isAnswer)
    lastFrame = .now
    meter.countFrame()
  }

  /// Shows a trainer until the person quits, a signal comes or training fails. The screen is given up, and training goes
  /// on, when the terminal is lost or another terminal takes over.
  mutating func run(
    _ link: Link, _ training: TrainingThread, _ stage: Stage, framesPerSecond: Double, stopsOnHangup: Bool
  ) -> ScreenOutcome {
    while true {
      if takeRound(link, framesPerSecond) {
        link.send(stopsOnHangup ? .stop : .report(.terminalLost))
        if stopsOnHangup { signal = SIGHUP }
        leave(stage, link)
      } else if !isLost, let name = stage.successor(of: 0) {
        giveUp(to: name)
        leave(stage, link)
      }
      guard let end = training.outcome else { continue }
      if case .failed = end { return outcome(end) }
      // A run that is through stays on the screen, here or elsewhere, until it has been looked at.
      if state.isDone || signal != nil || isLost && !stage.isTaken { return outcome(end) }
    }
  }

  private mutating func giveUp(to name: String) {
    let time = Calendar.current.dateComponents([.hour, .minute], from: .now)
    let clock = String(format: "%02d:%02d", time.hour ?? 0, time.minute ?? 0)
    terminal.giveUp(saying: "simscope: shown on \(name) since \(clock); training goes on, Ctrl-C here ends it")
    (isLost, isGivenUp) = (true, true)
  }

  private func leave(_ stage: Stage, _ link: Link) {
    link.send(.watch([]))
    stage.leave(0)
  }

  /// Keys and news, and the frames they ask for.
  /// - Returns: whether the terminal was lost just now.
  mutating func takeRound(_ link: Link, _ framesPerSecond: Double) -> Bool {
    // However few frames are wanted: signals, another screen and the end are heard.
    let (keys, lost) = takeEvents(seconds: min(0.25, 1 / framesPerSecond), link)
    let isDue = keys || ContinuousClock.now - lastFrame >= .seconds(0.9 / framesPerSecond)
    if keys { draw(isAnswer: true) }
    draw(takeNews(link, isDue: isDue))
    // Takes some milliseconds that no key shall wait for.
    if !keys && takeSheet(link) { draw() }
    return lost
  }

  /// The shell has the terminal, which is lent.
  var isAside: Bool { terminal.isAside }

  /// What the person has made of the screen.
  var memory: ScreenMemory { ScreenMemory(arrangement: state.arrangement, theme: state.chosenTheme) }

  /// Shows pairs of views or recorded runs until the person quits; there is no trainer.
  mutating func browse(_ link: Link, framesPerSecond: Double) -> ScreenOutcome {
    while !state.isDone && signal == nil && !isLost {
      let (keys, lost) = takeEvents(seconds: 1 / framesPerSecond, link)
      if lost { signal = SIGHUP }
      if keys { draw(isAnswer: true) }
      draw(takeNews(link, isDue: true))
      if !keys && takeSheet(link) { draw() }
      if case .failed = state.snapshot.state { break }
    }
    return outcome(nil)
  }

  private func outcome(_ end: TrainingEnd?) -> ScreenOutcome {
    let hasRun = !state.snapshot.run.folder.isEmpty && !state.isPreview && (!isLost || isGivenUp)
    return ScreenOutcome(
      end: end, signal: signal, lastLines: hasRun ? lastLines(state.snapshot, end) : [], isGivenUp: isGivenUp,
      memory: memory)
  }

  // MARK: input

  /// - Returns: whether something asks for a frame, and whether the terminal was lost just now.
  private mutating func takeEvents(seconds: Double, _ link: Link) -> (redraw: Bool, lost: Bool) {
    var (redraw, lost) = (false, false)
    for event in terminal.wait(seconds: seconds) {
      switch event {
      case .key(.control("l")): terminal.redrawAll()
      case .key(let key):
        redraw = true
        guard let intent = intent(for: key, in: state) else { continue }
        obey(intent, link)
      case .paste(let text):
        redraw = state.paste(text) || redraw
      case .mouse(let mouse):
        let (columns, rows) = terminal.size
        guard let intent = intent(for: mouse, in: state, columns: columns, rows: rows) else { continue }
        redraw = true
        obey(intent, link)
      case .resized: redraw = true
      case .abilitiesChanged:
        redraw = true
        takeAbilities()
      case .signal(let number): interrupt(number, link)
      case .lost:
        lost = !isLost
        isLost = true
      }
    }
    return (redraw, lost)
  }

  private mutating func obey(_ intent: Intent, _ link: Link) {
    let shown = state.watching
    let commands = update(&state, intent)
    if commands.contains(.stop) { isStopAsked = true }
    commands.forEach(link.send)
    if state.watching != shown { link.send(.watch(state.watching)) }
  }

  mutating func takeAbilities() {
    state.abilities = terminal.abilities
    state.availableGraphics = terminal.availableGraphics
  }

  /// The first signal asks the trainer to save and end; a second one from a person does not wait for it. A screen that is
  /// only attached is left.
  private mutating func interrupt(_ number: Int32, _ link: Link) {
    let isNotice = Interrupts.notices.contains(number)
    if !state.isAttached, hasPersonAsked, !isNotice { exit(128 + number) }
    if !state.isAttached, signal == nil { link.send(.stop) }
    signal = signal ?? number
    hasPersonAsked = hasPersonAsked || !isNotice
  }

  // MARK: news

  /// What is new for the screen to show.
  enum News {
    /// `step`: nothing but its number.
    case none, step, much
  }

  mutating func takeNews(_ link: Link, isDue: Bool) -> News {
    guard isDue else { return .none }
    var news = News.none
    if let (snapshot, serial) = link.newest(after: serial) {
      let isDue = ContinuousClock.now - lastFigures >= Self.figuresEvery
      let isWhole = state.take(snapshot, withFigures: isDue)
      if isWhole { lastFigures = .now }
      news = isWhole ? .much : .step
      self.serial = serial
      followLog(to: snapshot.run.folder)
    }
    if let request = state.pairRequest, request != answered, let pairs = link.pairs {
      state.pair = pairs.pair(request)
      answered = request
      news = .much
    }
    if takeThumbnails(link) { news = .much }
    if let cost = meter.measure(bytesSent: terminal.bytesSent) {
      state.cost = cost
      // Whoever does not look at it need not be drawn for it.
      if state.screen == .panel(.resources) && !state.isPaused { news = .much }
    }
    do {
      if try overlays.refresh(&state) { news = .much }
    } catch {
      state.warn("\(error)")
      news = .much
    }
    return readLog() ? .much : news
  }

  private mutating func takeSheet(_ link: Link) -> Bool {
    let count = state.sheetCount
    guard let request = state.sheetRequest, answeredSheet.map({ $0 != (request, count) }) ?? true,
      let pairs = link.pairs
    else { return false }
    state.sheet = pairs.sheet(request, count: count)
    answeredSheet = (request, count)
    return true
  }

  private mutating func takeThumbnails(_ link: Link) -> Bool {
    let missing = state.thumbnailRequests.filter { state.thumbnails[$0] == nil }
    guard !missing.isEmpty, let pairs = link.pairs else { return false }
    // What was shown once may be shown again, but not without end.
    if state.thumbnails.count > 500 { state.thumbnails = [:] }
    for index in missing { state.thumbnails[index] = pairs.thumbnail(index) }
    return true
  }

  /// After a rewind the run goes on in another folder, and its log there.
  private mutating func followLog(to folder: String) {
    let path = folder + "/log.txt"
    guard let log, !folder.isEmpty, path != log else { return }
    terminal.log(to: path)
    self.log = path
    logSize = nil
  }

  /// The end of the log, when it has grown.
  private mutating func readLog() -> Bool {
    guard let log else { return false }
    guard let status = Files.status(log), Int(status.st_size) != logSize else { return false }
    logSize = Int(status.st_size)
    guard let handle = Files.handle(reading: log) else { return false }
    defer { try? handle.close() }
    try? handle.seek(toOffset: UInt64(max(0, Int(status.st_size) - 16384)))
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    state.logLines = text.split(separator: "\n").suffix(200).map(String.init)
    return true
  }
}
