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

// MARK: btop's

private let btop = """
  # a comment with theme[title]="#000000"
  theme[main_bg]="#101418"
  theme[main_fg]='200 210 220'
  theme[title]="#ff"
  theme[hi_fg]="#0f1317" # too dark to be read
  theme[div_line]="#181818"
  theme[selected_bg]="#303030"
  theme[selected_fg]=""
  theme[cpu_box]="#3366ff"

  """

@Test func aThemeOfBtopIsTaken() throws {
  let light = try Theme(json: file("light"), source: "light.json")
  let ours = try file("dark")
  #expect(Theme.isBtop(btop) && !Theme.isBtop(ours))
  let theme = try Theme(btop: btop, name: "mine", source: "mine.theme", over: [.mono, light, .builtin])
  #expect(theme.name == "mine" && theme.heatmap == Theme.builtin.heatmap)
  #expect(theme[.screen] == Style(RGB(200, 210, 220), on: RGB(16, 20, 24)))
  #expect(theme[.title] == Style(RGB(hex: 0xffffff), on: nil, .bold))
  #expect(theme[.border] == Style(RGB(hex: 0x181818)))
  #expect(theme[.focus] == Style(RGB(hex: 0x3366ff)))
  #expect(theme[.selection].background == RGB(hex: 0x303030) && theme[.selection].foreground == nil)
  // Words can be read, and what btop has no colour for is as in the theme below.
  #expect(try #require(theme[.key].foreground).luminance > 0.3)
  #expect(theme[.bad] == Theme.builtin[.bad] && theme[.accuracy] == Theme.builtin[.accuracy])
  let bright = btop.replacing("#101418", with: "#f0f0f0").replacing("200 210 220", with: "#20")
  #expect(try Theme(btop: bright, name: "", source: "", over: [.builtin, light])[.bad] == light[.bad])
}

@Test(arguments: ["#12345", "1 2", "1 2 300", "1 2 3 4", "teal"]) func whatIsNoColourOfBtopsIsNamed(value: String) {
  let text = "\ntheme[main_bg]=\"\(value)\"\n"
  let trouble = #expect(throws: ThemeTrouble.self) { try Theme(btop: text, name: "", source: "x.theme", over: []) }
  #expect(trouble?.what == "“\(value)” is no colour of btop's" && trouble?.place == "x.theme, line 2")
}
