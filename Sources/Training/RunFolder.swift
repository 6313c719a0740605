/// A run on disk: `config.json`, `metrics.jsonl`, `events.jsonl`, `checkpoints/`, `log.txt`, `lock`.
import Basics
import Foundation
import Telemetry

public final class RunFolder {
  /// Where the folder is now: it may be moved while its run trains.
  public private(set) var path: String
  /// The folder itself, wherever it is.
  private let directory: FolderHandle
  private var metrics: Int32
  private var events: Int32
  private let log: Int32
  private let lock: RunLock
  /// The folder was deleted: there is nothing to continue from.
  private(set) var isLost = false

  /// What the person should know about the disk that the run is on.
  public var warnings: [String] { lock.warning.map { [$0] } ?? [] }

  public var name: String { Self.name(of: path) }
  public static func name(of path: String) -> String { Files.name(of: path) }

  /// Makes a new run's folder.
  /// - Parameter parent: the run it goes on from, when it is a branch of one.
  /// - Throws: `Trouble` when it holds a run already or cannot be written.
  public static func create(
    _ path: String, configuration: Configuration, parent: Parent? = nil
  ) throws -> RunFolder {
    guard !Files.exists(path + "/config.json") else {
      throw Trouble(
        "there is a run already", at: path, remedy: "give another --run, or go on with it: simscope resume \(path)")
    }
    guard Files.makeFolder(path + "/checkpoints") else {
      throw Trouble(
        "cannot make the run's folder", error: errno, at: path, remedy: "choose a place that may be written, with --run"
      )
    }
    let folder = try RunFolder(path)
    SafeFile.syncFolder(of: path)
    var configuration = configuration
    if parent != nil { configuration.run = path }
    try folder.write(configuration, parent)
    return folder
  }

  private func write(_ configuration: Configuration, _ parent: Parent?) throws {
    var line = configuration.json()
    if let parent {
      line.add("parent", parent.name)
      line.add("parent_step", parent.step)
    }
    try SafeFile.write(Array(line.lines.utf8), to: path + "/config.json")
  }

  /// Changes settings in `config.json`; the others and the parent stay.
  func rewriteConfiguration(_ change: (inout Configuration) -> Void) throws {
    var configuration = try Self.configuration(of: path)
    change(&configuration)
    try write(configuration, Self.parent(of: path))
  }

  /// Opens a run's folder to go on with it.
  /// - Throws: `Trouble` when another process trains in it.
  public init(_ path: String) throws {
    self.path = path
    try Self.checkPlaces(path)
    directory = FolderHandle(path)
    lock = try RunLock.take(path + "/lock")
    metrics = try Self.open(path + "/metrics.jsonl")
    events = try Self.open(path + "/events.jsonl")
    log = try Self.open(path + "/log.txt")
    removeHalves()
  }

  deinit {
    for descriptor in [metrics, events, log] { close(descriptor) }
  }

  /// The settings of the run in this folder.
  /// - Throws: `Trouble` when there is none, or it has settings that simscope does not know.
  public static func configuration(of path: String) throws -> Configuration {
    let file = path + "/config.json"
    guard let data = try Files.bytesIfThere(file) else {
      throw noRun(path)
    }
    var configuration = Configuration()
    configuration.stem = .cifar  // the only one there was when runs did not say theirs
    try configuration.take(json: String(decoding: data, as: UTF8.self), from: file)
    return configuration
  }

  static func noRun(_ path: String) -> Trouble {
    Trouble("no run here (config.json is missing)", at: path, remedy: "name a folder such as runs/NAME")
  }

