/// What a person has made of the screen, kept from run to run: `screen.json` in the configuration folder.
import Basics
import Dashboard
import Foundation

struct ScreenMemory {
  var arrangement = Arrangement()
  /// Of the theme; nil: the first there is.
  var theme: String?
  /// Another theme was asked for on the command line.
  var isOverruled = false
  /// Nothing was kept: the dashboard has not been seen here before.
  var isFirst = false

  private static var path: String { configurationFolder() + "/screen.json" }

  /// What was kept; a file that cannot be read counts as none, for it holds nothing that matters.
  static func load(_ arguments: Arguments) -> ScreenMemory {
    var memory = Files.contents(path).map(ScreenMemory.init(json:)) ?? ScreenMemory()
    memory.isOverruled = arguments.has("theme")
    memory.isFirst = !Files.exists(path)
    return memory
  }

  /// Writes what has become of it, if that is something else.
  func keep(_ now: ScreenMemory) {
    guard (now.arrangement, now.theme) != (arrangement, theme) else {
      // That it was seen is worth no complaint.
      if isFirst { try? now.save() }
      return
    }
    do { try now.save() } catch { complain("\(error)") }
  }

  private func save() throws {
    var object: [String: Any] = ["layout": arrangement.preset.rawValue]
    object["theme"] = theme
    object["top"] = arrangement.top
    object["left"] = arrangement.left
    if !arrangement.hidden.isEmpty { object["hidden"] = arrangement.hidden.map(\.rawValue).sorted() }
    do {
      _ = Files.makeFolder(configurationFolder())
      let json = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted, .sortedKeys])
      try SafeFile.write([UInt8](json), to: Self.path)
    } catch {
      throw Trouble(
        "the screen's arrangement cannot be kept", at: Self.path, remedy: "check that its folder may be written")
    }
  }
}

extension ScreenMemory {
  /// What a file keeps; values that cannot be count as not kept.
  init(json: Data) {
    self.init()
    guard let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else { return }
    theme = object["theme"] as? String
    arrangement.preset = (object["layout"] as? String).flatMap { .init(rawValue: $0) } ?? .quarters
    arrangement.top = Self.share(object["top"])
    arrangement.left = Self.share(object["left"])
    arrangement.hidden = Set((object["hidden"] as? [String] ?? []).compactMap { Panel(rawValue: $0) })
  }

  /// Share of the screen, 0…1; nil for anything else.
  private static func share(_ value: Any?) -> Double? {
    (value as? Double).flatMap { (0...1).contains($0) ? $0 : nil }
  }
}
