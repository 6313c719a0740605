/// Bytes limited: never more than asked for, answers before all else, and every frame whole in the end.
import Canvas
import Testing

@testable import Curses

@Suite struct PaceTests {
  private let columns = 40
  private let rows = 10
  private let window = WindowSize(columns: 40, rows: 10, pixelWidth: 0, pixelHeight: 0)

  /// Text in the upper half, a picture in blocks in the lower one.
  private func screen(_ letter: Unicode.Scalar, _ shade: UInt8) -> Grid {
    var grid = Grid(columns: columns, rows: rows)
    for y in 0..<rows {
      for x in 0..<columns {
        let noise = UInt8((x * 7 + y * 13) % 64)
        grid[x, y] =
          y < rows / 2 ? Cell(letter) : Cell("▀", Style(RGB(shade &+ noise, 0, 0), on: RGB(0, shade &- noise, 0)))
      }
    }
    return grid
  }

  private func rowsAlike(_ a: Grid, _ b: Grid) -> [Int] {
    (0..<rows).filter { y in (0..<columns).allSatisfy { a[$0, y] == b[$0, y] } }
  }

  @Test(arguments: [2000, 10_000, 1_000_000])
  func noFiveSecondsHaveMoreThanTheyMay(rate: Int) {
    var allowance = ByteAllowance(bytesPerSecond: rate)
    var sent = [Int](repeating: 0, count: 4000)  // in each hundredth of a second
    var random = SystemRandomNumberGenerator()
    for tick in sent.indices {
      while allowance.isOpen(forAnswers: tick % 7 == 0, at: Double(tick) * 0.01) {
        let part = Int.random(in: 1...330, using: &random)
        allowance.spend(part)
        sent[tick] += part
      }
    }
    let windows = (0...3500).map { sent[$0..<$0 + 500].reduce(0, +) }
    #expect(windows.max()! <= rate * 55 / 10)
    #expect(sent.reduce(0, +) >= rate * 36, "and nearly all of it may be used")
  }

  @Test func somethingIsKeptForAnswers() {
    var allowance = ByteAllowance(bytesPerSecond: 2000)
    while allowance.isOpen(forAnswers: false, at: 1) { allowance.spend(1) }
    let isOpen = allowance.isOpen(forAnswers: true, at: 1)
    #expect(isOpen)
    #expect(allowance.due(forAnswers: false) > 1)
  }

  @Test func aFrameComesInPartsAndTextBeforePictures() {
    var frame = GradualFrame(columns: columns, rows: rows)
    let wanted = screen("a", 100)
    let isAimed = frame.aim(at: wanted, answering: nil, at: 0)
    #expect(isAimed)
    var parts: [Grid] = []
    while let part = frame.nextPart() { parts.append(part) }
    #expect(parts.count > 20 && parts.last == wanted && frame.isWhole)
    let textDone = parts.firstIndex { rowsAlike($0, wanted).count == rows / 2 }!
    #expect(parts[textDone - 1].cells[columns * rows / 2..<columns * rows].allSatisfy { $0 == Cell() })
  }

  @Test func whatChangesOftenDoesNotKeepTheRestFromItsTurn() {
    var frame = GradualFrame(columns: columns, rows: rows)
    // The upper part is another one each second, and is all that a second has room for.
    for second in 0..<8 {
      var grid = Grid(columns: columns, rows: rows)
      for (x, y) in grid.bounds.cells { grid[x, y] = Cell(y < 6 ? Unicode.Scalar(UInt8(97 + second)) : "z") }
      _ = frame.aim(at: grid, answering: nil, at: Double(second))
      guard let shown = frame.nextPart(), second > 3 else { continue }
      #expect((0..<columns).allSatisfy { shown[$0, rows - 1] == Cell("z") })
    }
  }

  @Test func whatAKeyChangedGoesFirst() {
    var frame = GradualFrame(columns: columns, rows: rows)
    let before = screen("a", 100)
    _ = frame.aim(at: before, answering: nil, at: 0)
    _ = frame.nextPart()
    var after = before
    for x in 0..<10 { after[x, 9] = Cell("k") }
    let isAimed = frame.aim(at: after, answering: before, at: 0.1)
    #expect(isAimed && frame.hasAnswer)
    let first = frame.nextPart()!
    #expect((0..<10).allSatisfy { first[$0, 9] == Cell("k") })
    #expect(!frame.hasAnswer)
  }

  @Test func aPictureIsFinishedBeforeTheNextIsBegun() {
    var frame = GradualFrame(columns: columns, rows: rows)
    let (old, new) = (screen("a", 100), screen("b", 200))
    _ = frame.aim(at: old, answering: nil, at: 0)
    for _ in 0..<10 { _ = frame.nextPart() }
    // The first is too soon; of the second the pictures wait.
    let aims = [0.5, 1.5].map { frame.aim(at: new, answering: nil, at: $0) }
    #expect(aims == [false, false])
    var last: Grid?
    while let part = frame.nextPart() { last = part }
    #expect(rowsAlike(last!, new) == Array(0..<5) && rowsAlike(last!, old) == Array(5..<10))
    let isAimed = frame.aim(at: new, answering: nil, at: 1.6)
    #expect(isAimed)
    while let part = frame.nextPart() { last = part }
    #expect(last == new)
  }

  @Test func afterAClearedScreenTheNewestFrameIsSentWhole() {
    var pace = Pace(bytesPerSecond: 1_000_000, window)
    func drain() -> Grid? {
      var last: Grid?
      while let part = pace.nextPart(at: 1) { last = part }
      return last
    }
    pace.show(screen("a", 100), isAnswer: false)
    #expect(drain() == screen("a", 100) && pace.isWhole)
    pace.forget(window)
    #expect(!pace.isWhole && drain() == screen("a", 100))
    pace.forget(WindowSize(columns: 20, rows: 5, pixelWidth: 0, pixelHeight: 0))
    #expect(pace.isWhole)
  }
}
