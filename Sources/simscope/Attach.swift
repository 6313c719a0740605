/// `attach`: lends this terminal to a process that trains, and holds it meanwhile.
import Basics
import CTerminal
import Curses
import Foundation
import Training

let attachFlags = displayFlags

func attach(_ arguments: Arguments) throws -> Int32 {
  if let status = try listThemes(arguments) ?? listKeys(arguments) { return status }
  let run = try arguments.words(["RUN"])[0]
  guard isatty(0) == 1, isatty(1) == 1 else {
    throw Trouble(
      "attach shows a run on a terminal", at: "stdout", remedy: "run it in one, or read the run's metrics.jsonl")
  }
  let flags = try checkedFlags(arguments)
  let channel = try connect(to: run)
  try checkTrainer(of: run, channel.peer)
  let farewell = try AttachClient(run, channel, flags).lend()
  let lines = farewell.text.split(separator: "\n").map { String($0).visible }
  if farewell.status == 1 { complain(lines.joined(separator: "; ")) } else { lines.forEach(Terminal.say) }
  return farewell.status
}

/// The flags as the trainer shall have them: what is wrong with them is told here, and its paths may start elsewhere.
private func checkedFlags(_ arguments: Arguments) throws -> [String] {
  let theme = try themes(for: arguments)[0]
  _ = try (terminalOptions(arguments, log: nil), keyChanges(arguments), framesPerSecond(arguments))
  return arguments.values.map { name, value in
    let isPath = name == "keys" || name == "theme" && theme.name != value
    return "--\(name)=\(isPath ? Files.absolute(value) : value)"
  }
}

private func connect(to run: String) throws -> Channel {
  let file = run.withPath { ct_connect($0) }
  if file >= 0 { return Channel(file) }
  let error = errno
  if error == EACCES || error == EPERM { throw foreignRun(run) }
  _ = try RunFolder.configuration(of: run)
  if error == EAGAIN { throw mute(run) }
  if let branch = RunFolder.trainingBranch(of: run) {
    throw Trouble("training went back and goes on as another run", at: run, remedy: "simscope attach \(branch)")
  }
  guard !RunFolder.isTraining(in: run) else {
    throw Trouble(
      "the process that trains cannot be reached", at: run + "/control.sock",
      remedy: "see whether events.jsonl says why, or try again when it trains")
  }
  throw Trouble(
    "nobody trains in this run now", at: run,
    remedy: "go on with it: simscope resume \(run), or see it again: simscope replay \(run)")
}

private func foreignRun(_ run: String) -> Trouble {
  Trouble("this run is another user's", at: run, remedy: "attach as the user who started it")
}

/// Lets nobody else's trainer have the terminal, unless root agrees.
/// - Parameter user: the user whose process listens.
private func checkTrainer(of run: String, _ user: UInt32?) throws {
  switch AttachPermission(lendingAs: geteuid(), to: user) {
  case .granted: return
  case .refused: throw foreignRun(run)
  case .afterQuestion(let user):
    ask(
      "the process that trains in \(run) is run by \(userName(user)), not by you: it will read what you type here. "
        + "Attach? [y/N] ")
    guard ["y", "yes"].contains(readLine()?.lowercased()) else {
      throw Trouble("not attached to another user's run", at: run, remedy: "attach as \(userName(user))")
    }
  }
}

private func mute(_ run: String) -> Trouble {
  Trouble("the process that trains does not answer", at: run, remedy: "see whether it was stopped (Ctrl-Z)")
}

/// What either side says of the other when they do not understand each other.
let foreignVersion = Trouble(
  "the process that trains is of another version of simscope", at: "control.sock",
  remedy: "attach with the version that it was started with")

/// The terminal, held for the trainer until that says farewell or is gone.
private struct AttachClient: ~Copyable {
  private let run: String
  private let channel: Channel
  private let lender: TerminalLender
  /// When to wait no longer.
  private var due: ContinuousClock.Instant?
  /// What asked for the end.
  private var signal: Int32?

  /// How long the trainer may take to answer.
  private static let patience = Duration.seconds(5)

  init(_ run: String, _ channel: Channel, _ flags: [String]) throws {
    (self.run, self.channel) = (run, channel)
    lender = try TerminalLender()
    due = .now + Self.patience
    let name = ttyname(STDIN_FILENO).map { String(cString: $0) } ?? "another terminal"
    channel.send(
      AttachRequest(terminal: name, variables: lender.variables, flags: flags), terminal: lender.file)
  }

  /// Passes signals on until the farewell; the terminal is given back then.
  consuming func lend() throws -> Farewell {
    while true {
      let (hasSignals, hasAnswer) = wait()
      // First: a farewell that came while we were stopped leaves the terminal to the shell.
      if hasAnswer, let farewell = try obey(channel.receive()) { return farewell }
      if hasSignals { passSignals() }
      guard let due, .now >= due else { continue }
      guard let signal else { throw mute(run) }
      return Farewell(status: 128 + signal, text: mute(run).description)
    }
  }

  private func wait() -> (signals: Bool, answer: Bool) {
    var files = [lender.signals, channel.file].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    guard poll(&files, 2, due == nil ? -1 : 100) > 0 else { return (false, false) }
    return (files[0].revents != 0, files[1].revents != 0)
  }

  private mutating func passSignals() {
    var numbers = [UInt8](repeating: 0, count: 64)
    let count = read(lender.signals, &numbers, numbers.count)
    for number in numbers.prefix(max(0, count)).map(Int32.init) {
      // Somebody else may have had the terminal.
      if number == SIGCONT { _ = lender.renew() }
      channel.send(signal: number)
      guard (Interrupts.ending + [SIGHUP]).contains(number) else { continue }
      (signal, due) = (number, due ?? .now + Self.patience)
    }
  }

  /// - Throws: `Trouble` when the trainer is gone, or not to be understood.
  private mutating func obey(_ bytes: Data?) throws -> Farewell? {
    guard let bytes else {
      throw Trouble(
        "the process that trained is gone", at: run, remedy: "go on from its last checkpoint: simscope resume \(run)")
    }
    guard let answer = try? JSONDecoder().decode(AttachAnswer.self, from: bytes) else { throw foreignVersion }
    switch answer {
    case .welcome: due = nil
    case .stop:
      lender.stop()
      if isReadable(channel.file, seconds: 0) { break }
      _ = lender.renew()
      // Where nobody stops us there is nobody to let us go on.
      channel.send(signal: SIGCONT)
    case .farewell(let farewell): return farewell
    }
    return nil
  }
}
