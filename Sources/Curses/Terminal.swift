/// The terminal: opened, drawn on, read from, and always given back — by `close`, at the end of its life, at exit, after
/// a crash. All calls belong on one thread.
import CTerminal
import Canvas
import Glibc

public struct Terminal: ~Copyable {
  var display: Display
  var input: TerminalInput
  var detection: Detection
  var window: WindowSize
  private let hold: Hold

  private var output = OutputQueue()
  /// The newest frame, and whether it is still to be shown.
  private var latest: Frame?
  private var isLatestShown = true

  /// What happened while nobody waited.
  var unreported: [TerminalEvent] = []
  private(set) var isLost = false
  /// When the window's new size is to be looked at: at once, but in a storm of changes ten times a second.
  var resizeDue: Double?
  var lastResize = -Double.infinity
  var lastResume = -Double.infinity

  /// Columns and rows, as of the last `.resized`.
  public var size: (columns: Int, rows: Int) { (window.columns, window.rows) }

  /// What may be drawn: as detected, and as the user wished.
  public var abilities: Abilities { detection.abilities }

  /// The ways to draw pictures that work here, from the plainest up.
  public var availableGraphics: [Abilities.Graphics] { detection.availableGraphics }

  /// Bytes the terminal has taken so far, for those who must save them.
  public var bytesSent: Int { output.total }

  /// Seconds the first frame may be held back for the terminal's replies; later ones arrive as `.abilitiesChanged`.
  private static let patienceForReplies = 0.015

  /// Takes the terminal that stdin and stdout are.
  /// - Throws: `TerminalTrouble` when there is none, or when its type is unknown or cannot place a cursor.
  public init(options: TerminalOptions) throws {
    let environment = Environment.current()
    let depth = TerminalType.wantedDepth(options.colors, in: environment)
    let type = try TerminalType.find(
      TerminalType.candidates(for: environment.term, depth: depth), term: environment.term)
    let hold = try Hold.take(logPath: options.logPath)
    var input = TerminalInput(hold, question: environment.understandsQueries ? Replies.question : nil)
    let asked = monotonicSeconds()
    let window = WindowSize.current()
    var detection = Detection(environment: environment, options: options, colors: type.colors, window: window)
    let display = try Display(CursesScreen(type: type, depth: detection.depth, window: window))
    Hold.prepareFarewell(display.farewell)
    for reply in input.awaitReplies(until: asked + Terminal.patienceForReplies) { detection.replies.note(reply) }
    self.init(hold: hold, input: input, detection: detection, window: window, display: display)
  }

  private init(
    hold: consuming Hold, input: TerminalInput, detection: Detection, window: WindowSize, display: consuming Display
  ) {
    (self.input, self.detection, self.window) = (input, detection, window)
    self.hold = hold
    self.display = display
  }

  /// Gives the terminal back: screen, cursor, mode, stdout and stderr as they were. Never waits long.
  /// A value that ends without `close` gives back as much, but replies still on their way may reach the shell.
  public consuming func close() {
    if !isLost { input.swallowLateReplies() }
  }
}

// MARK: - Drawing

extension Terminal {
  /// Shows a frame. While the terminal has not taken the one before, the frame is kept and, if no newer one comes, shown
  /// as soon as there is room (during `wait`). Never blocks. Returns whether it was sent.
  @discardableResult
  public mutating func draw(_ frame: Frame) -> Bool {
    (latest, isLatestShown) = (frame, false)
    catchUp()
    return isLatestShown
  }

  /// Sends the newest frame whole: after Ctrl-L, or when something else wrote on the screen.
  public mutating func redrawAll() {
    display.forget()
    isLatestShown = latest == nil
    catchUp()
  }

  var hasOutput: Bool { !output.isEmpty }

  /// Sends what waits, and the newest frame when all before it has gone.
  mutating func catchUp() {
    send()
    guard !isLost, output.isEmpty, resizeDue == nil, !isLatestShown, let frame = latest else { return }
    output.append(display.bytes(for: frame, on: window, detection))
    isLatestShown = true
    send()
  }

  private mutating func send() {
    if !isLost, !output.send(to: hold.file) { lose() }
  }

  /// The frame that stood is of the past: the next must be drawn for the new size.
  mutating func discardFrame() { (latest, isLatestShown) = (nil, true) }

  mutating func discardOutput() { output.removeAll() }

  /// The terminal is gone, or was taken from us: it is left in order if it still listens, and never touched again.
  mutating func lose() {
    guard !isLost else { return }
    isLost = true
    output.removeAll()
    discardFrame()
    ct_let_go()
    unreported.append(.lost)
  }
}
