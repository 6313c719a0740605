/// Themes as JSON: `{"name": …, "heatmap": …, "colors": {role: "bold #rrggbb on #rrggbb", …}}`.
import Foundation

/// What is wrong with a theme, where, and what to do.
public struct ThemeTrouble: Error, Equatable, CustomStringConvertible {
  public let what: String
  public let place: String
  public let remedy: String

  public var description: String { "\(what), \(place); \(remedy)" }
}

extension Theme {
  /// Reads a theme; `source` is the file's name for error texts. Every role must be named once. Throws `ThemeTrouble`.
  public init(json: String, source: String) throws {
    let file = try Self.object(json, source)
    try Self.check(file.keys, against: ["name", "heatmap", "colors"], "key", source)
    guard let name = file["name"] as? String else {
      throw ThemeTrouble(what: "a theme without “name”", place: source, remedy: "add \"name\": \"…\"")
    }
    guard let colors = file["colors"] as? [String: Any] else {
      throw ThemeTrouble(what: "a theme without “colors”", place: source, remedy: "add \"colors\": {…}")
    }
    let roles = Role.allCases.map(\.rawValue)
    try Self.check(colors.keys, against: roles, "colour", source)
    var styles: [Role: Style] = [:]
    for role in Role.allCases {
      guard let value = colors[role.rawValue] else {
        throw ThemeTrouble(what: "no colour “\(role.rawValue)”", place: source, remedy: "name every colour, or null")
      }
      styles[role] = try Self.style(value, "“\(role.rawValue)” in \(source)")
    }
    self.init(name: name, heatmap: try Self.colorMap(file["heatmap"], source), styles: styles)
  }

  /// The theme as a file.
  public var json: String {
    let lines = Role.allCases.map { "    \"\($0.rawValue)\": \(self[$0].words.map { "\"\($0)\"" } ?? "null")" }
    return "{\n  \"name\": \"\(name)\",\n  \"heatmap\": \"\(heatmap.name)\",\n  \"colors\": {\n"
      + lines.joined(separator: ",\n") + "\n  }\n}\n"
  }

  private static func object(_ json: String, _ source: String) throws -> [String: Any] {
    do {
      if let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] { return object }
    } catch {
      let reason = (error as NSError).userInfo["NSDebugDescription"] as? String ?? "it cannot be read"
      throw ThemeTrouble(what: "a theme that is not JSON: \(reason)", place: source, remedy: "mend it there")
    }
    throw ThemeTrouble(what: "a theme that is not a JSON object", place: source, remedy: "start with {")
  }

  private static func check(
    _ keys: some Sequence<String>, against known: [String], _ kind: String, _ source: String
  ) throws {
    guard let wrong = keys.sorted().first(where: { !known.contains($0) }) else { return }
    throw ThemeTrouble(
      what: "unknown \(kind) “\(wrong)”", place: source, remedy: "did you mean “\(nearest(to: wrong, in: known))”?")
  }

  private static func colorMap(_ value: Any?, _ source: String) throws -> ColorMap {
    let names = ColorMap.all.map(\.name)
    let wanted = value as? String ?? ""
    if let map = ColorMap.named(wanted) { return map }
    throw ThemeTrouble(
      what: "“heatmap” is “\(wanted)”", place: source,
      remedy: "did you mean “\(nearest(to: wanted, in: names))”? There are: \(names.joined(separator: ", "))")
  }

  private static func style(_ value: Any, _ place: String) throws -> Style {
    if value is NSNull { return Style() }
    guard let text = value as? String else {
      throw ThemeTrouble(what: "a value that is no text", place: place, remedy: "write \"#rrggbb\" or null")
    }
    return try Style(words: text, place)
  }
}

extension Style {
  private static let attributeWords: [(String, Attributes)] = [
    ("bold", .bold), ("dim", .dim), ("underline", .underline), ("reverse", .reverse),
  ]

  /// From "bold #ffffff on #202020": attributes, a colour, and a ground after "on". "default" is the terminal's own.
  fileprivate init(words text: String, _ place: String) throws {
    self.init()
    var isGround = false
    for word in text.split(separator: " ").map(String.init) {
      if let (_, attribute) = Self.attributeWords.first(where: { $0.0 == word }) {
        attributes.insert(attribute)
      } else if word == "on" {
        isGround = true
      } else {
        let color = try Self.color(word, place)
        if isGround { background = color } else { foreground = color }
      }
    }
  }

  private static func color(_ word: String, _ place: String) throws -> RGB? {
    if word == "default" { return nil }
    if word.hasPrefix("#"), word.count == 7, let hex = UInt32(word.dropFirst(), radix: 16) { return RGB(hex: hex) }
    let words = attributeWords.map(\.0) + ["on", "default"]
    let remedy =
      word.hasPrefix("#") ? "write six hex digits: #rrggbb" : "did you mean “\(nearest(to: word, in: words))”?"
    throw ThemeTrouble(what: "“\(word)” is no colour", place: place, remedy: remedy)
  }

  /// The text `init(words:)` reads; nil for the terminal's own look.
  fileprivate var words: String? {
    var parts = Self.attributeWords.filter { attributes.contains($0.1) }.map(\.0)
    if let foreground { parts.append(foreground.hex) } else if background != nil { parts.append("default") }
    if let background { parts += ["on", background.hex] }
    return parts.isEmpty ? nil : parts.joined(separator: " ")
  }
}

extension RGB {
  /// "#rrggbb"
  public var hex: String {
    let digits = String(UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue), radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }
}

/// The word with the fewest changed, added or removed letters.
func nearest(to word: String, in words: [String]) -> String {
  words.min { editDistance(word, $0) < editDistance(word, $1) } ?? ""
}

private func editDistance(_ a: String, _ b: String) -> Int {
  let (from, to) = (Array(a), Array(b))
  var row = Array(0...to.count)
  for i in from.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in to.indices {
      let change = diagonal + (from[i] == to[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(change, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[to.count]
}
