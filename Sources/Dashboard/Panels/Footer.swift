/// The last line: the keys that matter now, a question, or a message; and the text of a failure.
import Canvas
import Telemetry

extension Scene {
  mutating func drawFooter(in area: Rect) {
    if state.asksToQuit { return drawQuestion(quitQuestion, in: area) }
    if state.rewindAsked != nil { return drawQuestion(state.rewindQuestion, in: area) }
    if let palette = state.palette, state.message == nil { return drawTypedLine(":", palette.text, in: area) }
    if state.isSearching, let search = state.logSearch { return drawTypedLine("/", search.text, in: area) }
    if let message = state.message {
      let role: Theme.Role = message.tone == .warning ? .warning : message.tone == .good ? .good : .title
      for (y, line) in text(message.line, role).wrapped(to: area.width - 2).enumerated() {
        put(text(" ") + line, in: area.row(y))
      }
      return
    }
    let ends = state.bindings.filter { $0.label == "?" || $0.label == "q" }.filter { isShown($0) }.map { keyText($0) }
    let rest = state.bindings.filter { isShown($0) && $0.label != "?" && $0.label != "q" }.map { keyText($0) }
    let right = Text.joined(ends, by: text("  "))
    let hint = typingHint
    let left = hint + fitting(rest, area.width - right.width - hint.width - 4, by: text("  "))
    put(text(" ") + left, in: area)
    if left.width + right.width + 3 <= area.width { put(right + text(" "), in: area, .right) }
  }

  /// What may be typed.
  private var typingHint: Text {
    guard state.isTyping else { return Text() }
    let knob = state.chosenKnob
    return text("\(knob.name) ", .title) + text("\(words(for: state.range(of: knob)))  ", .faint)
  }

  /// What is typed after a sign, and the keys that go with it.
  private mutating func drawTypedLine(_ sign: String, _ typed: String, in area: Rect) {
    let line = text(" " + sign, .key) + text(typed, .title) + text("▏", .asked)
    let keys = Text.joined(state.bindings.filter { isShown($0) }.map { keyText($0) }, by: text("  "))
    put(line, in: area)
    if line.width + keys.width + 4 <= area.width { put(keys + text(" "), in: area, .right) }
  }

  private func isShown(_ binding: Binding) -> Bool {
    !binding.word.isEmpty && binding.matters(state) && binding.isShown(state)
  }

  private func keyText(_ binding: Binding) -> Text {
    text(binding.label, .key) + text(" " + binding.word, .faint)
  }

  private var quitQuestion: [String] {
    ["quit? it saves first; `simscope resume \(snapshot.run.name)` goes on", "quit? it saves first", "quit?"]
  }

  /// The longest way to ask that has room.
  private mutating func drawQuestion(_ ways: [String], in area: Rect) {
    let keys = Text.joined(state.bindings.filter { isShown($0) }.map { keyText($0) }, by: text("  "))
    let question = ways.first { $0.count + keys.width + 5 <= area.width } ?? ways[ways.count - 1]
    put(text(" \(question)   ", .warning) + keys, in: area)
  }

  mutating func drawFailure(in area: Rect) {
    guard case .failed(let reason) = snapshot.state else { return }
    let inside = Box(title: text("✗ failed", .bad), style: theme[.bad]).draw(in: area, of: &grid)
    for (y, line) in text(reason).wrapped(to: inside.width - 2).prefix(inside.height).enumerated() {
      put(text(" ") + line, in: inside.row(y))
    }
  }
}
