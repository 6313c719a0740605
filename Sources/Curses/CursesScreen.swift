/// ncurses at work on a file in memory: it finds the difference between two screens and says it in the terminal's own
/// language; sending the bytes is ours. So a slow terminal never holds us up inside ncurses.
import CNcurses
import CTerminal
import Canvas
import Glibc

struct CursesScreen: ~Copyable {
  private let screen: OpaquePointer
  private let file: UnsafeMutablePointer<FILE>
  private var colors: ColorMap
  private var pairs: ColorPairs
  private var inks: [Ink.Key: Ink] = [:]
  private var filter = InkFilter()
  /// What ncurses was last given; nil when all must be given again.
  private var given: Grid?

  /// How a style is asked for.
  private struct Ink {
    struct Key: Hashable {
      let style: Style
      let text: Bool
    }
    let attributes: attr_t
    let pair: Int32
  }

  private let hidesCursor: Bool
  /// What ncurses sends to leave the screen.
  let farewell: [UInt8]

  init(type: TerminalType, depth: Abilities.ColorDepth, window: WindowSize) throws(TerminalTrouble) {
    // Neither LINES and COLUMNS, which may be of another window, nor a failure where the description has no size, as the
    // Linux console's has none: ncurses then takes 24×80 until it is resized below.
    use_env(false)
    use_tioctl(true)
    let memory = fdopen(ct_memory_file(), "w+")
    let isDescribed = type.name != DirectColor.name || DirectColor.isOffered
    let opened = isDescribed ? memory.flatMap { nc_open(type.name, $0) } : nil
    guard let memory, let opened else {
      throw TerminalTrouble(
        "ncurses cannot start", at: "TERM=\(type.name)", remedy: "set TERM=xterm-256color, or use --plain")
    }
    (file, screen) = (memory, opened)
    set_term(screen)
    typeahead(-1)
    nonl()
    idcok(nc_screen(), false)  // shifting cells would shift pictures
    // A cursor that cannot be hidden waits in the last corner.
    hidesCursor = curs_set(0) != ERR
    leaveok(nc_screen(), hidesCursor)
    if depth > .mono {
      start_color()
      use_default_colors()
    }
    colors = ColorMap(depth: depth, count: type.colors)
    pairs = ColorPairs(capacity: Int(nc_color_pairs()))
    resize_term(Int32(window.rows), Int32(window.columns))
    doupdate()
    _ = CursesScreen.take(from: file)
    endwin()
    farewell = CursesScreen.take(from: file)
  }

  deinit {
    endwin()
    delscreen(screen)
    fclose(file)
  }

  /// The bytes that turn what the terminal shows into `grid`.
  mutating func draw(_ grid: Grid) -> [UInt8] {
    if !put(grid) {
      pairs.removeAll()
      inks.removeAll(keepingCapacity: true)
      given = nil
      _ = put(grid)
    }
    given = grid
    if !hidesCursor { wmove(nc_screen(), Int32(grid.rows) - 1, Int32(grid.columns) - 1) }
    wnoutrefresh(nc_screen())
    doupdate()
    return filter.filter(CursesScreen.take(from: file))
  }

  /// The next frame is sent whole.
  mutating func forget() {
    given = nil
    filter.forget()
    clearok(nc_screen(), true)
  }

  mutating func resize(columns: Int, rows: Int) {
    resize_term(Int32(rows), Int32(columns))
    forget()
  }

  /// Leaves curses' mode for a while; the next `draw` enters it again.
  mutating func leave() {
    endwin()
    _ = CursesScreen.take(from: file)
    forget()
  }

  /// Gives ncurses the cells that changed. False when the colour pairs ran out on the way.
  private mutating func put(_ grid: Grid) -> Bool {
    let same = given.flatMap { $0.columns == grid.columns && $0.rows == grid.rows ? $0.cells : nil }
    let isFresh = given == nil
    if same == nil { werase(nc_screen()) }
    for row in 0..<grid.rows {
      for column in 0..<grid.columns {
        let i = row * grid.columns + column
        let cell = grid.cells[i]
        if let same, same[i] == cell { continue }
        guard let ink = ink(for: cell, mayFail: !isFresh) else { return false }
        nc_put(Int32(row), Int32(column), glyph(cell.glyph), ink.attributes, ink.pair)
      }
    }
    return true
  }

  private mutating func ink(for cell: Cell, mayFail: Bool) -> Ink? {
    let key = Ink.Key(style: cell.style, text: !cell.glyph.isBlock)
    if let known = inks[key] { return known }
    let (foreground, background) = colors.numbers(for: key.style, text: key.text)
    guard let pair = pairs.number(foreground: foreground, background: background) ?? (mayFail ? nil : 0) else {
      return nil
    }
    let ink = Ink(attributes: attributes(of: key.style), pair: pair)
    inks[key] = ink
    return ink
  }

  private func attributes(of style: Style) -> attr_t {
    (style.attributes.contains(.bold) ? nc_bold : 0) | (style.attributes.contains(.dim) ? nc_dim : 0)
      | (style.attributes.contains(.underline) ? nc_underline : 0)
      | (style.attributes.contains(.reverse) ? nc_reverse : 0)
  }

  /// The glyph, or '?' for what would not fill one column.
  private func glyph(_ scalar: Unicode.Scalar) -> UInt32 {
    if scalar.value == 0 { return 32 }
    if (32..<127).contains(scalar.value) { return scalar.value }
    return nc_width(scalar.value) == 1 ? scalar.value : 63
  }

  private static func take(from file: UnsafeMutablePointer<FILE>) -> [UInt8] {
    fflush(file)
    let descriptor = fileno(file)
    let count = max(0, lseek(descriptor, 0, SEEK_CUR))
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(descriptor, buffer.baseAddress, count, 0))
    }
    lseek(descriptor, 0, SEEK_SET)
    ftruncate(descriptor, 0)
    return bytes
  }
}

extension Unicode.Scalar {
  /// Block elements and sextants: parts of pictures, not of text.
  var isBlock: Bool { (0x2580...0x259f).contains(value) || (0x1fb00...0x1fb3b).contains(value) }
}
