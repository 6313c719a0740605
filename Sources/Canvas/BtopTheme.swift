/// Themes of btop: lines such as `theme[main_bg]="#282a36"`, its own names for grounds, frames and graphs.

extension Theme {
  /// Which of btop's colours a role takes. What says good or bad, and runs that are to be told apart by any eye, keep
  /// the colours of the theme below: btop's have no such meaning.
  private static let btopNames: [(role: Role, name: String, attributes: Style.Attributes)] = [
    (.brand, "proc_box", .bold), (.title, "title", .bold), (.border, "div_line", []), (.focus, "cpu_box", []),
    (.key, "hi_fg", .bold), (.slider, "cpu_box", .bold), (.loss, "available_end", []), (.marker, "proc_misc", []),
    (.accuracy, "cached_end", []), (.rate, "upload_mid", []), (.gradient, "temp_mid", []), (.rank, "download_end", []),
  ]

  /// Whether this is the text of a btop theme.
  public static func isBtop(_ text: String) -> Bool { text.split(separator: "\n").contains { $0.hasPrefix("theme[") } }

  /// Reads a theme of btop.
  /// - Parameters:
  ///   - name: what the theme is called.
  ///   - source: the file's name for error texts.
  ///   - themes: what the file does not say is as in the first of these that is as dark.
  /// - Throws: `ThemeTrouble` for what is no colour.
  public init(btop text: String, name: String, source: String, over themes: [Theme]) throws {
    let colors = try Self.btopColors(text, source)
    let (ground, front) = (colors["main_bg"], colors["main_fg"])
    let isDark = (ground?.luminance ?? 0) < 0.5
    let base = themes.first { $0.isDark == isDark && !$0.isColorless } ?? .builtin
    var styles = Dictionary(uniqueKeysWithValues: Role.allCases.map { ($0, base[$0]) })
    styles[.screen] = Style(front, on: ground)
    styles[.text] = Style(front)
    for (role, name, attributes) in Self.btopNames {
      guard let color = colors[name] else { continue }
      // Lines may be as dim as they were meant, words must be read.
      styles[role] = Style(role == .border ? color : color.readable(on: ground, towards: front), attributes)
    }
    if let loss = styles[.loss]?.foreground, let ground { styles[.band] = Style(loss.mixed(with: ground, 0.5)) }
    // What btop writes on its graphs is often as bright as the rest.
    if let front, let ground {
      styles[.faint] = Style(front.mixed(with: ground, 0.4))
      styles[.reference] = styles[.faint]
    }
    if let chosen = colors["selected_bg"] { styles[.selection] = Style(colors["selected_fg"], on: chosen, .bold) }
    self.init(name: name, heatmap: base.heatmap, styles: styles)
  }

  private var isColorless: Bool { Role.allCases.allSatisfy { self[$0].foreground == nil } }

  /// The colours by btop's names; one that is left empty, for the terminal's own, is not there.
  private static func btopColors(_ text: String, _ source: String) throws -> [String: RGB] {
    var colors: [String: RGB] = [:]
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard line.hasPrefix("theme["), let close = line.firstIndex(of: "]"),
        let value = quoted(line[close...].dropFirst())
      else { continue }
      guard !value.isEmpty else { continue }
      guard let color = RGB(btop: value) else {
        throw ThemeTrouble(
          what: "“\(value)” is no colour of btop's", place: "\(source), line \(number + 1)",
          remedy: "write \"#rrggbb\", \"#gg\" or \"red green blue\"")
      }
      colors[String(line[..<close].dropFirst(6))] = color
    }
    return colors
  }

  /// What stands between quotes behind "="; nil when nothing does.
  private static func quoted(_ rest: Substring) -> String? {
    guard let open = rest.firstIndex(where: { $0 == "\"" || $0 == "'" }) else { return nil }
    return String(rest[rest.index(after: open)...].prefix { $0 != rest[open] })
  }
}

extension RGB {
  /// "#282a36", a grey as "#40", or "40 42 54".
  fileprivate init?(btop text: String) {
    let digits = text.dropFirst()
    if text.hasPrefix("#"), let hex = UInt32(digits, radix: 16) {
      guard digits.count == 6 || digits.count == 2 else { return nil }
      self.init(hex: digits.count == 6 ? hex : hex * 0x010101)
      return
    }
    let parts = text.split(separator: " ").compactMap { UInt8($0) }
    guard parts.count == 3, text.split(separator: " ").count == 3 else { return nil }
    self.init(parts[0], parts[1], parts[2])
  }

  /// As near to itself as can be read on a ground.
  fileprivate func readable(on ground: RGB?, towards front: RGB?) -> RGB {
    guard let ground, let front else { return self }
    let shares = stride(from: 0, through: 1, by: 0.1).lazy.map { mixed(with: front, $0) }
    return shares.first { abs($0.luminance - ground.luminance) >= 0.3 } ?? front
  }
}
