/// The themes on disk, and the one that was asked for.
import Basics
import Canvas
import Foundation

/// All themes, the one asked for first.
func themes(for arguments: Arguments) throws -> [Theme] {
  let found = try installedThemes()
  guard let asked = arguments["theme"] else { return found.isEmpty ? [Theme.builtin] : found }
  if let theme = found.first(where: { $0.name == asked }) { return [theme] + found.filter { $0 != theme } }
  guard let data = Files.contents(asked) else {
    let near = nearestSpelling(of: asked, in: found.map(\.name)).map { "; did you mean “\($0)”?" } ?? ""
    throw UsageError("--theme: no theme and no file “\(asked)”\(near); --theme list names them")
  }
  return [try theme(String(decoding: data, as: UTF8.self), from: asked, over: found)] + found
}

/// Our own format, or btop's.
private func theme(_ text: String, from file: String, over themes: [Theme]) throws -> Theme {
  guard Theme.isBtop(text) else { return try Theme(json: text, source: file) }
  let name = Files.stem(of: file)
  return try Theme(btop: text, name: name, source: file, over: themes)
}

/// `--theme list`
func listThemes(_ arguments: Arguments) throws -> Int32? {
  guard arguments["theme"] == "list" else { return nil }
  for theme in try installedThemes() { say(theme.name) }
  return 0
}

/// `dark` first, the others by name.
private func installedThemes() throws -> [Theme] {
  guard let folder = installedPath("themes") else { return [Theme.builtin] }
  let files = (Files.names(in: folder) ?? []).filter { $0.hasSuffix(".json") }
  return try files.sorted { ($0 != "dark.json", $0) < ($1 != "dark.json", $1) }.compactMap { file in
    let path = folder + "/" + file
    return try Files.contents(path).map {
      try Theme(json: String(decoding: $0, as: UTF8.self), source: path)
    }
  }
}

private func < (a: (Bool, String), b: (Bool, String)) -> Bool {
  a.0 == b.0 ? a.1 < b.1 : !a.0
}
