/// A flag of the command line: a row of a command's table, for parsing and for `--help`.
import Basics
import Telemetry
import Training

struct Flag: Sendable {
  /// Without the dashes.
  let name: String
  /// What its value looks like ("N", "NAME|FILE"), or the words it may be ("a|b"); empty for a switch.
  let value: String
  let help: String
  var group = ""

  init(_ name: String, _ value: String = "", _ help: String, group: String = "") {
    (self.name, self.value, self.help, self.group) = (name, value, help, group)
  }

  init(_ setting: Setting) {
    self.init(String(setting.flag.dropFirst(2)), setting.value, setting.help, group: setting.group.rawValue)
  }

  /// The value is a path, in which `~` is expanded: a shell does not do so behind “=”.
  var isPath: Bool { value.split(separator: "|").contains { ["FILE", "DIR", "RUN", "DATA"].contains($0) } }

  /// The words it may be.
  var choices: [String] {
    value.contains("|") && value != value.uppercased() ? value.split(separator: "|").map(String.init) : []
  }

  /// The setting of this name, when there is one.
  var setting: Setting? { Setting.named(String(name.map { $0 == "-" ? "_" : $0 })) }
}

/// A mistake on the command line; exit 2.
struct UsageError: Error {
  let text: String
  init(_ text: String) { self.text = text }
}

/// What stands on the command line after the command's name.
struct Arguments {
  private(set) var words: [String] = []
  private(set) var values: [String: String] = [:]
  /// Flags in the order given.
  private(set) var given: [(flag: Flag, value: String)] = []

  subscript(flag: String) -> String? { values[flag] }
  func has(_ flag: String) -> Bool { values[flag] != nil && values[flag] != "false" }

  /// - Throws: `UsageError` naming the flag, what is allowed, and the nearest valid spelling.
  init(_ arguments: [String], flags: [Flag]) throws {
    var rest = arguments[...]
    while var argument = rest.popFirst() {
      if argument == "-o" { argument = "--output" }
      if argument == "--" {
        words += rest.map(Files.expandingTilde)
        return
      }
      guard argument.hasPrefix("-"), argument.count > 1 else {
        words.append(Files.expandingTilde(argument))
        continue
      }
      guard argument.hasPrefix("--") else { throw Self.unknown(argument, flags) }
      let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let flag = flags.first(where: { $0.name == name }) else { throw Self.unknown("--" + name, flags) }
      let value = try Self.value(of: flag, inline: parts.count > 1 ? String(parts[1]) : nil, &rest)
      values[name] = flag.isPath ? Files.expandingTilde(value) : value
      given.append((flag, values[name]!))
    }
  }

  private static func unknown(_ argument: String, _ flags: [Flag]) -> UsageError {
    let owners = programCommands.filter { $0.flags.contains { "--" + $0.name == argument } }.map(\.name)
    guard owners.isEmpty else {
      return UsageError("\(argument) is a flag of \(owners.joined(separator: ", ")), not of this command; see --help")
    }
    let near = nearestSpelling(of: argument, in: flags.map { "--" + $0.name }).map { "; did you mean \($0)?" }
    return UsageError("unknown flag \(argument)\(near ?? "; see --help")")
  }

  private static func value(of flag: Flag, inline: String?, _ rest: inout ArraySlice<String>) throws -> String {
    if let inline { return try checked(inline, flag) }
    if flag.value.isEmpty {
      // A switch stands alone; `true` or `false` may follow.
      if let next = rest.first, next == "true" || next == "false" { return rest.removeFirst() }
      return "true"
    }
    guard let next = rest.popFirst() else { throw UsageError("--\(flag.name) needs a value: \(flag.value)") }
    return try checked(next, flag)
  }

  private static func checked(_ value: String, _ flag: Flag) throws -> String {
    let choices = flag.choices
    guard !choices.isEmpty, !choices.contains(value), flag.setting == nil else { return value }
    let near = nearestSpelling(of: value, in: choices).map { "; did you mean “\($0)”?" } ?? ""
    throw UsageError("--\(flag.name) is one of \(flag.value), not “\(value)”\(near)")
  }

  /// Takes the settings among the flags, in the order given.
  /// - Parameter isWanted: which of them.
  func apply(to configuration: inout Configuration, where isWanted: (Setting) -> Bool = { _ in true }) throws {
    for (flag, value) in given {
      guard let setting = flag.setting, isWanted(setting) else { continue }
      do { try setting.apply(value, to: &configuration) } catch let trouble as Trouble {
        throw UsageError(trouble.what)
      }
    }
    configuration.preferLast(given.compactMap { $0.flag.setting }.filter(isWanted).map(\.key))
  }

  /// A number flag in a range.
  func number(_ flag: String, _ range: ClosedRange<Double>, default standard: Double) throws -> Double {
    guard let text = self[flag] else { return standard }
    guard let value = Double(text), range.contains(value) else {
      let (low, high) = (JSONLine.number(range.lowerBound), JSONLine.number(range.upperBound))
      throw UsageError("--\(flag) goes from \(low) to \(high), not “\(text)”")
    }
    return value
  }

  /// The words of a command that takes exactly these.
  func words(_ names: [String], optional: Int = 0) throws -> [String] {
    guard words.count <= names.count else { throw UsageError("unexpected “\(words[names.count])”") }
    guard words.count >= names.count - optional else { throw UsageError("\(names[words.count]) is missing") }
    return words
  }
}
