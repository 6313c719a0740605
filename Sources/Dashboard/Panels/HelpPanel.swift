/// All keys by group, from the binding table, and what the numbers mean.
import Canvas
import Telemetry

extension Scene {
  private static let meanings: [(String, String)] = [
    ("loss", "NT-Xent, or what --loss says: its debiased moving average; the newest raw value stands at the right"),
    ("of the way", "from the ceiling, all views alike (NT-Xent: ln(2N−1)), to the floor that N and τ allow"),
    ("similarity", "cosines of the projections of one batch; the two views of a picture stand side by side"),
    ("positive", "mean cosine of two views of one picture; negative: of views of different pictures"),
    ("top-1", "how often a view's nearest of all 2N−1 others is its own partner"),
    ("deviation", "of z in each dimension, as a share of 1/√d: 0 % is collapse"),
    ("rank", "how many directions the projections use: a falling rank warns of collapse"),
    ("probe batch", "pictures that stay the same, in views drawn once, embedded by the newest weights"),
    ("weight", "of a pair: the other's share of the softmax over all 2N−1 others of the anchor"),
    ("what-if", "this batch at other τ: entropy over the negatives; the partner's share of the softmax"),
    ("hard 1%", "how much of what pushes negatives away falls on each view's hardest hundredth of them"),
    ("= own label", "negatives of the anchor's own class: the loss pushes apart what belongs together"),
    ("kNN", "weighted nearest-neighbour accuracy on pictures held out; untrained: before the first step"),
    ("the band", "behind the line of a plot: smallest to largest raw value, so that no spike is lost"),
    ("▲ ▼ ×", "a value beyond the edge of a plot; a value that is no number"),
    ("╎ ┴", "a knob was turned here, its label says from what to what; something else happened"),
    ("●", "the lowest average of the loss, the highest accuracy; the sample under the crosshair"),
    ("asked", "a turn on its way: the trainer obeys between two steps"),
  ]

  mutating func drawHelp(in area: Rect) {
    let inside = frame(nil, in: area, title: text("help", .title)).inset(1, 0)
    // Keys and meanings stand side by side where both have room for their lines.
    let keys = keyLines
    let needed = keys.map(\.width).max() ?? 0
    let isWide = inside.width >= needed + 50
    let (left, right) = inside.cutLeft(isWide ? needed : inside.width, gap: 3)
    guard isWide else { return drawScrolled(keys + [Text()] + meaningLines(width: left.width), in: left) }
    drawScrolled(keys, in: left)
    drawScrolled(meaningLines(width: right.width), in: right)
  }

  private mutating func drawScrolled(_ lines: [Text], in area: Rect) {
    let first = min(state.scroll, max(0, lines.count - area.height))
    for (y, line) in lines.dropFirst(first).prefix(area.height).enumerated() { put(line, in: area.row(y)) }
    guard lines.count > first + area.height, area.height > 0 else { return }
    put(text("↓", .faint), in: area.row(area.height - 1), .right)
  }

  private var keyLines: [Text] {
    let groups = Binding.Group.allCases.map { group in
      [text(group.rawValue, .title)] + state.bindings.filter { $0.group == group }.map { row($0.label, $0.help, .key) }
    }
    let mouse = [text("mouse", .title)] + mouseHelp.map { row($0.0, $0.1, .key) }
    return Array((groups + [mouse]).joined(separator: [Text()]))
  }

  private func meaningLines(width: Int) -> [Text] {
    [text("what the numbers mean", .title)]
      + Self.meanings.flatMap { name, meaning in
        text(meaning).wrapped(to: max(10, width - 13)).enumerated().map { index, line in
          text((index == 0 ? name : "").padded(to: 13), .accuracy) + line
        }
      }
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
