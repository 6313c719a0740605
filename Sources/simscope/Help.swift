/// What `--help` prints, from the tables.
import Foundation

func generalHelp() -> String {
  let rows = programCommands.map { command in
    "  " + padded("\(command.name) \(command.usage)", 22) + command.summary
  }
  return """
    simscope watches and steers contrastive learning: a SimCLR trainer with a dashboard in the terminal.

      simscope ~/pictures            trains on a folder of pictures
      simscope                       trains on the sample data

    Commands (without one: train)
    \(rows.joined(separator: "\n"))

    simscope COMMAND --help tells each command's flags; in the dashboard ? tells the keys.
    --version says which this is.
    Exit status: 0 done, 1 failed, 2 wrong usage, 129 hangup, 130 interrupted, 131 quit, 143 terminated.
    """
}

func help(of command: ProgramCommand) -> [String] {
  var lines = ["simscope \(command.name) \(command.usage)".trimmingCharacters(in: .whitespaces), command.summary]
  var group: String?
  for flag in command.flags {
    if flag.group != group {
      lines.append("")
      if !flag.group.isEmpty { lines.append(flag.group) }
      group = flag.group
    }
    lines += row(of: flag)
  }
  return lines
}

private let helpColumn = 32
private let helpWidth = 100

private func row(of flag: Flag) -> [String] {
  let head = "  --\(flag.name) \(flag.value)"
  let lines = wrapped(flag.help, helpWidth - helpColumn)
  let rest = { (lines: ArraySlice<String>) in lines.map { padded("", helpColumn) + $0 } }
  if head.count > helpColumn - 2 { return [head] + rest(lines[...]) }
  return [padded(head, helpColumn) + (lines.first ?? "")] + rest(lines.dropFirst())
}

/// Words on lines of at most `width` characters; a longer word has a line of its own.
func wrapped(_ text: String, _ width: Int) -> [String] {
  text.split(separator: " ").reduce(into: []) { lines, word in
    if let last = lines.last, last.count + 1 + word.count <= width {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
