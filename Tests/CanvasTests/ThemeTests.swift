import Canvas
import Foundation
import Testing

private let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .appendingPathComponent("../../themes").standardized

private func file(_ name: String) throws -> String {
  try String(contentsOf: folder.appendingPathComponent("\(name).json"), encoding: .utf8)
}

@Test(arguments: ["dark", "light", "high-contrast", "mono", "nord"]) func themeFileIsWhole(name: String) throws {
  let theme = try Theme(json: file(name), source: "\(name).json")
  #expect(theme.name == name)
  #expect(try Theme(json: theme.json, source: "again") == theme)
}

@Test func themesInCodeAreTheFiles() throws {
  #expect(try Theme(json: file("dark"), source: "dark.json") == .builtin)
  #expect(try Theme(json: file("mono"), source: "mono.json") == .mono)
}

@Test func monoHasAttributesOnly() {
  #expect(Theme.Role.allCases.allSatisfy { Theme.mono[$0].foreground == nil && Theme.mono[$0].background == nil })
}

private func trouble(_ from: String, _ to: String) throws -> ThemeTrouble? {
  let json = try file("dark").replacing(from, with: to)
  return #expect(throws: ThemeTrouble.self) { try Theme(json: json, source: "mine.json") }
}

@Test func wrongKeysAndValuesAreNamedWithTheNearestSpelling() throws {
  let key = try trouble("\"border\"", "\"boarder\"")
  #expect(key?.what == "unknown colour “boarder”")
  #expect(key?.remedy == "did you mean “border”?")
  let value = try trouble("\"bold #7ee0c8\"", "\"blod #7ee0c8\"")
  #expect(value?.what == "“blod” is no colour")
  #expect(value?.place == "“brand” in mine.json")
  #expect(value?.remedy == "did you mean “bold”?")
  #expect(try trouble("#c9d1d9", "#c9d1g9")?.remedy == "write six hex digits: #rrggbb")
  #expect(try trouble("\"viridis\"", "\"virdis\"")?.remedy.hasPrefix("did you mean “viridis”?") == true)
  #expect(try trouble("\"heatmap\"", "\"heatmapp\"")?.what == "unknown key “heatmapp”")
  #expect(try trouble("    \"focus\": \"#6cb6ff\",\n", "")?.what == "no colour “focus”")
  #expect(try trouble("{", "")?.what.hasPrefix("a theme that is not JSON") == true)
}

@Test func stylesAreReadFromWords() throws {
  let json = try file("mono").replacing("\"faint\": \"dim\"", with: "\"faint\": \"underline #010203 on #0a0b0c\"")
  let theme = try Theme(json: json, source: "mine.json")
  #expect(theme[.faint] == Style(RGB(1, 2, 3), on: RGB(10, 11, 12), .underline))
  #expect(theme[.text] == Style())
}
