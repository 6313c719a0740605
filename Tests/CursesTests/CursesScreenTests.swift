/// ncurses on its file in memory: the differences it finds. Never on the test's own terminal.
import Canvas
import Foundation
import TestSupport
import Testing

@testable import Curses

/// One test after another: what ncurses works from is the process's, not the thread's.
@Suite(.serialized) enum ThroughNcurses {}

extension ThroughNcurses {
  @Suite struct CursesScreenTests {
    private let window = WindowSize(columns: 40, rows: 10, pixelWidth: 0, pixelHeight: 0)

    private func screen(_ term: String, _ depth: Abilities.ColorDepth) throws -> CursesScreen {
      _ = Environment(Environment.variables())
      return try CursesScreen(type: TerminalType.find([term], term: term), depth: depth, window: window)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func onlyWhatChangedIsSent() throws {
      var screen = try screen("xterm-256color", .palette256)
      var grid = Grid(columns: 40, rows: 10)
      grid[3, 2] = Cell("A", Style(RGB(255, 0, 0)))
      let first = text(screen.draw(grid))
      #expect(first.contains("\u{1b}[?1049h") && first.contains("38;5;196") && first.contains("A"))
      #expect(screen.draw(grid) == [])
      grid[3, 2].glyph = "B"
      let second = screen.draw(grid)
      #expect(text(second).contains("B") && second.count < 40)
      screen.forget()
      #expect(text(screen.draw(grid)).contains("\u{1b}[H\u{1b}[2J"))
    }

    @Test func theWayOutLeavesTheScreenAndShowsTheCursor() throws {
      let farewell = text(try screen("xterm-256color", .palette256).farewell)
      #expect(farewell.contains("\u{1b}[?1049l") && farewell.contains("\u{1b}[?25h"))
    }

    @Test func directColourNeedsNoInstalledDescription() throws {
      var screen = try screen(DirectColor.name, .truecolor)
      var grid = Grid(columns: 40, rows: 10)
      grid[0, 0] = Cell("A", Style(RGB(0x12, 0x34, 0x56), on: RGB(1, 2, 3)))
      let bytes = text(screen.draw(grid))
      #expect(bytes.contains("38;2;18;52;86") && bytes.contains("48;2;1;2;3"))
    }

    @Test func moreColourPairsThanTheTerminalHasAreMadeAnew() throws {
      // 8 colours: 63 pairs. Every frame has 49 of its own; the second frame's must replace the first's.
      var screen = try screen("xterm", .sixteen)
      for turn in 0..<2 {
        var grid = Grid(columns: 40, rows: 10)
        for i in 0..<49 {
          let front = ColorMap.ansi[(i / 7 + turn) % 8]
          grid[i % 40, i / 40] = Cell("▀", Style(front, on: ColorMap.ansi[(i % 7 + turn) % 8]))
        }
        let bytes = text(screen.draw(grid))
        for color in 0..<7 {
          let ways = ["[", ";"].flatMap { before in ["m", ";"].map { "\(before)3\((color + turn) % 8)\($0)" } }
          #expect(ways.contains { bytes.contains($0) })
        }
      }
    }

    @Test func widthsThatWouldBreakTheGridBecomeQuestionMarks() throws {
      var screen = try screen("xterm-256color", .palette256)
      var grid = Grid(columns: 40, rows: 10)
      grid[0, 0] = Cell("\u{1b}")
      grid[2, 0] = Cell("\u{301}")
      let bytes = text(screen.draw(grid))
      #expect(bytes.contains("? ?"))
    }

    @Test func theDescriptionIsMadeFromItsSource() throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "simscope-terminfo-\(UUID())")
      defer { try? FileManager.default.removeItem(at: folder) }
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let source = folder.appending(path: "source.ti")
      try (DirectColor.source + "\n").write(to: source, atomically: true, encoding: .utf8)
      let tic = try ChildProcess(["/usr/bin/tic", "-x", "-o", folder.path, source.path])
      try tic.waitUntilExit()
      let compiled = try Data(contentsOf: folder.appending(path: "s/\(DirectColor.name)"))
      #expect(compiled.base64EncodedString() == DirectColor.compiled)
    }
  }
}
