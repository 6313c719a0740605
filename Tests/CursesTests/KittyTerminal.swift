/// A terminal that knows the kitty graphics protocol, as far as is needed to say what a person would see: pictures by
/// number, where they are placed, and placeholders in cells. Commands that tmux would pass on are taken, too.
import CZlib
import Canvas

struct KittyTerminal {
  struct Place: Equatable {
    var picture: Int
    var area: Rect
  }

  /// A cell's placeholder: which part of which picture belongs on it.
  struct Part: Equatable {
    var picture: Int
    var row: Int
    var column: Int
  }

  private(set) var pictures: [Int: Bitmap] = [:]
  private(set) var places: [Place] = []
  /// Columns and rows of pictures that are shown through placeholders.
  private(set) var virtual: [Int: Rect] = [:]
  private(set) var parts: [Int: Part] = [:]
  /// What should not have come.
  private(set) var complaints: [String] = []
  private let columns: Int

  private var (x, y) = (0, 0)
  private var saved = (0, 0)
  private var color = 0
  private var pending: (keys: [String: String], payload: [UInt8])?

  init(columns: Int) { self.columns = columns }

  /// What stands on the screen by placeholders: whole pictures at their cells.
  func seen() -> [Place] {
    var found: [Place] = places
    for (picture, size) in virtual {
      let cells = parts.filter { $0.value.picture == picture }
      guard let corner = cells.first(where: { $0.value.row == 0 && $0.value.column == 0 })?.key else { continue }
      let area = Rect(x: corner % columns, y: corner / columns, width: size.width, height: size.height)
      let isWhole = (0..<size.height).allSatisfy { row in
        (0..<size.width).allSatisfy { column in
          parts[(area.y + row) * columns + area.x + column] == Part(picture: picture, row: row, column: column)
        }
      }
      if isWhole && cells.count == size.width * size.height { found.append(Place(picture: picture, area: area)) }
    }
    return found
  }

  mutating func take(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while let first = rest.first {
      if first == 27 { takeEscape(&rest) } else { takeText(&rest) }
    }
  }

