/// All that can arrive: bytes of the terminal, signals, room to write, the line going dead.
import CTerminal
import Glibc

struct TerminalInput {
  enum Arrival: Equatable {
    case input(InputDecoder.Input)
    case signal(Int32)
    case hangup
    case tmux(TmuxQuestion.Answer)
  }

  private let file: Int32
  private let signals: Int32
  private var decoder = InputDecoder()
  /// When to stop waiting for the rest of what is half read.
  private var decoderDue: Double?
  /// Device attributes still to come: each question ends with them.
  private var openQuestions = 0
  /// A terminal that has not answered by then (monotonic seconds) has none: Escape alone need not wait for the rest of a
  /// reply.
  private var repliesEnd = 0.0
  private var tmux: TmuxQuestion?
  /// What came before anyone asked for it.
  private var early: [Arrival] = []

  /// Asks the terminal what it can, or tmux, which stands between.
  init(_ hold: borrowing Hold, _ environment: Environment) {
    (file, signals) = (hold.file, hold.signals)
    if environment.understandsQueries { ask(Replies.question) }
    if environment.isInTmux { tmux = TmuxQuestion(environment) }
  }

  /// Before the first frame; later, questions go between frames.
  mutating func ask(_ question: String) {
    let bytes = Array(question.utf8)
    if write(file, bytes, bytes.count) == bytes.count { expectReplies() }
  }

  /// A question has been sent; the replies end with the device attributes.
  mutating func expectReplies() {
    openQuestions += 1
    repliesEnd = monotonicSeconds() + 2
    decoder.expectsReply = true
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
  mutating func swallowLateReplies() {
    giveUpTmux()
    guard openQuestions > 0 else { return }
    _ = awaitReplies(until: monotonicSeconds() + 0.1)
    tcflush(file, TCIFLUSH)
  }

  /// tmux may be asked about the next terminal.
  mutating func giveUpTmux() {
    tmux?.end()
    tmux = nil
  }

  private mutating func poll(seconds: Double, file: Int32, wantsRoom: Bool) -> [Arrival] {
    let rest = decoderDue.map { $0 - monotonicSeconds() } ?? seconds
    let milliseconds = Int32(min(max(0, min(seconds, rest)) * 1000, 1e6).rounded(.up))
    var files = [
      pollfd(fd: file, events: Int16(POLLIN | (wantsRoom ? POLLOUT : 0)), revents: 0),
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
      pollfd(fd: tmux?.file ?? -1, events: Int16(POLLIN), revents: 0),
    ]
    guard Glibc.poll(&files, 3, milliseconds) >= 0 else { return [] }
    var arrivals: [Arrival] = []
    if files[1].revents != 0 { arrivals += readSignals() }
    if files[0].revents & ~Int16(POLLOUT) != 0 { arrivals += readTerminal() }
    if files[2].revents != 0, let answer = tmux?.read() {
      tmux = nil
      arrivals.append(.tmux(answer))
    }
    if let due = decoderDue, monotonicSeconds() >= due { arrivals += note(decoder.giveUp()) }
    return arrivals
  }

  private func readSignals() -> [Arrival] {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = read(signals, &bytes, bytes.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return [] }
    // Only those of another process have an end.
    return count > 0 ? bytes.prefix(count).map { .signal(Int32($0)) } : [.hangup]
  }

  private mutating func readTerminal() -> [Arrival] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = read(file, &bytes, bytes.count)
    if count < 0, errno == EAGAIN || errno == EINTR { return [] }
    return count > 0 ? note(decoder.decode(bytes.prefix(count))) : [.hangup]
  }

  private mutating func note(_ inputs: [InputDecoder.Input]) -> [Arrival] {
    for case .reply(.deviceAttributes) in inputs { openQuestions = max(0, openQuestions - 1) }
    decoder.expectsReply = openQuestions > 0 && monotonicSeconds() < repliesEnd
    decoderDue = decoder.patience.map { monotonicSeconds() + $0 }
    return inputs.map { .input($0) }
  }
}
