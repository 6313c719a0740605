/// Words on stdin for a run in plain lines: the same commands as the dashboard's keys, by the same rules.
import Basics
import Canvas
import Dashboard
import Foundation
import Telemetry

struct Conversation {
  private var state = DashboardState(
    themes: [.builtin], abilities: Abilities(colors: .mono, graphics: .ascii, unicode: false))
  private var typed = TypedLines()
  private var serial = 0
  private var answered: PairRequest?
  /// Nobody will say anything more.
  private(set) var isOver = false

  /// Waits for words, at most so many seconds, and sends what they ask for.
  /// - Returns: what is answered.
  mutating func hear(_ link: Link, seconds: Double) -> [String] {
    var answers: [String] = []
    for line in lines(seconds: seconds) {
      guard case .words(let line) = line else {
        answers.append("a line of more than \(TypedLines.longest >> 10) KiB is left out; say help")
        continue
      }
      takeNews(link)
      let (commands, answer) = obey(line: line, &state)
      commands.forEach(link.send)
      answers += answer
      takePair(link)
    }
    return answers
  }

  private mutating func takeNews(_ link: Link) {
    if let (snapshot, serial) = link.newest(after: serial) { (state.snapshot, self.serial) = (snapshot, serial) }
    takePair(link)
  }

  private mutating func takePair(_ link: Link) {
    guard let request = state.pairRequest, request != answered, let pairs = link.pairs else { return }
    (state.pair, answered) = (pairs.pair(request), request)
  }

  /// Whole lines of stdin.
  private mutating func lines(seconds: Double) -> [TypedLine] {
    var descriptor = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, Int32(seconds * 1000)) > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(0, &bytes, bytes.count)
    if count < 0, errno == EINTR || errno == EAGAIN { return [] }
    isOver = count <= 0
    return isOver ? typed.end() : typed.take(bytes[..<count])
  }
}
