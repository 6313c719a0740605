/// A small sixel decoder after DEC's description (VT330/VT340 Programmer Reference, chapter 14).
import Canvas

struct SixelPicture {
  struct Broken: Error { let byte: Int }

  var width = 0
  var height = 0
  /// By y · width + x; pixels that nobody drew are absent.
  var colors: [Int: RGB] = [:]

  init(_ bytes: [UInt8]) throws {
    let text = bytes.map { Character(Unicode.Scalar($0)) }
    let head = "\u{1b}P0;1;0q\"1;1;"
    guard String(text.prefix(head.count)) == head, String(text.suffix(2)) == "\u{1b}\\" else { throw Broken(byte: 0) }
    var position = head.count
    var palette: [Int: RGB] = [:]
    var color = RGB(0, 0, 0)
    var (x, top) = (0, 0)

    func numbers() -> [Int] {
      let start = position
      while text[position].isNumber || text[position] == ";" { position += 1 }
      return String(text[start..<position]).split(separator: ";").map { Int($0)! }
    }
    func draw(_ pattern: UInt8, _ count: Int, _ picture: inout SixelPicture) throws {
      guard (63...126).contains(pattern), x + count <= picture.width else { throw Broken(byte: position) }
      for k in 0..<6 where (pattern - 63) >> UInt8(k) & 1 == 1 && top + k < picture.height {
        for column in x..<x + count { picture.colors[(top + k) * picture.width + column] = color }
      }
      x += count
    }

    let size = numbers()
    (width, height) = (size[0], size[1])
    while position < text.count - 2 {
      let mark = text[position]
      position += 1
      switch mark {
      case "#":
        let given = numbers()
        if given.count == 5 {
          let levels = given.suffix(3).map { UInt8(Double($0) * 2.55 + 0.5) }
          palette[given[0]] = RGB(levels[0], levels[1], levels[2])
        } else {
          guard let known = palette[given[0]] else { throw Broken(byte: position) }
          color = known
        }
      case "!":
        let count = numbers()[0]
        try draw(bytes[position], count, &self)
        position += 1
      case "$": x = 0
      case "-": (x, top) = (0, top + 6)
      default: try draw(bytes[position - 1], 1, &self)
      }
    }
  }
}
