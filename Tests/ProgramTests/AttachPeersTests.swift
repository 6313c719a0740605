// Whose terminal a trainer gets, whose requests it hears, and what it does with files that nobody asked for.
import CPeers
import CTerminal
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import simscope

/// Another user than the tests'.
private let stranger: UInt32 = 65534
private let mayBecomeStranger = geteuid() == 0

private final class Box<Result: Sendable>: Sendable { let result = Mutex<Result?>(nil) }

/// Does something on a thread of another user.
private func asStranger<Result: Sendable>(_ body: @escaping @Sendable () -> Result) throws -> Result {
  let (box, done) = (Box<Result>(), DispatchSemaphore(value: 0))
  Thread.detachNewThread {
    if cp_become(stranger) == 0 { box.result.withLock { $0 = body() } }
    done.signal()
  }
  done.wait()
  return try #require(box.result.withLock { $0 }, "the thread could not become another user's")
}

@Suite struct AttachPermissionTests {
  @Test func aTerminalIsLentToOnesOwnTrainerOnly() {
    #expect(AttachPermission(lendingAs: 1000, to: 1000) == .granted)
    #expect(AttachPermission(lendingAs: 0, to: 0) == .granted)
    #expect(AttachPermission(lendingAs: 0, to: 1000) == .afterQuestion(user: 1000))
    for trainer in [1001, 0, nil] as [UInt32?] { #expect(AttachPermission(lendingAs: 1000, to: trainer) == .refused) }
    #expect(AttachPermission(lendingAs: 0, to: nil) == .refused)
  }

  @Test func aTrainerHearsItsOwnUserAndRoot() {
    #expect(AttachPermission(trainingAs: 1000, from: 1000) == .granted)
    #expect(AttachPermission(trainingAs: 1000, from: 0) == .granted)
    for lender in [1001, nil] as [UInt32?] { #expect(AttachPermission(trainingAs: 1000, from: lender) == .refused) }
    #expect(AttachPermission(trainingAs: 0, from: 1000) == .refused)
  }
}

/// The files that a process has open.
private func openFiles(_ process: ChildProcess) -> Int {
  (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/fd"))?.count ?? 0
}

/// A packet, taken as text; empty at the end of the connection.
private func packet(_ socket: Int32, _ terminal: UnsafeMutablePointer<Int32>? = nil) throws -> String {
  #expect(isReadable(socket, seconds: 30), "no packet and no end came")
  var bytes = [UInt8](repeating: 0, count: 65536)
  let count = ct_receive(socket, &bytes, bytes.count, terminal)
  try #require(count >= 0 || errno == ECONNRESET, "errno \(errno)")
  return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
}

/// A folder that looks like a run, and somebody who listens there.
private struct FakeTrainer {
  let scratch: Scratch
  let listener: Int32

  init(as listen: (@escaping @Sendable () -> Int32) throws -> Int32) throws {
    scratch = try Scratch()
    let folder = scratch.path + "/run"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: URL(fileURLWithPath: folder + "/config.json"))
    chmod(folder, 0o777)
    listener = try listen { ct_listen(folder) }
    try #require(listener >= 0)
  }

  func attach() throws -> Screen { try Screen(["attach", "run"], in: scratch.path) }

  func accept() throws -> Int32 {
    #expect(isReadable(listener, seconds: 30), "nobody came")
    let guest = ct_accept(listener)
    try #require(guest >= 0)
    return guest
  }
}

extension RealProgram {
  @Suite struct AttachPeersTests {
    @Test(.enabled(if: mayBecomeStranger, "only root can be another user"))
    func rootIsAskedBeforeAnotherUserGetsItsTerminal() throws {
      let fake = try FakeTrainer(as: asStranger)
      defer { close(fake.listener) }
      for (answer, isLent) in [("n\n", false), ("\n", false), ("y\n", true)] {
        let screen = try fake.attach()
        let guest = try fake.accept()
        defer { close(guest) }
        try screen.wait(for: "the question") { screen.wasSent("(user 65534)") && screen.wasSent("Attach? [y/N]") }
        #expect(!isReadable(guest, seconds: 0), "something was sent before the answer")
        screen.type(answer)
        var terminal: Int32 = -1
        let request = try packet(guest, &terminal)
        #expect(request.isEmpty == !isLent && (terminal >= 0) == isLent, "\(request)")
        if isLent {
          close(terminal)
          let farewell = #"{"farewell":{"_0":{"status":0,"text":"bye \u001b]0;owned\u0007"}}}"#
          #expect(ct_send(guest, farewell, farewell.utf8.count, -1))
        }
        try screen.wait(for: "the end") { !screen.process.isRunning }
        #expect(screen.process.terminationStatus == (isLent ? 0 : 1))
        let last = isLent ? #"bye \u{1b}]0;owned"# : "not attached"
        try screen.wait(for: "the last line", afterItsEnd: true) { screen.wasSent(last) }
        #expect(!screen.wasSent("\u{1b}]0;owned"))
      }
    }

    @Test(.enabled(if: mayBecomeStranger, "only root can be another user"))
    func aUserLendsNoTerminalToAnother() throws {
      let fake = try FakeTrainer { $0() }
      defer { close(fake.listener) }
      chmod(fake.scratch.path + "/run/control.sock", 0o777)
      let screen = try Screen(
        ["attach", "run"], in: fake.scratch.path,
        under: ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
      let guest = try fake.accept()
      defer { close(guest) }
      #expect(try packet(guest).isEmpty)
      try screen.wait(for: "the end") { !screen.process.isRunning }
      try screen.wait(for: "the sentence", afterItsEnd: true) { screen.wasSent("this run is another user's") }
    }

    @Test(.enabled(if: mayBecomeStranger, "only root can be another user"))
    func aTrainerHearsNoOtherUser() throws {
      let run = try Attached()
      let trainer = try run.headless()
      defer { trainer.end() }
      let folder = run.scratch.path + "/run"
      chmod(run.scratch.path, 0o755)
      chmod(folder + "/control.sock", 0o777)
      let answer = try asStranger { () -> String? in
        let socket = ct_connect(folder)
        defer { close(socket) }
        guard socket >= 0 else { return nil }
        _ = ct_send(socket, "{}", 2, -1)
        return try? packet(socket)
      }
      #expect(answer == "")
      // The same from the run's own user is answered.
      let socket = ct_connect(folder)
      defer { close(socket) }
      #expect(ct_send(socket, "{}", 2, -1))
      #expect(try packet(socket).contains("welcome"))
      try run.expectTrainingGoesOn()
    }

    @Test func filesThatNobodyAskedForAreClosed() throws {
      let run = try Attached()
      let trainer = try run.headless()
      defer { trainer.end() }
      let before = openFiles(trainer)
      let null = open("/dev/null", O_RDWR | O_CLOEXEC)
      defer { close(null) }
      let packets = ["", "x", "{}", String(repeating: "[", count: 70_000)]
      for round in 0..<40 {
        let socket = ct_connect(run.scratch.path + "/run")
        try #require(socket >= 0)
        _ = cp_send_files(
          socket, packets[round % 4], packets[round % 4].utf8.count, null, [1, 2, 5, 253][round / 4 % 4])
        // The next one comes when this one is through.
        while try !packet(socket).isEmpty {}
        close(socket)
      }
      try waitUntil("no more open files than before (\(before))") { openFiles(trainer) <= before }
      try run.expectTrainingGoesOn()
    }

    @Test func filesThatATrainerSendsAreClosed() throws {
      let fake = try FakeTrainer { $0() }
      defer { close(fake.listener) }
      let screen = try fake.attach()
      let guest = try fake.accept()
      defer { close(guest) }
      var terminal: Int32 = -1
      #expect(try packet(guest, &terminal).contains("version"))
      close(terminal)
      let before = openFiles(screen.process)
      let null = open("/dev/null", O_RDWR | O_CLOEXEC)
      defer { close(null) }
      let welcome = #"{"welcome":{}}"#
      for _ in 0..<20 {
        _ = cp_send_files(guest, welcome, welcome.utf8.count, null, 3)
      }
      try waitUntil("the packets taken") {
        var left: Int32 = -1
        return ioctl(guest, UInt(TIOCOUTQ), &left) == 0 && left == 0
      }
      try waitUntil("no more open files than before (\(before))") { openFiles(screen.process) <= before }
    }
  }
}
