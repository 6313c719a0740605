/// All that can arrive: bytes of the terminal, signals, room to write, the line going dead.
import CTerminal
import Glibc

struct TerminalInput {
  enum Arrival: Equatable {
    case input(InputDecoder.Input)
    case signal(Int32)
    case hangup
  }

  private let file: Int32
  private let signals: Int32
  private var decoder = InputDecoder()
  /// When to stop waiting for the rest of what is half read.
  private var decoderDue: Double?
  /// What came before anyone asked for it.
  private var early: [Arrival] = []

  /// Asks `question`, whose replies end with the device attributes.
  init(_ hold: borrowing Hold, question: String?) {
    (file, signals) = (hold.file, hold.signals)
    guard let question else { return }
    let bytes = Array(question.utf8)
    decoder.expectsReply = write(file, bytes, bytes.count) == bytes.count
  }

  /// Replies that come before that time (monotonic seconds); keys are kept for later.
  mutating func awaitReplies(until end: Double) -> [Reply] {
    var replies: [Reply] = []
    while decoder.expectsReply, monotonicSeconds() < end {
      for arrival in poll(seconds: end - monotonicSeconds(), file: file, wantsRoom: false) {
        if case .input(.reply(let reply)) = arrival { replies.append(reply) } else { early.append(arrival) }
      }
    }
    return replies
  }

  /// Waits until something arrives, there is room to write (if wanted), or so many seconds have gone by.
  mutating func next(seconds: Double, wantsRoom: Bool) -> [Arrival] {
    if !early.isEmpty {
      defer { early = [] }
      return early
    }
    return poll(seconds: seconds, file: file, wantsRoom: wantsRoom)
  }

  /// As `next`, for signals alone: the terminal is gone.
  mutating func nextSignal(seconds: Double) -> [Arrival] { poll(seconds: seconds, file: -1, wantsRoom: false) }

  /// Before the terminal is given back: replies still on their way must not reach the shell.
  func swallowLateReplies() {
    guard decoder.expectsReply else { return }
    var last = self
    _ = last.awaitReplies(until: monotonicSeconds() + 0.1)
    tcflush(file, TCIFLUSH)
  }

  private mutating func poll(seconds: Double, file: Int32, wantsRoom: Bool) -> [Arrival] {
    let rest = decoderDue.map { $0 - monotonicSeconds() } ?? seconds
    let milliseconds = Int32(min(max(0, min(seconds, rest)) * 1000, 1e6).rounded(.up))
    var files = [
      pollfd(fd: file, events: Int16(POLLIN | (wantsRoom ? POLLOUT : 0)), revents: 0),
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
    ]
    guard Glibc.poll(&files, 2, milliseconds) >= 0 else { return [] }
    var arrivals: [Arrival] = []
    if files[1].revents != 0 { arrivals += readSignals() }
    if files[0].revents & ~Int16(POLLOUT) != 0 { arrivals += readTerminal() }
    if let due = decoderDue, monotonicSeconds() >= due { arrivals += note(decoder.giveUp()) }
    return arrivals
  }

  private func readSignals() -> [Arrival] {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(signals, &bytes, bytes.count)
    return bytes.prefix(max(0, count)).map { .signal(Int32($0)) }
  }

  private mutating func readTerminal() -> [Arrival] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &bytes, bytes.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return [] }
    return count > 0 ? note(decoder.decode(bytes.prefix(count))) : [.hangup]
  }

  private mutating func note(_ inputs: [InputDecoder.Input]) -> [Arrival] {
    decoderDue = decoder.patience.map { monotonicSeconds() + $0 }
    if inputs.contains(where: { if case .reply(.deviceAttributes) = $0 { true } else { false } }) {
      decoder.expectsReply = false
    }
    return inputs.map { .input($0) }
  }
}
