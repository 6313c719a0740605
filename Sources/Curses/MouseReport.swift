/// Reports of the pointer as xterm's modes 1002 (presses and drags) and 1006 (any number of columns) send them.
import Canvas

enum MouseReport {
  static let on = "\u{1b}[?1002h\u{1b}[?1006h"

  /// ESC [ < code ; column ; row M, or m for a release. nil for what has no meaning here: the wheel's sideways turns, a
  /// fourth button, and what is no report.
  static func event(_ numbers: [Int], final: UInt8) -> MouseEvent? {
    guard numbers.count == 3, numbers[1] > 0, numbers[2] > 0 else { return nil }
    let (code, column, row) = (numbers[0], numbers[1] - 1, numbers[2] - 1)
    if code & 64 != 0 {
      let wheel: [MouseEvent.Kind?] = [.wheelUp, .wheelDown, nil, nil]
      return wheel[code & 3].map { MouseEvent($0, column: column, row: row) }
    }
    let buttons: [MouseEvent.Button?] = [.left, .middle, .right, nil]
    guard code < 64, let button = buttons[code & 3] else { return nil }
    let isRelease = final == UInt8(ascii: "m")
    return MouseEvent(
      isRelease ? .release : code & 32 != 0 ? .drag : .press, button, column: column, row: row)
  }
}

/// Presses on one cell shortly after each other.
struct ClickCounter {
  private static let patience = 0.4
  private var last: MouseEvent?
  private var time = -Double.infinity

  /// The event with its number of clicks; `now` in monotonic seconds.
  mutating func counted(_ event: MouseEvent, at now: Double) -> MouseEvent {
    guard event.kind == .press else { return event }
    var counted = event
    let isSamePlace = (last?.button, last?.column, last?.row) == (event.button, event.column, event.row)
    if let last, isSamePlace, now - time <= Self.patience {
      counted.clicks = last.clicks + 1
    }
    (last, time) = (counted, now)
    return counted
  }
}
