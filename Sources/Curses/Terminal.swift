/// The terminal: opened, drawn on, read from, and always given back — by `close`, at the end of its life, at exit, after
/// a crash. All calls belong on one thread.
import Basics
import CTerminal
import Canvas
import Glibc

public struct Terminal: ~Copyable {
  /// nil once the screen is given up: ncurses may serve another then.
  var display: Display?
  var input: TerminalInput
  var detection: Detection
  var window: WindowSize
  let hold: Hold

  private var output = OutputQueue()
  /// The newest frame, and whether it is still to be shown.
  private var latest: Frame?
  private var isLatestShown = true
  /// How frames are spread where bytes are limited.
  private var pace: Pace?

  var clicks = ClickCounter()
  /// What happened while nobody waited.
  var unreported: [TerminalEvent] = []
  private(set) var isLost = false
  /// One that is lent, while the shell over there has it.
  public internal(set) var isAside = false
  /// When the window's new size is to be looked at: at once, but in a storm of changes five times a second at most, and
  /// so seldom that the frames, each sent whole, take no more than 45 kB a second.
  var resizeDue: Double?
  var resizePause: Double { max(0.2, Double(lastFrameSize) / 45_000) }
  private var lastFrameSize = 0
  var lastResize = -Double.infinity
  var lastResume = -Double.infinity

  /// Columns and rows, as of the last `.resized`.
  public var size: (columns: Int, rows: Int) { (window.columns, window.rows) }

  /// What may be drawn: as detected, and as the user wished.
  public var abilities: Abilities { detection.abilities }

  /// The ways to draw pictures that work here, from the plainest up.
  public var availableGraphics: [Abilities.Graphics] { detection.availableGraphics }

  /// A line for the log when the terminal's type is not described here, and a similar description is used.
  public private(set) var remark: String?

  /// Bytes the terminal has taken so far, for those who must save them.
  public var bytesSent: Int { output.total }

  /// Seconds the first frame may be held back for the terminal's replies; later ones arrive as `.abilitiesChanged`.
  private static let patienceForReplies = 0.008

  /// Makes the environment ready for terminals of any kind. To be called before there are threads that read it.
  public static func prepare() { _ = DirectColor.isOffered }

  /// Takes the terminal that stdin and stdout are.
  /// - Throws: `TerminalTrouble` when there is none, or when its type is unknown or cannot place a cursor.
  public init(options: TerminalOptions) throws {
    try self.init(options, Environment(Environment.variables())) { () throws(TerminalTrouble) in
      try Hold.take(logPath: options.logPath)
    }
  }

  /// Takes a terminal that another process lends. stdout and stderr stay as they are.
  /// - Throws: `TerminalTrouble` when its type is unknown here or cannot place a cursor.
  public init(_ lent: LentTerminal, options: TerminalOptions) throws {
    try self.init(options, Environment(lent.variables)) { () throws(TerminalTrouble) in Hold(lent) }
  }

  private init(
    _ options: TerminalOptions, _ environment: Environment, _ take: () throws(TerminalTrouble) -> Hold
  ) throws {
    let depth = TerminalType.wantedDepth(options.colors, in: environment)
    let type = try TerminalType.find(for: environment, depth: depth)
    let hold = try take()
    var input = TerminalInput(hold, environment)
    let asked = monotonicSeconds()
    let window = WindowSize(of: hold.file)
    let detection = Detection(environment: environment, options: options, colors: type.colors, window: window)
    let display = try Display(
      CursesScreen(type: type, depth: detection.depth, window: window), throughTmux: environment.isInTmux)
    hold.prepareFarewell(display.farewell)
    let end = asked + Terminal.patienceForReplies
    var replies = input.awaitReplies(until: end)
    if replies.contains(.version) {
      input.ask(Replies.secondQuestion)
      replies += input.awaitReplies(until: end)
    }
    self.init(hold: hold, input: input, detection: detection, window: window, display: display)
    remark = type.remark
    note { for reply in replies { $0.replies.note(reply) } }
    unreported.removeAll { $0 == .abilitiesChanged }  // nobody has seen others
  }

  private init(
    hold: consuming Hold, input: TerminalInput, detection: Detection, window: WindowSize, display: consuming Display
  ) {
    (self.input, self.detection, self.window) = (input, detection, window)
    pace = detection.options.bytesPerSecond.map { Pace(bytesPerSecond: $0, window) }
    self.hold = hold
    self.display = consume display
  }

  /// What is written to stdout and stderr goes to another log from now on.
  public func log(to path: String) { hold.log(to: path) }

  /// Gives the terminal back: screen, cursor, mode, stdout and stderr as they were. Never waits long.
  /// A value that ends without `close` gives back as much, but replies still on their way may reach the shell.
  public consuming func close() { leave() }

  private mutating func leave() {
    guard !isLost, !isAside else { return }
    deletePictures()
    input.swallowLateReplies()
  }
}

// MARK: - Drawing

