/// All keys by group, from the binding table, and what the numbers mean.
import Canvas
import Telemetry

extension Scene {
  private static let meanings: [(String, String)] = [
    ("loss", "NT-Xent: its debiased average, with the raw value beside it and the raw band behind the line"),
    ("of the way", "from the ceiling ln(2N−1), all views alike, to the floor that N and τ allow"),
    ("similarity", "cosines of the projections of one batch; the two views of a picture stand side by side"),
    ("positive", "mean cosine of two views of one picture; negative: of views of different pictures"),
    ("top-1", "how often a view's nearest of all 2N−1 others is its own partner"),
    ("rank", "how many directions the projections use: a falling rank warns of collapse"),
    ("kNN", "weighted nearest-neighbour accuracy on pictures held out; untrained: before the first step"),
    ("asked", "a turn on its way: the trainer obeys between two steps"),
  ]

  mutating func drawHelp(in area: Rect) {
    let inside = frame(nil, in: area, title: text("help", .title))
    let lines = helpLines(width: inside.width - 2)
    let first = min(state.scroll, max(0, lines.count - inside.height))
    for (y, line) in lines.dropFirst(first).prefix(inside.height).enumerated() {
      put(text(" ") + line, in: inside.row(y))
    }
    guard lines.count > first + inside.height, inside.height > 0 else { return }
    put(text("↓", .faint), in: inside.row(inside.height - 1), .right)
  }

  private func helpLines(width: Int) -> [Text] {
    var lines: [Text] = []
    for group in Binding.Group.allCases {
      lines.append(text(group.rawValue, .title))
      lines += bindings.filter { $0.group == group }.map { row($0.label, $0.help, .key) }
      lines.append(Text())
    }
    lines.append(text("what the numbers mean", .title))
    for (name, meaning) in Self.meanings {
      let wrapped = text(meaning).wrapped(to: max(10, width - 13))
      lines += wrapped.enumerated().map { text(($0.offset == 0 ? name : "").padded(to: 13), .accuracy) + $0.element }
    }
    return lines
  }

  private func row(_ label: String, _ help: String, _ role: Theme.Role) -> Text {
    text(label, role).padded(to: 13) + text(help)
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - unicodeScalars.count))
  }
}
