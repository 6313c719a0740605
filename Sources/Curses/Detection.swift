/// From the environment, the replies and the user's wishes to what may be drawn.
import Canvas

struct Detection: Equatable {
  var environment: Environment
  var options: TerminalOptions
  /// Colours of the terminal's description.
  var colors: Int
  var replies = Replies()
  /// What tmux says of itself, where it stands between.
  var tmux: TmuxQuestion.Answer?
  /// Pixels of a cell by the window's size; nil when the terminal does not say.
  var cell: (width: Int, height: Int)? { cellWidth > 0 && cellHeight > 0 ? (cellWidth, cellHeight) : nil }
  var cellWidth = 0
  var cellHeight = 0

  init(environment: Environment, options: TerminalOptions, colors: Int, window: WindowSize) {
    (self.environment, self.options, self.colors) = (environment, options, colors)
    note(window)
  }

  /// A cell's size is the floor: xterm counts its border in. tmux makes its pixels up.
  mutating func note(_ window: WindowSize) {
    let isForced = options.graphics == .sixel
    let isTrusted = !environment.multiplexed || isForced
    cellWidth = isTrusted ? window.pixelWidth / window.columns : 0
    cellHeight = isTrusted ? window.pixelHeight / window.rows : 0
    if cell == nil, isForced { (cellWidth, cellHeight) = Detection.usualCell }
  }

  /// The VT340's, where nothing is known.
  static let usualCell = (width: 10, height: 20)

  /// Switches on what arrives here: reports of the pointer, bracketed paste, keys in their usual form.
  var modes: String { MouseReport.on + "\u{1b}[?2004h" + replies.keyboardReset }

  var depth: Abilities.ColorDepth {
    let able: Abilities.ColorDepth =
      colors >= 1 << 24 ? .truecolor : colors >= 256 ? .palette256 : colors >= 8 ? .sixteen : .mono
    return min(able, wantedDepth ?? able)
  }

  /// What the terminal's description is to have. Where bytes are limited, more colours than asked for are not sent.
  var wantedDepth: Abilities.ColorDepth? {
    let saysDirect = environment.multiplexed ? tmux?.showsDirectColor ?? false : replies.showsDirectColor
    return TerminalType.wantedDepth(
      options.colors, in: environment, saysDirect: saysDirect && options.bytesPerSecond == nil)
  }

  /// What pictures may be drawn with, from the plainest up.
  var availableGraphics: [Abilities.Graphics] {
    var modes: [Abilities.Graphics] = [.ascii]
    if environment.unicode { modes += environment.term == "linux" ? [.half] : [.braille, .half, .quadrant, .sextant] }
    if let wish = options.graphics, !wish.isPixels, !modes.contains(wish) { modes.append(wish) }
    guard options.bytesPerSecond == nil else { return modes }
    if cell != nil, replies.showsSixel || options.graphics == .sixel { modes.append(.sixel) }
    if showsKitty { modes.append(.kitty) }
    return modes
  }

  /// By the terminal's own word; inside tmux by tmux's, or the user's where tmux passes commands on.
  private var showsKitty: Bool {
    guard environment.multiplexed else { return replies.showsKitty }
    guard let tmux, tmux.passes else { return false }
    return tmux.showsPlaceholders || options.graphics == .kitty
  }

  var abilities: Abilities {
    let modes = availableGraphics
    let best = modes.last.flatMap { $0.isPixels ? $0 : nil } ?? plainGraphics
    return Abilities(
      colors: depth, graphics: options.graphics.flatMap { modes.contains($0) ? $0 : nil } ?? best,
      unicode: environment.unicode, cellWidth: cellWidth, cellHeight: cellHeight)
  }

  /// Half blocks are in every font and carry two true colours a cell; without colours dots say more.
  private var plainGraphics: Abilities.Graphics {
    guard environment.unicode else { return .ascii }
    return depth == .mono && environment.term != "linux" ? .braille : .half
  }
}
