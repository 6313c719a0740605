/// What arrives at the terminal turned into events; window changes, Ctrl-Z and hangups dealt with on the way.
import CTerminal
import Canvas
import Glibc

extension Terminal {
  /// Waits until something happens, at most so many seconds, and tells what. After `.lost` only signals are heard.
  public mutating func wait(seconds: Double) -> [TerminalEvent] {
    let end = monotonicSeconds() + max(0, seconds)
    var events = takeUnreported()
    while events.isEmpty {
      for arrival in nextArrivals(until: events.isEmpty ? end : 0) { handle(arrival) }
      finishResize()
      catchUp()
      events = takeUnreported()
      if monotonicSeconds() >= end { break }
    }
    return events
  }

  private mutating func takeUnreported() -> [TerminalEvent] {
    defer { unreported = [] }
    return unreported
  }

  private mutating func nextArrivals(until end: Double) -> [TerminalInput.Arrival] {
    let pause = min(end, resizeDue ?? end, outputDue ?? end) - monotonicSeconds()
    return isLost || isAside ? input.nextSignal(seconds: pause) : input.next(seconds: pause, wantsRoom: hasOutput)
  }

  private mutating func handle(_ arrival: TerminalInput.Arrival) {
    switch arrival {
    // In the kitty protocol's form these arrive as keys, not as the signals that the terminal's driver makes of them.
    case .input(.key(.control("c"))): unreported.append(.signal(SIGINT))
    case .input(.key(.control("\\"))): unreported.append(.signal(SIGQUIT))
    case .input(.key(.control("z"))): stop()
    case .input(.key(let key)): unreported.append(.key(key))
    case .input(.paste(let text)): unreported.append(.paste(text))
    case .input(.mouse(let mouse)): unreported.append(.mouse(clicks.counted(mouse, at: monotonicSeconds())))
    case .input(.reply(.version)): askAgain()
    case .input(.reply(let reply)): note { $0.replies.note(reply) }
    case .tmux(let answer): note { $0.tmux = answer }
    case .signal(SIGWINCH): resizeDue = resizeDue ?? max(monotonicSeconds(), lastResize + resizePause)
    case .signal(SIGTSTP): stop()
    case .signal(SIGCONT): if monotonicSeconds() > lastResume + 0.2 { resume() }
    case .hangup, .signal(SIGHUP): lose()
    case .signal(let number): unreported.append(.signal(number))
    }
  }

  /// By way of the queue: nothing may stand inside a frame's sequences.
  private mutating func askAgain() {
    enqueue(Array(Replies.secondQuestion.utf8))
    input.expectReplies()
  }

  /// Ctrl-Z: the shell has the terminal until we are told to go on.
  private mutating func stop() {
    guard !isLost, !isAside else { return }
    deletePictures()
    display?.leave()
    isAside = true
    if hold.putAside() { resume() }
  }

  private mutating func resume() {
    guard !isLost else { return }
    guard hold.renew() else { return lose() }
    isAside = false
    lastResume = monotonicSeconds()
    resizeDue = lastResume
    redrawAll()
  }

  private mutating func finishResize() {
    guard let due = resizeDue, monotonicSeconds() >= due else { return }
    resizeDue = nil
    lastResize = monotonicSeconds()
    let new = WindowSize(of: hold.file)
    guard !isLost, new != window else { return }
    window = new
    detection.note(window)
    display?.resize(columns: window.columns, rows: window.rows)
    discardFrame()
    unreported.append(.resized)
  }
}
