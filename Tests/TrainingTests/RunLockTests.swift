// Who trains in a run, on disks with locks and without.
import Basics
import Foundation
import TestSupport
import Testing

@testable import Training

/// A folder with a run's lock in it.
private struct Folder {
  private let scratch: Scratch
  var path: String { scratch.path }
  var lock: String { path + "/lock" }
  init() throws { scratch = try Scratch() }

  func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: lock)) }
  func text() -> String { String(decoding: FileManager.default.contents(atPath: lock) ?? Data(), as: UTF8.self) }
  func take(failing error: Int32? = nil) throws -> RunLock {
    guard let error else { return try RunLock.take(lock) }
    return try RunLock.take(lock) { _, _ in
      errno = error
      return -1
    }
  }
}

/// Field 22 of `/proc/PID/stat`.
private func startTime(_ process: Int32) throws -> String {
  let text = String(
    decoding: try #require(FileManager.default.contents(atPath: "/proc/\(process)/stat")), as: UTF8.self)
  return text.components(separatedBy: ") ").last!.components(separatedBy: " ")[19]
}

@Test func aLockNamesProcessHostAndStart() throws {
  let folder = try Folder()
  do {
    let lock = try folder.take()
    let host = String(
      decoding: try #require(FileManager.default.contents(atPath: "/proc/sys/kernel/hostname")), as: UTF8.self)
    #expect(folder.text() == "\(getpid())\nhost \(host)started \(try startTime(getpid()))\n")
    #expect(RunFolder.isTraining(in: folder.path) && lock.warning == nil)
    let error = #expect(throws: Trouble.self) { try folder.take() }
    #expect(error?.what == "another process (\(getpid())) trains in this run")
  }
  #expect(folder.text().hasPrefix("\(getpid())\n") && folder.text().hasSuffix("\nended\n"))
}

@Test func aProcessIDThatWasGivenAgainIsNoTrainer() throws {
  let folder = try Folder()
  let start = try #require(UInt64(try startTime(getpid())))
  for (text, trains) in [
    ("\(getpid())\n", true), ("\(getpid())\nstarted \(start)\n", true), ("\(getpid())\nstarted \(start + 1)\n", false),
    ("2147483647\n", false), ("-1\n", false), ("0\n", false), ("", false), ("x\n", false),
    ("99999999999999999999\n", false),
  ] {
    try folder.write(text)
    #expect(RunFolder.isTraining(in: folder.path) == trains, "\(text)")
  }
}

/// Of a process on another machine only the lock tells whether it is alive.
@Test func aTrainerOnAnotherMachineIsSeenByItsLock() throws {
  let folder = try Folder()
  let text = "1\nhost elsewhere.example\nstarted 5\n"
  do {
    let lock = try folder.take()
    let file = try #require(FileHandle(forWritingAtPath: folder.lock))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: Data(text.utf8))
    #expect(RunFolder.isTraining(in: folder.path))
    withExtendedLifetime(lock) {}
  }
  try folder.write(text)
  #expect(!RunFolder.isTraining(in: folder.path))
}

@Test(arguments: [ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL])
func aDiskWithoutLocksIsAWarning(error: Int32) throws {
  let folder = try Folder()
  let lock = try folder.take(failing: error)
  let warning = try #require(lock.warning)
  #expect(warning.contains("has no locks (\(String(cString: strerror(error))))"))
  #expect(RunFolder.isTraining(in: folder.path))
}

@Test func withoutLocksTheNamedProcessKeepsOthersOut() throws {
  let folder = try Folder()
  let parent = getppid()
  for (text, refusal) in [
    ("\(parent)\nstarted \(try startTime(parent))\n", "another process (\(parent)) trains in this run"),
    ("7\nhost elsewhere.example\nstarted 5\n", "another process (7 on elsewhere.example) trains in this run"),
  ] {
    try folder.write(text)
    let error = #expect(throws: Trouble.self) { try folder.take(failing: ENOLCK) }
    #expect(error?.what == refusal && error?.remedy.contains("remove this file") == true)
    #expect(folder.text() == text)
  }
  for text in ["\(parent)\nstarted 1\n", "2147483647\n", "", "7\nhost elsewhere.example\nstarted 5\nended\n"] {
    try folder.write(text)
    #expect(try folder.take(failing: ENOLCK).warning != nil)
  }
}

@Test(arguments: [EMFILE, EIO, ESTALE]) func anotherErrorOfTheLockIsNamed(error: Int32) throws {
  let folder = try Folder()
  let thrown = #expect(throws: Trouble.self) { try folder.take(failing: error) }
  #expect(thrown?.what == "cannot lock the run (\(String(cString: strerror(error))))")
}

@Test(arguments: ["lock", "metrics.jsonl", "events.jsonl", "log.txt", "config.json", "checkpoints"])
func aRunWithALinkInItIsRefused(name: String) throws {
  let (folder, outside) = (try Folder(), try Folder())
  let victim = outside.path + "/" + name
  if name == "checkpoints" {
    try FileManager.default.createDirectory(atPath: victim, withIntermediateDirectories: true)
    try Data("kept".utf8).write(to: URL(fileURLWithPath: victim + "/a.partial"))
  } else {
    try Data("kept".utf8).write(to: URL(fileURLWithPath: victim))
  }
  try FileManager.default.createSymbolicLink(atPath: folder.path + "/" + name, withDestinationPath: victim)
  let error = #expect(throws: Trouble.self) { try RunFolder(folder.path) }
  #expect(error?.what.hasPrefix("a symbolic link in the place of a ") == true)
  #expect(error?.place == folder.path + "/" + name)
  let kept = FileManager.default.contents(atPath: name == "checkpoints" ? victim + "/a.partial" : victim)
  #expect(kept == Data("kept".utf8))
}

@Test func aPipeInTheRunIsRefusedAtOnce() throws {
  let folder = try Folder()
  #expect(mkfifo(folder.path + "/metrics.jsonl", 0o644) == 0)
  let error = #expect(throws: Trouble.self) { try RunFolder(folder.path) }
  #expect(error?.what == "not a plain file" && error?.place == folder.path + "/metrics.jsonl")
}
