/// A frame brought to the screen in parts, where bytes are dear: what answers a key goes first, then text, then pictures
/// in blocks. A frame is finished before a newer one is begun; only text is renewed once a second meanwhile.
import Canvas

struct GradualFrame {
  /// What the terminal shows, and what it is to show.
  private var standing: Grid
  private var target: Grid
  /// Cells still to be sent, the next one last.
  private var answers: [Int] = []
  private var texts: [Int] = []
  private var pictures: [Int] = []
  private var lastAim = -Double.infinity
  /// Where the last text was sent: the next frame's begins behind it, so that what changes often, above, does not keep
  /// what is below from its turn.
  private var lastText = -1

  /// A screen that has just been cleared.
  init(columns: Int, rows: Int) {
    standing = Grid(columns: columns, rows: rows)
    target = standing
  }

  var isWhole: Bool { answers.isEmpty && texts.isEmpty && pictures.isEmpty }
  var hasAnswer: Bool { !answers.isEmpty }
  /// When a frame that waits may be aimed at (monotonic seconds).
  var nextAim: Double { isWhole ? lastAim : lastAim + 1 }

  /// Aims at a newer frame of the same size.
  /// - Parameters:
  ///   - answered: what was to be shown before the key that the frame answers; nil when it answers none.
  ///   - now: monotonic seconds.
  /// - Returns: false when it has to wait, or when its pictures have to; it is to be offered again.
  mutating func aim(at grid: Grid, answering answered: Grid?, at now: Double) -> Bool {
    guard answered != nil || isWhole || now - lastAim >= 1 else { return false }
    lastAim = now
    let waits = answered == nil && !pictures.isEmpty
    let kept = target
    target = grid
    (answers, texts, pictures) = ([], [], [])
    let count = grid.cells.count
    for place in (0..<count).reversed() {
      let i = (lastText + 1 + place) % count
      let isPicture = grid.cells[i].glyph.isBlock
      if waits, isPicture, kept.cells[i].glyph.isBlock { target.copy(i, from: kept) }
      guard target.cells[i] != standing.cells[i] else { continue }
      if let answered, grid.cells[i] != answered.cells[i] {
        answers.append(i)
      } else if isPicture {
        pictures.append(i)
      } else {
        texts.append(i)
      }
    }
    return !waits
  }

  /// The next screen on the way, a few hundred bytes from the last one; nil when the frame stands.
  mutating func nextPart() -> Grid? {
    var (cost, last) = (0, -1)
    while cost < 200, let i = answers.popLast() ?? nextText() ?? pictures.popLast() {
      standing.copy(i, from: target)
      cost += price(of: i, after: last)
      last = i
    }
    return last < 0 ? nil : standing
  }

  private mutating func nextText() -> Int? {
    guard let i = texts.popLast() else { return nil }
    lastText = i
    return i
  }

  /// About how many bytes a cell takes at 256 colours.
  private func price(of i: Int, after last: Int) -> Int {
    let cell = target.cells[i]
    let glyph = cell.glyph.isASCII ? 1 : 3
    guard last >= 0, i == last + 1 else { return glyph + 24 }
    return glyph + (cell.style == target.cells[last].style ? 0 : 20)
  }
}

extension Grid {
  fileprivate mutating func copy(_ i: Int, from other: Grid) {
    self[i % columns, i / columns] = other.cells[i]
  }
}