extension Terminal {
  /// Shows a frame. While the terminal has not taken the one before, the frame is kept and, if no newer one comes, shown
  /// as soon as there is room (during `wait`). Never blocks. Returns whether it was sent.
  /// - Parameter isAnswer: it answers a key, and goes before what comes by itself.
  @discardableResult
  public mutating func draw(_ frame: Frame, isAnswer: Bool = false) -> Bool {
    (latest, isLatestShown) = (frame, false)
    pace?.show(frame.grid.fitted(columns: window.columns, rows: window.rows), isAnswer: isAnswer)
    catchUp()
    return isLatestShown
  }

  /// Sends the newest frame whole: after Ctrl-L, or when something else wrote on the screen.
  public mutating func redrawAll() {
    display?.forget()
    pace?.forget(window)
    isLatestShown = latest == nil
    catchUp()
  }

  /// What the terminal has told of itself, which may change what is drawn.
  mutating func note(_ change: (inout Detection) -> Void) {
    let before = (abilities, availableGraphics)
    let (wanted, keyboard) = (detection.wantedDepth, detection.replies.keyboardReset)
    change(&detection)
    if detection.replies.keyboardReset != keyboard { resetKeyboard() }
    if detection.wantedDepth != wanted { renewDisplay() }
    if before != (abilities, availableGraphics) { unreported.append(.abilitiesChanged) }
  }

  /// Gives keys their usual form now; the terminal gets its own back with all else.
  private mutating func resetKeyboard() {
    guard !isLost, !isAside, let wayOut = display?.farewell else { return }
    hold.prepareFarewell(wayOut + Array(detection.replies.keyboardRestoration.utf8))
    enqueue(Array(detection.replies.keyboardReset.utf8))
  }

  /// Begins anew with the description that has the colours wanted now.
  private mutating func renewDisplay() {
    let found = try? TerminalType.find(for: detection.environment, depth: detection.wantedDepth)
    guard let type = found, type.colors != detection.colors, let wayOut = display?.wayOut else { return }
    detection.colors = type.colors
    enqueue(wayOut)
    display = nil  // ncurses leaves the screen that was opened last
    do {
      let screen = try CursesScreen(type: type, depth: detection.depth, window: window)
      hold.prepareFarewell(screen.farewell + Array(detection.replies.keyboardRestoration.utf8))
      display = Display(screen, throughTmux: detection.environment.isInTmux)
      redrawAll()
    } catch {
      lose()
    }
  }

  var hasOutput: Bool { !output.isEmpty }

  /// Sends what waits, and the newest frame when all before it has gone.
  mutating func catchUp() {
    send()
    guard !isLost, !isAside, output.isEmpty, resizeDue == nil, !isLatestShown, let frame = latest else { return }
    if pace == nil {
      let bytes = display?.bytes(for: frame, on: window, detection) ?? []
      lastFrameSize = bytes.count
      output.append(bytes)
    } else {
      appendParts()
    }
    isLatestShown = pace?.isWhole ?? true
    send()
  }

  /// As much of the newest frame as may be sent now.
  private mutating func appendParts() {
    let now = monotonicSeconds()
    while let part = pace?.nextPart(at: now) {
      let bytes = display?.bytes(for: Frame(grid: part), on: window, detection) ?? []
      pace?.spend(bytes.count)
      output.append(bytes)
    }
  }

  /// When more of a frame may be sent; nil when none waits.
  var outputDue: Double? { isLatestShown || isLost || isAside || hasOutput ? nil : pace?.due }

  private mutating func send() {
    if !isLost, !isAside, !output.send(to: hold.file) { lose() }
  }

  /// The frame that stood is of the past: the next must be drawn for the new size.
  mutating func discardFrame() {
    (latest, isLatestShown) = (nil, true)
    pace?.forget(window)
  }

  /// What waits is given up for what must be said before the screen is left.
  mutating func deletePictures() {
    output.removeAll()
    enqueue(display?.lastBytes ?? [])
  }

  mutating func enqueue(_ bytes: [UInt8]) {
    output.append(bytes)
    send()
  }

  /// The terminal is gone, or was taken from us: it is left in order if it still listens, and never touched again.
  mutating func lose() {
    guard !isLost else { return }
    abandon()
    unreported.append(.lost)
  }

  /// Leaves the screen to another: the terminal is given back if it still listens, with a line for who sits there, and
  /// never touched again; only signals are heard.
  public mutating func giveUp(saying line: String) {
    leave()
    guard !isLost, let wayOut = display?.farewell else { return }
    hold.prepareFarewell(wayOut + Array(detection.replies.keyboardRestoration.utf8), saying: line)
    abandon()
  }

  /// A line for who sits at the terminal that stdin is, after it was given back or up. Never waits long: where nobody
  /// reads, the line is lost.
  public static func say(_ line: String) {
    let shown = line.visible + "\n"
    ct_say(shown, shown.utf8.count)
  }

  private mutating func abandon() {
    isLost = true
    output.removeAll()
    discardFrame()
    display = nil
    input.giveUpTmux()
    hold.letGo()
  }
}
