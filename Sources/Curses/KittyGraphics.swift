/// The kitty graphics protocol: a picture is sent once under a number, then placed over cells, then deleted. Inside tmux
/// its commands are passed through, and the picture stands where tmux shows placeholders: letters of one column, in a
/// colour that is the number, with marks that tell which part of the picture belongs on them.
/// (https://sw.kovidgoyal.net/kitty/graphics-protocol)
import CZlib
import Canvas

struct KittyGraphics: Equatable {
  /// Commands are passed on to the terminal that tmux runs in.
  var throughTmux: Bool

  /// A terminal that knows the protocol answers OK to this; others ignore it.
  static let question = "\u{1b}_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u{1b}\\"

  /// Numbers of pictures go round 16…255, the colours of a terminal with 256 that are told by their number alone. The
  /// upper byte keeps them apart from those of other programs in the same terminal.
  private static func identity(_ number: UInt8) -> Int { Int(number) | upperByte << 24 }
  private static let upperByte = 0x53

  /// A picture's pixels, compressed, in pieces of 4,096 letters.
  func transmission(of bitmap: Bitmap, as number: UInt8) -> [UInt8] {
    let letters = base64(compressed(bitmap.pixels))
    let head = "a=t,f=24,o=z,t=d,q=2,i=\(Self.identity(number)),s=\(bitmap.width),v=\(bitmap.height)"
    return stride(from: 0, to: letters.count, by: 4096).flatMap { start in
      let end = min(start + 4096, letters.count)
      let more = "m=\(end < letters.count ? 1 : 0)"
      return command(start == 0 ? "\(head),\(more)" : "\(more),q=2", letters[start..<end])
    }
  }

  /// Shows a picture over cells, scaled to fill them.
  func placement(of number: UInt8, over area: Rect) -> [UInt8] {
    let size = "i=\(Self.identity(number)),c=\(area.width),r=\(area.height),q=2"
    guard throughTmux else { return sent(at: area.x, area.y, command("a=p,p=1,C=1,\(size)")) }
    return command("a=p,U=1,\(size)") + placeholders(for: number, over: area)
  }

  /// tmux forgets nothing of these, they are text; but who writes over them must write them again.
  func placeholders(for number: UInt8, over area: Rect) -> [UInt8] {
    let color = Array("\u{1b}[0;38;5;\(number)m".utf8)
    return (0..<area.height).flatMap { row in
      let letters = (0..<area.width).flatMap { column in
        Self.letter(row, column)
      }
      return sent(at: area.x, area.y + row, color + letters)
    }
  }

  /// Takes a picture from the screen and from the terminal's memory.
  func deletion(of number: UInt8) -> [UInt8] { command("a=d,d=I,i=\(Self.identity(number)),q=2") }

  private func command(_ control: String, _ payload: ArraySlice<UInt8> = []) -> [UInt8] {
    let bytes = Array("\u{1b}_G\(control)".utf8) + (payload.isEmpty ? [] : [UInt8(ascii: ";")] + payload)
    let whole = bytes + [27, UInt8(ascii: "\\")]
    guard throughTmux else { return whole }
    return Array("\u{1b}Ptmux;".utf8) + whole.flatMap { $0 == 27 ? [27, 27] : [$0] } + [27, UInt8(ascii: "\\")]
  }

  private func compressed(_ pixels: [UInt8]) -> [UInt8] {
    var count = compressBound(uLong(pixels.count))
    var bytes = [UInt8](repeating: 0, count: Int(count))
    let status = compress2(&bytes, &count, pixels, uLong(pixels.count), 6)
    precondition(status == Z_OK, "zlib says \(status) to \(pixels.count) bytes")
    return Array(bytes[..<Int(count)])
  }

  private func base64(_ bytes: [UInt8]) -> [UInt8] {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0...group.count { text.append(letters[bits >> (18 - 6 * place) & 63]) }
      for _ in group.count..<3 { text.append(UInt8(ascii: "=")) }
    }
    return text
  }
}

// MARK: placeholders

extension KittyGraphics {
  /// The placeholder of a row and column. A bare one goes on from its left neighbour.
  private static func letter(_ row: Int, _ column: Int) -> [UInt8] {
    let named = column < marks.count ? [marks[min(row, marks.count - 1)], marks[column], marks[upperByte]] : []
    return ([Unicode.Scalar(0x10eeee)!] + named).flatMap { UTF8.encode($0)! }
  }

  private static let marks: [Unicode.Scalar] = markRanges.flatMap { $0.map { Unicode.Scalar($0)! } }

  /// The protocol's own list: combining marks of class 230 that are part of no composed letter, as of Unicode 6.0.
  private static let markRanges: [ClosedRange<UInt32>] = [
    0x305...0x305, 0x30d...0x30e, 0x310...0x310, 0x312...0x312, 0x33d...0x33f, 0x346...0x346, 0x34a...0x34c,
    0x350...0x352, 0x357...0x357, 0x35b...0x35b, 0x363...0x36f, 0x483...0x487, 0x592...0x595, 0x597...0x599,
    0x59c...0x5a1, 0x5a8...0x5a9, 0x5ab...0x5ac, 0x5af...0x5af, 0x5c4...0x5c4, 0x610...0x617, 0x657...0x65b,
    0x65d...0x65e, 0x6d6...0x6dc, 0x6df...0x6e2, 0x6e4...0x6e4, 0x6e7...0x6e8, 0x6eb...0x6ec, 0x730...0x730,
    0x732...0x733, 0x735...0x736, 0x73a...0x73a, 0x73d...0x73d, 0x73f...0x741, 0x743...0x743, 0x745...0x745,
    0x747...0x747, 0x749...0x74a, 0x7eb...0x7f1, 0x7f3...0x7f3, 0x816...0x819, 0x81b...0x823, 0x825...0x827,
    0x829...0x82d, 0x951...0x951, 0x953...0x954, 0xf82...0xf83, 0xf86...0xf87, 0x135d...0x135f, 0x17dd...0x17dd,
    0x193a...0x193a, 0x1a17...0x1a17, 0x1a75...0x1a7c, 0x1b6b...0x1b6b, 0x1b6d...0x1b73, 0x1cd0...0x1cd2,
    0x1cda...0x1cdb, 0x1ce0...0x1ce0, 0x1dc0...0x1dc1, 0x1dc3...0x1dc9, 0x1dcb...0x1dcc, 0x1dd1...0x1de6,
    0x1dfe...0x1dfe, 0x20d0...0x20d1, 0x20d4...0x20d7, 0x20db...0x20dc, 0x20e1...0x20e1, 0x20e7...0x20e7,
    0x20e9...0x20e9, 0x20f0...0x20f0, 0x2cef...0x2cf1, 0x2de0...0x2dff, 0xa66f...0xa66f, 0xa67c...0xa67d,
    0xa6f0...0xa6f1, 0xa8e0...0xa8f1, 0xaab0...0xaab0, 0xaab2...0xaab3, 0xaab7...0xaab8, 0xaabe...0xaabf,
    0xaac1...0xaac1, 0xfe20...0xfe26, 0x10a0f...0x10a0f, 0x10a38...0x10a38, 0x1d185...0x1d189, 0x1d1aa...0x1d1ad,
    0x1d242...0x1d244,
  ]
}

/// Bytes sent at a cell between saving and restoring the cursor and its colours, so that ncurses' picture of them stays
/// true.
func sent(at column: Int, _ row: Int, _ bytes: [UInt8]) -> [UInt8] {
  Array("\u{1b}7\u{1b}[\(row + 1);\(column + 1)H".utf8) + bytes + Array("\u{1b}8".utf8)
}
