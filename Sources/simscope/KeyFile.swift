/// `--keys FILE`: other keys, as `{"pause": "p", "undo": ["u", "ctrl-z"]}`.
import Basics
import Canvas
import Dashboard
import Foundation

/// The keys that a person wants: those of the file named, or of `keys.json` in the configuration folder, if there is one.
/// - Throws: `Trouble` naming the file, what is wrong in it and what is allowed.
func keyChanges(_ arguments: Arguments) throws -> KeyChanges {
  let path = arguments["keys"] ?? configurationFolder() + "/keys.json"
  guard let data = try Files.bytesIfThere(path, "cannot read the file of keys").map({ Data($0) }) else {
    if arguments["keys"] == nil { return KeyChanges() }
    throw Trouble("cannot read the file of keys", at: path, remedy: "check the path")
  }
  return try keyChanges(json: data, source: path)
}

/// `$XDG_CONFIG_HOME/simscope`, or `~/.config/simscope`.
func configurationFolder() -> String {
  let asked = Files.environmentPath("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
  return (asked ?? Files.home + "/.config") + "/simscope"
}

func keyChanges(json: Data, source: String) throws -> KeyChanges {
  guard let table = try? JSONSerialization.jsonObject(with: json) as? [String: Any] else {
    throw Trouble(
      "not a JSON object of actions and keys", at: source, remedy: #"write it like {"pause": "p", "undo": ["u"]}"#)
  }
  let changes = try table.sorted { $0.key < $1.key }.map { name, value in
    guard let action = actions.first(where: { $0.name == name }) else {
      let near = nearestSpelling(of: name, in: actions.map(\.name)).map { "; did you mean “\($0)”?" } ?? ""
      throw Trouble("no action is called “\(name)”\(near)", at: source, remedy: "--keys list names them")
    }
    guard let names = value as? [String] ?? (value as? String).map({ [$0] }) else {
      throw Trouble("“\(name)” wants a key or a list of keys", at: source, remedy: #"write "p" or ["p", "ctrl-p"]"#)
    }
    return (action: action, keys: try names.map { try key($0, source) })
  }
  let keys = KeyChanges(changes)
  if let (key, first, second) = keys.conflict {
    throw Trouble("“\(key.name)” is given to “\(first)” and to “\(second)”", at: source, remedy: "take it from one")
  }
  return keys
}

private func key(_ name: String, _ source: String) throws -> Key {
  guard let key = Key(name: name) else {
    let near = nearestSpelling(of: name, in: Key.names).map { "; did you mean “\($0)”?" } ?? ""
    throw Trouble(
      "no key is called “\(name)”\(near)", at: source,
      remedy: "a key is one character, ctrl-a…ctrl-z, f1…f12, \(Key.names.joined(separator: ", "))")
  }
  return key
}

/// `--keys list`: what can be given keys, and those it has.
func listKeys(_ arguments: Arguments) -> Int32? {
  guard arguments["keys"] == "list" else { return nil }
  for action in actions {
    say(padded(action.name, 18) + padded(action.standardKeys.joined(separator: " "), 22) + action.help)
  }
  return 0
}
