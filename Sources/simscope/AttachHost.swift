/// The trainer's side of `attach`: it listens in the run's folder and shows the run on terminals that are lent to it, each
/// on a thread of its own.
import Basics
import Curses
import Dispatch
import Foundation
import Synchronization
import Telemetry

final class AttachHost: Sendable {
  private let link: Link
  private let training: TrainingThread
  private let stage: Stage
  private let socket = Mutex<RunSocket?>(nil)
  /// The device of the terminal that is drawn on; 0 when there is none.
  private let device = Mutex<UInt>(0)
  private let bell = DispatchSemaphore(value: 0)
  private let threads = DispatchGroup()

  /// How long the end of a run waits for screens that are to leave.
  private static let patience = 2.0

  /// Lets others attach as soon as the run has a folder.
  /// - Throws: `Trouble` when the thread that listens cannot be started.
  init(_ link: Link, _ training: TrainingThread, _ stage: Stage) throws {
    (self.link, self.training, self.stage) = (link, training, stage)
    try start("attach") { host in host.listen() }
  }

  /// The run is over: screens that are attached are left in order, but for those that do not answer.
  func close() {
    stage.close()
    bell.signal()
    socket.withLock { $0?.shut() }
    _ = threads.wait(timeout: .now() + Self.patience)
  }

  /// Whether the screen stands on the terminal of this file: whatever is written there would be written into it.
  func isShown(on file: Int32) -> Bool { device.withLock { $0 != 0 && $0 == Self.device(of: file) } }

  private static func device(of file: Int32) -> UInt {
    var status = stat()
    return fstat(file, &status) == 0 ? UInt(status.st_rdev) : 0
  }

  private func start(_ name: String, _ body: @escaping @Sendable (AttachHost) -> Void) throws {
    threads.enter()
    do {
      try startThread(name) { [self] in
        body(self)
        threads.leave()
      }
    } catch {
      threads.leave()
      throw error
    }
  }

  private func listen() {
    var folder = ""
    while !stage.isClosed {
      // After a rewind the run goes on in another one.
      if let present = link.newest(after: -1)?.snapshot.run.folder, present != folder {
        folder = present
        open(in: folder)
      }
      guard let socket = socket.withLock({ $0 }) else {
        _ = bell.wait(timeout: .now() + 0.1)
        continue
      }
      if let guest = socket.accept(seconds: 0.25) { admit(guest) }
    }
    socket.withLock { $0 = nil }
  }

  private func open(in folder: String) {
    socket.withLock { $0 = nil }
    do {
      let opened = try RunSocket(in: folder)
      socket.withLock { $0 = opened }
    } catch {
      link.send(.report(.warning("\(error)")))
    }
  }

  private func admit(_ guest: Channel) {
    do {
      try start("attached") { $0.serve(guest) }
    } catch {
      guest.send(AttachAnswer.farewell(Farewell(status: 1, text: "\(error)")))
    }
  }

  // MARK: one guest

  private func serve(_ guest: Channel) {
    guard AttachPermission(trainingAs: geteuid(), from: guest.peer) == .granted,
      let (bytes, terminal) = guest.receiveTerminal(seconds: Self.patience)
    else { return }
    defer { if terminal >= 0 { Foundation.close(terminal) } }
    guest.send(AttachAnswer.welcome)
    do {
      guest.send(AttachAnswer.farewell(try show(on: terminal, try AttachRequest(bytes), guest)))
    } catch {
      guest.send(AttachAnswer.farewell(Farewell(status: 1, text: (error as? UsageError)?.text ?? "\(error)")))
    }
  }

  private func show(on terminal: Int32, _ request: AttachRequest, _ guest: Channel) throws -> Farewell {
    guard isatty(terminal) == 1 else {
      throw Trouble("no terminal came with the request", at: "control.sock", remedy: "use simscope attach")
    }
    let arguments = try Arguments(request.flags, flags: attachFlags)
    guard let turn = stage.enter(as: request.terminal) else {
      let departure = stage.isClosed ? Departure.over(training.outcome) : .succeeded(by: "another terminal")
      return departure.farewell(link)
    }
    device.withLock { $0 = Self.device(of: terminal) }
    defer {
      device.withLock { $0 = 0 }
      stage.leave(turn)
    }
    let memory = ScreenMemory.load(arguments)
    let framesPerSecond = try framesPerSecond(arguments)
    let log = (link.newest(after: -1)?.snapshot.run.folder).map { $0 + "/log.txt" }
    let lent = LentTerminal(file: terminal, signals: guest.file, variables: request.variables) {
      guest.send(AttachAnswer.stop)
    }
    let (departure, left) = try withScreen(
      themes(for: arguments), terminalOptions(arguments, log: log), on: lent, keys: keyChanges(arguments),
      memory: memory
    ) { screen in
      link.send(.report(.attached(terminal: request.terminal)))
      return screen.attend(link, training, stage, turn: turn, framesPerSecond: framesPerSecond)
    }
    memory.keep(left)
    return departure.farewell(link)
  }
}

extension AttachRequest {
  /// - Throws: `Trouble` when another version of simscope asks.
  init(_ bytes: Data) throws {
    struct Version: Codable { let version: Int }
    let asked = try? JSONDecoder().decode(Version.self, from: bytes)
    guard asked?.version == AttachRequest.version else { throw foreignVersion }
    self = try JSONDecoder().decode(AttachRequest.self, from: bytes)
  }
}
