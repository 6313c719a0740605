/// Frames in parts, as an allowance of bytes permits.
import Canvas

struct Pace {
  private var allowance: ByteAllowance
  private var frame: GradualFrame
  /// The newest frame, and whether it is still to be aimed at.
  private var newest: Grid
  private var isWaiting = false
  /// What was to be shown before the key that it answers; nil when it answers none.
  private var answered: Grid?

  init(bytesPerSecond: Int, _ window: WindowSize) {
    allowance = ByteAllowance(bytesPerSecond: bytesPerSecond)
    frame = GradualFrame(columns: window.columns, rows: window.rows)
    newest = Grid(columns: window.columns, rows: window.rows)
  }

  /// The next part finds a cleared screen, perhaps of another size.
  mutating func forget(_ window: WindowSize) {
    frame = GradualFrame(columns: window.columns, rows: window.rows)
    isWaiting = newest.columns == window.columns && newest.rows == window.rows
    if !isWaiting { newest = Grid(columns: window.columns, rows: window.rows) }
    answered = nil
  }

  /// A newer frame, of the window's size.
  mutating func show(_ grid: Grid, isAnswer: Bool) {
    if isAnswer { answered = answered ?? newest }
    (newest, isWaiting) = (grid, true)
  }

  /// Nothing is left to send.
  var isWhole: Bool { !isWaiting && frame.isWhole }

  /// What the screen is to show next, when it may be sent now (monotonic seconds).
  mutating func nextPart(at now: Double) -> Grid? {
    if isWaiting, frame.aim(at: newest, answering: answered, at: now) { (isWaiting, answered) = (false, nil) }
    guard !frame.isWhole, allowance.isOpen(forAnswers: frame.hasAnswer, at: now) else { return nil }
    return frame.nextPart()
  }

  mutating func spend(_ bytes: Int) { allowance.spend(bytes) }

  /// When to ask for a part again (monotonic seconds).
  var due: Double { frame.isWhole ? frame.nextAim : allowance.due(forAnswers: frame.hasAnswer) }
}