  /// `runs/NAME-01`, or the first number that is free. `base` is made of the data's name.
  public static func freshPath(for data: String) -> String {
    let base = Files.name(of: Files.absolute(data))
    let clean = String(base.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "." ? $0 : "-" })
    var number = 1
    while true {
      let path = "runs/\(clean)-\(number < 10 ? "0" : "")\(number)"
      if !Files.exists(path) { return path }
      number += 1
    }
  }

  // MARK: moving

  /// Finds the folder again when it is no longer where it was.
  /// - Returns: whether it was moved.
  /// - Throws: `Trouble` when it was deleted.
  func follow() throws -> Bool {
    if directory.isAt(path) { return false }
    guard let target = directory.path else {
      isLost = true
      throw Trouble(
        "the run's folder was deleted while it trained", at: path, remedy: "start a new run: simscope train --run DIR")
    }
    path = target
    return true
  }

  // MARK: lines

  public func append(_ step: StepMetrics) throws { try Self.append(step.json, metrics, path + "/metrics.jsonl") }
  public func append(_ event: Event) throws { try Self.append(event.json, events, path + "/events.jsonl") }

  /// A line of `log.txt`; a log that cannot be written stops nothing.
  public func note(_ text: String) { try? Self.append(text.visible, log, path + "/log.txt") }

  /// One write a line, so that a reader never sees half of one unless the disk is full.
  static func append(_ line: String, _ descriptor: Int32, _ path: String) throws {
    try SafeFile.writeAll(Array((line + "\n").utf8), to: descriptor, path)
  }

  /// Waits until all lines are on the disk: a checkpoint shall not outlive the lines of its steps.
  public func sync() throws {
    try SafeFile.sync(metrics, path + "/metrics.jsonl")
    try SafeFile.sync(events, path + "/events.jsonl")
  }

  /// Whether no step was ever written down.
  public var isBlank: Bool {
    Self.checkpointSteps(path).isEmpty && (try? Self.readLines(of: path + "/metrics.jsonl").isEmpty) == true
  }

  /// Cuts both files back to a checkpoint's step: steps that will be made again, and events after that checkpoint, but for
  /// those that count evaluations on test.
  /// - Returns: the metrics and events that stay.
  public func cut(to step: Int) throws -> (metrics: [StepMetrics], events: [Event]) {
    let kept = try Self.rewrite(path + "/metrics.jsonl", &metrics) { lines in
      // The first checkpoint stands before the untrained encoder is evaluated: nothing was measured yet.
      step == 0 ? [] : lines.filter { ($0.object["step"] as? Int ?? .max) <= step }
    }
    let events = try Self.rewrite(path + "/events.jsonl", &events) { lines in
      // The line about the checkpoint itself is the last one that counts.
      let last = lines.lastIndex { $0.object["kind"] as? String == "checkpoint" && $0.object["step"] as? Int == step }
      let end = last.map { $0 + 1 } ?? lines.count
      // Test stays seen, however far training goes back.
      return lines[..<end].filter { ($0.object["step"] as? Int ?? .max) <= step || Self.isLookAtTest($0) }
        + lines[end...].filter(Self.isLookAtTest)
    }
    let metrics = kept.compactMap { line in
      Array(line.text.utf8).withUnsafeBufferPointer { StepMetrics(line: $0) }
    }
    return (metrics, events.compactMap { try? Event(json: $0.object) })
  }

  struct Line {
    let text: Substring
    let object: [String: Any]
  }

  /// The whole lines of a file of JSON objects; a torn last line is left out.
  /// - Throws: `Trouble` when the file is there and cannot be read.
  static func readLines(of path: String) throws -> [Line] {
    guard let data = try Files.bytesIfThere(path) else { return [] }
    return String(decoding: data, as: UTF8.self).split(separator: "\n").compactMap { text in
      let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      return object.map { Line(text: text, object: $0) }
    }
  }

  /// The same; nothing where the file cannot be read.
  static func lines(of path: String) -> [Line] { (try? readLines(of: path)) ?? [] }

  /// Whoever is killed here leaves the old file or the new one.
  private static func rewrite(
    _ path: String, _ descriptor: inout Int32, _ choose: ([Line]) -> [Line]
  ) throws -> [Line] {
    let kept = choose(try readLines(of: path))
    try SafeFile.write(Array(kept.map { $0.text + "\n" }.joined().utf8), to: path)
    close(descriptor)
    descriptor = -1
    descriptor = try open(path)
    return kept
  }

  static func open(_ path: String) throws -> Int32 {
    try SafeFile.openOwn(
      path, O_WRONLY | O_CREAT | O_APPEND, remedy: "choose a place that may be written, with --run")
  }

  /// Refuses a run of which a part is somewhere else: what is written here would change what a link points at.
  private static func checkPlaces(_ path: String) throws {
    for name in ["config.json", "metrics.jsonl", "events.jsonl", "log.txt", "lock"] {
      if let trouble = SafeFile.otherThanPlainFile(path + "/" + name) { throw trouble }
    }
    if let trouble = SafeFile.otherThanPlainFile(path + "/checkpoints", folder: true) { throw trouble }
  }

  // MARK: checkpoints

  public static func checkpointPath(_ run: String, step: Int) -> String {
    let digits = String(step)
    return "\(run)/checkpoints/step-\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).safetensors"
  }

  /// Steps of the checkpoints in a run, ascending.
  public static func checkpointSteps(_ run: String) -> [Int] {
    let names = Files.names(in: run + "/checkpoints") ?? []
    return names.compactMap { name in
      guard name.hasPrefix("step-"), name.hasSuffix(".safetensors") else { return nil }
      return Int(count: name.dropFirst(5).dropLast(12))
    }.sorted()
  }

  /// Removes all but the newest `count` checkpoints and the `protected` ones. Those after `step` could not be read, or
  /// the run would stand there; they do not count and are written anew when their step comes.
  public func prune(keeping count: Int, protected: Set<Int>, upTo step: Int) {
    let steps = Self.checkpointSteps(path).filter { $0 <= step && !protected.contains($0) }
    for step in steps.dropLast(count) { Files.remove(Self.checkpointPath(path, step: step)) }
  }

  /// Files that somebody was killed over.
  private func removeHalves() {
    for folder in [path, path + "/checkpoints"] {
      let names = Files.names(in: folder) ?? []
      for name in names where name.hasSuffix(SafeFile.partialSuffix) { Files.remove(folder + "/" + name) }
    }
  }
}