  private mutating func takeText(_ rest: inout ArraySlice<UInt8>) {
    let end = rest.firstIndex(of: 27) ?? rest.endIndex
    var marks: [UInt32] = []
    var place: Int?
    for scalar in String(decoding: rest[..<end], as: UTF8.self).unicodeScalars {
      if KittyTerminal.isMark(scalar) {
        marks.append(scalar.value)
        continue
      }
      finish(place, marks)
      (place, marks) = (nil, [])
      if scalar.value == 0x10eeee { place = y * columns + x } else { parts[y * columns + x] = nil }
      x += 1
    }
    finish(place, marks)
    rest = rest[end...]
  }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.canonicalCombiningClass.rawValue == 230
  }

  /// A placeholder and its marks: row, column, upper byte of the number.
  private mutating func finish(_ place: Int?, _ marks: [UInt32]) {
    guard let place else { return }
    let numbers = marks.compactMap { KittyTerminal.numbers[$0] }
    guard numbers.count == 3, numbers.count == marks.count else { return complaints.append("marks \(marks)") }
    parts[place] = Part(picture: color | numbers[2] << 24, row: numbers[0], column: numbers[1])
  }

  /// The first of the protocol's list, written down by hand; enough for the tests' pictures.
  private static let numbers: [UInt32: Int] = {
    var marks: [UInt32] = [0x305, 0x30d, 0x30e, 0x310, 0x312, 0x33d, 0x33e, 0x33f, 0x346, 0x34a, 0x34b, 0x34c]
    marks += [0x350, 0x351, 0x352, 0x357, 0x35b] + Array(0x363...0x36f) + Array(0x483...0x487)
    marks += Array(0x592...0x595) + Array(0x597...0x599) + Array(0x59c...0x5a1) + [0x5a8, 0x5a9, 0x5ab, 0x5ac, 0x5af]
    marks += [0x5c4] + Array(0x610...0x617) + Array(0x657...0x65b) + [0x65d, 0x65e] + Array(0x6d6...0x6dc)
    marks += Array(0x6df...0x6e2) + [0x6e4, 0x6e7, 0x6e8, 0x6eb, 0x6ec]
    return Dictionary(uniqueKeysWithValues: marks.enumerated().map { ($1, $0) })
  }()

  private mutating func takeEscape(_ rest: inout ArraySlice<UInt8>) {
    let second = rest.dropFirst().first ?? 0
    switch second {
    case UInt8(ascii: "7"), UInt8(ascii: "8"):
      if second == UInt8(ascii: "7") { saved = (x, y) } else { (x, y) = saved }
      rest = rest.dropFirst(2)
    case UInt8(ascii: "["):
      let end = rest.dropFirst(2).firstIndex { (0x40...0x7e).contains($0) } ?? rest.endIndex - 1
      control(String(decoding: rest[(rest.startIndex + 2)..<end], as: UTF8.self), rest[end])
      rest = rest[(end + 1)...]
    case UInt8(ascii: "P"):  // passed through tmux: every ESC is doubled
      let head = Array("\u{1b}Ptmux;".utf8)
      guard rest.starts(with: head) else { return refuse(&rest) }
      var inner: [UInt8] = []
      var i = rest.startIndex + head.count
      while i + 1 < rest.endIndex, !(rest[i] == 27 && rest[i + 1] == UInt8(ascii: "\\")) {
        inner.append(rest[i])
        i += rest[i] == 27 ? 2 : 1
      }
      take(inner)
      rest = rest[(i + 2)...]
    case UInt8(ascii: "_"):
      let end = rest.indices.first { rest[$0] == 27 && $0 > rest.startIndex } ?? rest.endIndex - 2
      graphics(Array(rest[(rest.startIndex + 3)..<end]))
      rest = rest[(end + 2)...]
    default: refuse(&rest)
    }
  }

  private mutating func refuse(_ rest: inout ArraySlice<UInt8>) {
    complaints.append("escape \(rest.prefix(8))")
    rest = rest.dropFirst(2)
  }

  private mutating func control(_ text: String, _ final: UInt8) {
    let numbers = text.split(separator: ";").map { Int($0) ?? 0 }
    if final == UInt8(ascii: "H") { (x, y) = ((numbers.last ?? 1) - 1, (numbers.first ?? 1) - 1) }
    if final == UInt8(ascii: "m"), let at = numbers.firstIndex(of: 38) { color = numbers[at + 2] }
  }

  private mutating func graphics(_ bytes: [UInt8]) {
    let parts = bytes.split(separator: UInt8(ascii: ";"), maxSplits: 1, omittingEmptySubsequences: false)
    var keys: [String: String] = [:]
    for pair in String(decoding: parts[0], as: UTF8.self).split(separator: ",") {
      let sides = pair.split(separator: "=")
      keys[String(sides[0])] = String(sides[1])
    }
    let payload = parts.count > 1 ? Array(parts[1]) : []
    if payload.count > 4096 { complaints.append("a piece of \(payload.count)") }
    if keys["q"] != "2" { complaints.append("an answer is wanted: \(keys)") }
    if var begun = pending {
      begun.payload += payload
      pending = begun
      if keys["m"] == "0" { finishPicture() }
      return
    }
    let number = Int(keys["i"] ?? "") ?? 0
    switch keys["a"] {
    case "t":
      pending = (keys, payload)
      if keys["m"] != "1" { finishPicture() }
    case "p": place(number, keys)
    case "d":
      if keys["d"] != "I" { complaints.append("deletes \(keys)") }
      if pictures.removeValue(forKey: number) == nil { complaints.append("deletes \(number), which is not there") }
      places.removeAll { $0.picture == number }
      virtual[number] = nil
    default: complaints.append("\(keys)")
    }
  }

  private mutating func place(_ number: Int, _ keys: [String: String]) {
    guard pictures[number] != nil else { return complaints.append("places \(number), which is not there") }
    let (width, height) = (Int(keys["c"]!)!, Int(keys["r"]!)!)
    if keys["U"] == "1" {
      virtual[number] = Rect(x: 0, y: 0, width: width, height: height)
    } else {
      if keys["C"] != "1" { complaints.append("moves the cursor") }
      places.append(Place(picture: number, area: Rect(x: x, y: y, width: width, height: height)))
    }
  }

  private mutating func finishPicture() {
    let (keys, payload) = pending!
    pending = nil
    let (width, height) = (Int(keys["s"]!)!, Int(keys["v"]!)!)
    var pixels = [UInt8](repeating: 0, count: width * height * 3 + 1)
    var count = uLong(pixels.count)
    let packed = KittyTerminal.decoded(payload)
    let status = uncompress(&pixels, &count, packed, uLong(packed.count))
    guard keys["o"] == "z", keys["f"] == "24", status == Z_OK, Int(count) == width * height * 3 else {
      return complaints.append("\(count) bytes for \(keys), zlib \(status)")
    }
    let number = Int(keys["i"]!)!
    if pictures[number] != nil { complaints.append("\(number) is taken") }
    pictures[number] = Bitmap(width: width, height: height, pixels: Array(pixels.dropLast()))
  }

  private static func decoded(_ text: [UInt8]) -> [UInt8] {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    let values = text.compactMap { letters.firstIndex(of: $0) }
    let bits = values.flatMap { value in (0..<6).map { value >> (5 - $0) & 1 } }
    return stride(from: 0, to: bits.count / 8 * 8, by: 8).map { start in
      UInt8(bits[start..<start + 8].reduce(0) { $0 << 1 | $1 })
    }
  }
}
