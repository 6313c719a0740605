/// The command palette: every action, knob, theme and panel by name, with values where they take one.
import Canvas
import Telemetry

/// What is typed after ":", and which of the entries found is chosen.
public struct Palette: Sendable, Equatable {
  var text = ""
  var chosen = 0
}

public enum PaletteIntent: Sendable, Equatable {
  case open, close
  case type(Unicode.Scalar)
  case erase
  /// Moves the choice.
  case choose(Int)
  /// Types the rest of the chosen entry's name.
  case complete
  case accept
}

/// One line of the palette.
struct PaletteEntry: Sendable {
  enum Effect: Sendable {
    case intent(Intent)
    case knob(Knob)
    /// Shows the picture of a number, or the first whose class or name holds a word.
    case picture
    /// Goes back to the newest checkpoint up to a step.
    case rewind
    /// Gives the run another length, in epochs or steps.
    case length(key: String)
    case theme(Int)
    case graphics(Abilities.Graphics)
  }

  let name: String
  /// What it does, or what it takes.
  let detail: String
  /// The keys that do the same.
  var keys = ""
  let effect: Effect

  /// It wants a value after its name.
  var takesValue: Bool {
    switch effect {
    case .knob, .picture, .rewind, .length: true
    default: false
    }
  }
}

// MARK: what there is

extension DashboardState {
  /// Everything that can be done now, in the order of the help screen.
  private var allEntries: [PaletteEntry] {
    var free = self
    free.palette = nil
    return free.knobEntries + free.actionEntries + free.placeEntries
  }

  private var knobEntries: [PaletteEntry] {
    guard isPreview || trains else { return [] }
    return knobs.map { knob in
      PaletteEntry(
        name: knob.name, detail: "now \(words(for: shownValue(of: knob), of: knob)) · \(words(for: range(of: knob)))",
        effect: .knob(knob))
    }
  }

  private var actionEntries: [PaletteEntry] {
    actions.filter { $0.intent != .palette(.open) }.compactMap { action in
      guard
        let binding = bindings.first(where: { binding in
          binding.matters(self) && binding.keys.contains { $0.intent == action.intent }
        })
      else { return nil }
      return PaletteEntry(
        name: String(action.name.map { $0 == "-" ? " " : $0 }), detail: binding.help, keys: binding.label,
        effect: .intent(action.intent))
    }
  }

  private var placeEntries: [PaletteEntry] {
    let pictures = [
      PaletteEntry(name: "picture", detail: "shows the picture of this number, class or file name", effect: .picture)
    ]
    let looks = themes.indices.map {
      PaletteEntry(name: "theme \(themes[$0].name)", detail: "colours", effect: .theme($0))
    }
    let graphics = availableGraphics.map {
      PaletteEntry(name: "graphics \($0.rawValue)", detail: "how pictures are drawn", effect: .graphics($0))
    }
    let rewind = [
      PaletteEntry(name: "rewind to", detail: "goes back to the newest checkpoint up to this step", effect: .rewind)
    ]
    let lengths = ["epochs", "steps"].map { key in
      PaletteEntry(
        name: key, detail: "the length of the run; the schedule is laid anew from the present rate",
        effect: .length(key: key))
    }
    return (showsPairs ? pictures : []) + (trains ? rewind + lengths : []) + looks + graphics
  }
}

// MARK: finding

