// What a terminal would show: the text only, by the few sequences that ncurses uses.

struct ShownText {
  let columns: Int
  let rows: Int
  private var cells: [[Character]]
  private var x = 0
  private var y = 0
  private var last: Character = " "
  /// The beginning of a sequence or character whose end has not come yet.
  private var rest: [UInt8] = []

  init(columns: Int, rows: Int) {
    (self.columns, self.rows) = (columns, rows)
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  var lines: [String] { cells.map { String($0) } }

  mutating func take(_ bytes: some Collection<UInt8>) {
    rest += bytes
    var place = 0
    while place < rest.count, let length = piece(at: place) { place += length }
    rest.removeFirst(place)
  }

  /// Obeys what begins there; nil when its end is missing.
  private mutating func piece(at start: Int) -> Int? {
    let first = rest[start]
    if first == 0x1b { return escape(at: start) }
    guard first >= 0x20 else {
      if first == 0x0d { x = 0 }
      if first == 0x0a { y += 1 }
      if first == 0x08 { x -= 1 }
      return 1
    }
    let length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
    guard start + length <= rest.count else { return nil }
    put(Character(String(decoding: rest[start..<start + length], as: UTF8.self)))
    return length
  }

  private mutating func put(_ character: Character, count: Int = 1) {
    last = character
    for _ in 0..<count {
      if cells.indices.contains(y), cells[y].indices.contains(x) { cells[y][x] = character }
      x += 1
    }
  }

  private mutating func escape(at start: Int) -> Int? {
    guard start + 1 < rest.count else { return nil }
    switch rest[start + 1] {
    case UInt8(ascii: "["):
      guard let end = rest[(start + 2)...].firstIndex(where: { (0x40...0x7e).contains($0) }) else { return nil }
      control(String(decoding: rest[start + 2..<end], as: UTF8.self), rest[end])
      return end + 1 - start
    case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"):
      // A string: until a bell or ESC \.
      guard
        let end = rest.indices.dropFirst(start + 2).first(where: {
          rest[$0] == 7 || (rest[$0] == UInt8(ascii: "\\") && rest[$0 - 1] == 0x1b)
        })
      else { return nil }
      return end + 1 - start
    case UInt8(ascii: "("), UInt8(ascii: ")"): return start + 2 < rest.count ? 3 : nil
    default: return 2
    }
  }

  private mutating func control(_ parameters: String, _ final: UInt8) {
    if let sign = parameters.first, "<=>?".contains(sign) { return }
    let numbers = parameters.split(separator: ";", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    let count = max(1, numbers[0])
    switch UnicodeScalar(final) {
    case "H": (y, x) = (count - 1, max(1, numbers.count > 1 ? numbers[1] : 1) - 1)
    case "d": y = count - 1
    case "G": x = count - 1
    case "A": y -= count
    case "B": y += count
    case "C": x += count
    case "D": x -= count
    case "b": put(last, count: count)
    case "X": blank(x..<x + count)
    case "K": blank(numbers[0] == 0 ? x..<columns : 0..<(numbers[0] == 1 ? x + 1 : columns))
    case "J": erase(below: numbers[0] == 0)
    default: break
    }
  }

  private mutating func blank(_ range: Range<Int>) {
    guard cells.indices.contains(y) else { return }
    for column in range.clamped(to: 0..<columns) { cells[y][column] = " " }
  }

  private mutating func erase(below: Bool) {
    if below { blank(x..<max(x, columns)) }
    for row in below ? min(y + 1, rows)..<rows : 0..<rows { cells[row] = Array(repeating: " ", count: columns) }
  }
}
