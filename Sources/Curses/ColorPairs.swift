/// curses draws in numbered pairs of colours, and a terminal has room for so many (64 with 8 colours).
import CNcurses

struct ColorPairs {
  private struct Pair: Hashable {
    let foreground: Int32
    let background: Int32
  }

  private let capacity: Int
  private var numbers: [Pair: Int32] = [:]

  /// `capacity`: the numbers 1 ..< capacity may be used; 0 is the terminal's own pair.
  init(capacity: Int) { self.capacity = capacity }

  /// The number of a pair, made when it is new; nil when the table is full.
  mutating func number(foreground: Int32, background: Int32) -> Int32? {
    if foreground < 0, background < 0 { return 0 }
    let pair = Pair(foreground: foreground, background: background)
    if let known = numbers[pair] { return known }
    guard numbers.count + 1 < capacity else { return nil }
    let number = Int32(numbers.count + 1)
    init_extended_pair(number, foreground, background)
    numbers[pair] = number
    return number
  }

  /// Starts over. Cells drawn with old numbers must be drawn again.
  mutating func removeAll() { numbers.removeAll(keepingCapacity: true) }
}