extension DashboardState {
  /// The entries that match what was typed, the best first.
  var paletteEntries: [PaletteEntry] {
    guard let palette else { return [] }
    let typed = palette.text.split(separator: " ").map { $0.lowercased() }
    let found = allEntries.enumerated().compactMap { place, entry -> (rank: Int, place: Int, entry: PaletteEntry)? in
      rank(of: entry, for: typed).map { ($0, place, entry) }
    }
    return found.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }.map(\.entry)
  }

  /// Small for a good match; nil for none. An entry that takes a value matches by the words before it, too.
  private func rank(of entry: PaletteEntry, for typed: [String]) -> Int? {
    let whole = match(typed, entry)
    guard entry.takesValue, typed.count > 1 else { return whole }
    return [whole, match(Array(typed.dropLast()), entry)].compactMap(\.self).min()
  }

  private func match(_ typed: [String], _ entry: PaletteEntry) -> Int? {
    let name = entry.name.lowercased()
    let asked = typed.joined(separator: " ")
    if asked.isEmpty { return 4 }
    if case .knob(let knob) = entry.effect, [knob.sign, knob.key, knob.flag].contains(asked) { return 0 }
    if name == asked { return 0 }
    if name.hasPrefix(asked) { return 1 }
    let words = name.split { $0 == " " || $0 == "-" }
    if typed.allSatisfy({ one in words.contains { $0.hasPrefix(one) } }) { return 2 }
    if typed.allSatisfy({ name.contains($0) }) { return 3 }
    // Short words stand somewhere in every sentence.
    if asked.count > 3, typed.allSatisfy({ entry.detail.lowercased().contains($0) || name.contains($0) }) { return 5 }
    return nil
  }

  var chosenEntry: PaletteEntry? {
    let entries = paletteEntries
    return entries.isEmpty ? nil : entries[min(palette?.chosen ?? 0, entries.count - 1)]
  }

  /// What stands behind the entry's name; empty when there is nothing.
  private func value(for entry: PaletteEntry) -> String {
    let typed = (palette?.text ?? "").split(separator: " ").map(String.init)
    guard entry.takesValue, typed.count > 1, match(typed.map { $0.lowercased() }, entry).map({ $0 > 2 }) ?? true else {
      return ""
    }
    return typed[typed.count - 1]
  }
}

// MARK: obeying

extension DashboardState {
  mutating func obey(_ intent: PaletteIntent) -> [Command] {
    switch intent {
    case .open: palette = Palette()
    case .close: palette = nil
    case .type(let character):
      guard (palette?.text.unicodeScalars.count ?? 64) < 64 else { break }
      palette?.text += String(Character(character))
      palette?.chosen = 0
    case .erase:
      if palette?.text.isEmpty ?? true { palette = nil } else { palette?.text.removeLast() }
      palette?.chosen = 0
    case .choose(let rows):
      let count = paletteEntries.count
      guard count > 0, let chosen = palette?.chosen else { break }
      palette?.chosen = (min(chosen, count - 1) + rows + count) % count
    case .complete:
      guard let entry = chosenEntry else { break }
      palette = Palette(text: entry.name + (entry.takesValue ? " " : ""))
    case .accept: return acceptPalette()
    }
    return []
  }

  private mutating func acceptPalette() -> [Command] {
    guard let entry = chosenEntry else {
      message = Message("nothing here is called “\(palette?.text ?? "")”", .warning)
      return []
    }
    let value = value(for: entry)
    switch entry.effect {
    case .knob(let knob): return turn(knob, to: value)
    case .picture: showPicture(value)
    case .rewind:
      guard let step = Int(count: value) else {
        message = Message("rewind to takes a step of 0…\(self.step)", .warning)
        break
      }
      palette = nil
      return rewind(to: step)
    case .length(let key):
      let length = RunLength(key: key, count: Int(value) ?? 0)
      guard let length else {
        message = Message("\(key) takes a whole number from 1", .warning)
        break
      }
      palette = nil
      return extend(to: length)
    case .intent(let intent):
      palette = nil
      return update(&self, intent)
    case .theme(let index):
      palette = nil
      showTheme(index)
    case .graphics(let graphics):
      palette = nil
      showGraphics(graphics)
    }
    return []
  }

  mutating func extend(to length: RunLength) -> [Command] {
    message = Message("\(length.words) asked for: the schedule is laid anew after this step")
    return [.extend(length)]
  }

  /// Without a value the knob is chosen; a value that cannot be is told, and typing goes on.
  private mutating func turn(_ knob: Knob, to text: String) -> [Command] {
    selectedKnob = knobs.firstIndex { $0.key == knob.key } ?? selectedKnob
    guard !text.isEmpty else {
      palette = nil
      message = Message("\(knob.name) is chosen: ←→ turn it")
      return []
    }
    guard let value = value(of: knob, from: text) else { return [] }
    palette = nil
    return set(knob, to: value)
  }

  private mutating func showPicture(_ text: String) {
    guard !text.isEmpty else {
      message = Message(
        "picture takes a number of 0…\(max(0, snapshot.run.trainCount - 1)), a class or a name", .warning)
      return
    }
    palette = nil
    guard let number = Int(count: text) else {
      // From the next one on, so that asking again goes on.
      showPair(pairIndex + 1)
      return pairSearch = text
    }
    showPair(number)
  }
}
