import Canvas
import Testing

@Test func textIsTruncatedWithAnEllipsisAndAligned() {
  let grid = drawn(12, 4) { area, grid in
    Text("temperature", plain).draw(in: Rect(x: 0, y: 0, width: 6, height: 1), of: &grid)
    Text("right", plain).draw(in: area.row(1), of: &grid, .right)
    Text("mid", plain).draw(in: area.row(2), of: &grid, .center)
    Text("crop box", plain).draw(in: Rect(x: 0, y: 3, width: 6, height: 1), of: &grid)
  }
  #expect(
    grid.description == """
      tempe…
             right
          mid
      crop…
      """)
}

@Test func everyGlyphTakesOneColumn() {
  #expect(Text("日本 frog 🐸").width == 9)
  #expect(Text("e\u{301}a\u{200d}b").width == 3)
  #expect(drawn(9, 1) { area, grid in Text("日本 frog 🐸").draw(in: area, of: &grid) }.description == "?? frog ?")
}

@Test func wrappedLinesKeepEveryWord() {
  let lines = Text("the loss became NaN at step 1,205").wrapped(to: 12)
  let grid = drawn(12, 4) { area, grid in
    for (y, line) in lines.enumerated() { line.draw(in: area.row(y), of: &grid) }
  }
  #expect(grid.description == "the loss\nbecame NaN\nat step\n1,205")
  #expect(Text("abcdefgh").wrapped(to: 3).map(\.width) == [3, 3, 2])
}

@Test func boxShowsItsTitleAndTheNoteWhenThereIsRoom() {
  let grid = drawn(22, 6) { _, grid in
    let box = Box(title: Text("loss"), note: Text("raw 5.2"), style: plain)
    let inside = box.draw(in: Rect(x: 0, y: 0, width: 22, height: 3), of: &grid)
    Text("inside").draw(in: inside, of: &grid)
    box.draw(in: Rect(x: 0, y: 3, width: 12, height: 3), of: &grid)
  }
  #expect(
    grid.description == """
      ╭─ loss ─── raw 5.2 ─╮
      │inside              │
      ╰────────────────────╯
      ╭─ loss ───╮
      │          │
      ╰──────────╯
      """)
}

@Test func asciiFallbackHasNoGlyphAboveTilde() {
  let grid = drawn(40, 2) { area, grid in
    Text("╭─ τ .50→.30 × 2N−1 … ▸ ●──┈╎ █▀▄░▒▓▁▅").draw(in: area, of: &grid)
    Text("⣿⠀⠁ 🬀🬻 é ß “x” ≤ ∞ ‖ ■ ◆").draw(in: area.row(1), of: &grid)
  }.inASCII
  #expect(grid.cells.allSatisfy { (0x20...0x7e).contains($0.glyph.value) })
  #expect(grid.description == "+- t .50>.30 x 2N-1 . > o---| ##=.:%_+\n* * ## e s \"x\" < 8 | # *")
}

@Test func figuresReadLikeAPersonWritesThem() {
  #expect(Figures.grouped(3211) == "3,211")
  #expect(Figures.grouped(-1_048_576) == "−1,048,576")
  #expect(Figures.fixed(5.3099, 2) == "5.31")
  #expect(Figures.fixed(-0.001, 2) == "0.00")
  #expect(Figures.fixed(999.999, 1) == "1,000.0")
  #expect(Figures.significant(0.001) == "1e-3")
  #expect(Figures.significant(1.25e-7) == "1.25e-7")
  #expect(Figures.significant(0.99999, 3) == "1")
  #expect(Figures.significant(0.9999) == "0.9999")
  #expect(Figures.significant(0.5) == "0.5")
  #expect(Figures.short(0.3) == ".3")
  #expect(Figures.scaled(12_345_678) == "12.3M")
  #expect(Figures.percent(0.714) == "71.4 %")
  #expect(Figures.fixed(.nan, 2) == "NaN")
  #expect(Figures.duration(8) == "8 s")
  #expect(Figures.duration(1380) == "23 min")
  #expect(Figures.duration(7500) == "2 h 05 min")
  #expect(Figures.duration(.infinity) == "–")
  #expect([7.6, 59.5, 1380, 7500].map(Figures.clock) == ["0:08", "1:00", "23:00", "2:05:00"])
  #expect([360_000, .nan].map(Figures.clock) == ["100:00:00", "–"])
}

@Test func tableAlignsItsColumns() {
  let rows = [("1", "started"), ("1,204", "temperature 0.5 → 0.3")].map { [Text($0.0), Text($0.1)] }
  let grid = drawn(20, 2) { area, grid in
    Table(columns: [.init(.right), .init(isFlexible: true)], rows: rows).draw(in: area, of: &grid)
  }
  #expect(grid.description == "    1  started\n1,204  temperature…")
}

@Test func smallBarsShowTheirShare() {
  let grid = drawn(12, 4) { area, grid in
    Gauge(fraction: 0.5, done: plain, rest: plain).draw(in: area.row(0), of: &grid)
    Slider(fraction: 0.25, knob: plain, track: plain).draw(in: Rect(x: 0, y: 1, width: 9, height: 1), of: &grid)
    Sparkline([1, 2, 3, 4, 5, 6, 7, 8, .nan]).text(width: 12, plain).draw(in: area.row(2), of: &grid)
    Histogram(counts: [0, 1, 8, 4]).draw(in: Rect(x: 0, y: 3, width: 4, height: 1), of: &grid, plain)
  }
  #expect(grid.description == "━━━━━━──────\n──●──────\n▁▂▃▄▅▆▇█×\n ▁█▄")
}

/// Names from files reach the screen as cells: none of them may hold what a terminal obeys.
@Test(arguments: [
  "\u{1b}]0;PWNED\u{7}", "\u{9b}31m", "\u{202e}gnp.exe\u{202c}", "a\nb\rc\td", "abc\u{8}\u{7f}", "a\u{200b}\u{2066}b",
  "\u{2028}\u{2029}\u{85}\u{ad}", "\u{10fee9}\u{e0041}",
])
func noCellHoldsWhatATerminalObeys(payload: String) {
  var grid = Grid(columns: 24, rows: 1)
  grid.write(payload, x: 0, y: 0, Style())
  for cell in grid.cells + Text(payload).cells {
    switch cell.glyph.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse: Issue.record("U+\(cell.glyph.value)")
    default: break
    }
  }
}
