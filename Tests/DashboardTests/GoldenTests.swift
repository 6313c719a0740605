/// Screens as text: every panel at five sizes, in each depth of colours that changes what stands on it.
import Canvas
import Foundation
import Telemetry
import Testing

@testable import Dashboard

private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")

/// The glyphs of a screen must be those of its file. With RECORD_GOLDEN=1 the file is written, and the test fails.
func expectGolden(_ name: String, _ state: DashboardState, _ columns: Int, _ rows: Int) throws {
  try expectGolden(view(state, columns: columns, rows: rows).grid.description + "\n", "\(name)-\(columns)x\(rows).txt")
}

private func expectGolden(_ text: String, _ name: String) throws {
  let file = folder.appendingPathComponent(name)
  if ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1" {
    try text.write(to: file, atomically: true, encoding: .utf8)
    Issue.record("recorded \(name)")
  }
  #expect(try text == String(contentsOf: file, encoding: .utf8))
}

private let sizes = [(20, 5), (40, 12), (80, 24), (120, 36), (200, 60)]

/// With 256 colours a screen has the glyphs that it has with more; with 8 those that it has with 16.
private let depths: [(name: String, abilities: Abilities)] = [
  ("colours", FakeRun.plenty), ("16 colours", Abilities(colors: .sixteen, graphics: .quadrant, unicode: true)),
  ("mono", Abilities(colors: .mono, graphics: .quadrant, unicode: true)), ("ascii", FakeRun.plain),
]

private struct GoldenScreen: Sendable {
  let name: String
  let prepare: @Sendable (inout DashboardState) -> Void
}

private let screens: [GoldenScreen] =
  [GoldenScreen(name: "overview") { _ in }, GoldenScreen(name: "help") { $0.screen = .help }]
  + Panel.allCases.map { panel in GoldenScreen(name: panel.rawValue) { $0.screen = .panel(panel) } }
  + [GoldenScreen(name: "sheet") { ($0.screen, $0.showsSheet, $0.sheet) = (.panel(.views), true, FakeRun.sheet()) }]

/// One under the other in a file, and under one heading where they are alike.
@Test(arguments: screens.indices, sizes) func screensLookAsRecorded(screen: Int, size: (columns: Int, rows: Int)) throws
{
  var texts: [(names: [String], text: String)] = []
  for depth in depths {
    var state = FakeRun.state(depth.abilities)
    screens[screen].prepare(&state)
    let text = view(state, columns: size.columns, rows: size.rows).grid.description
    if let same = texts.firstIndex(where: { $0.text == text }) {
      texts[same].names.append(depth.name)
    } else {
      texts.append(([depth.name], text))
    }
  }
  let whole = texts.map { "== \($0.names.joined(separator: ", "))\n\($0.text)\n" }.joined()
  try expectGolden(whole, "\(screens[screen].name)-\(size.columns)x\(size.rows).txt")
}

@Test(arguments: [(40, 12), (80, 24), (120, 36), (200, 60)]) func explorerLooksAsRecorded(columns: Int, rows: Int)
  throws
{
  var state = FakeRun.state()
  state.screen = .panel(.similarity)
  _ = update(&state, .similarity(.temperature(-1)))
  try expectGolden("explorer", state, columns, rows)
  for _ in 0..<4 { _ = update(&state, .similarity(.zoom(1))) }
  try expectGolden("explorer-zoomed", state, columns, rows)
}

@Test func otherScreensLookAsRecorded() throws {
  var palette = FakeRun.state()
  palette.palette = Palette(text: "te", chosen: 1)
  try expectGolden("palette", palette, 80, 24)
  var preview = DashboardState(themes: [.builtin], abilities: FakeRun.plenty, isPreview: true)
  (preview.snapshot.run, preview.pair) = (FakeRun.description(), FakeRun.pair())
  try expectGolden("preview", preview, 100, 30)
  var start = DashboardState(themes: [.builtin], abilities: FakeRun.plenty)
  (start.snapshot.run, start.snapshot.state) = (FakeRun.description(), .decoding(done: 3211, of: 10_000))
  try expectGolden("start", start, 80, 24)
  var first = FakeRun.state()
  first.greet()
  try expectGolden("greeting", first, 80, 24)
}
