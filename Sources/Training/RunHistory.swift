/// A run's curves and events, read from its files and read on while it grows.
import Basics
import Foundation
import Telemetry

public struct RunHistory: Sendable {
  public private(set) var run: RecordedRun
  /// Lines that are no line of their file, such as one that a crash tore, or one with a step that cannot be.
  public private(set) var unreadable = 0
  private var lastStep = 0
  private var metrics: GrowingFile
  private var events: GrowingFile

  /// Reads nothing yet.
  /// - Throws: `Trouble` when there is no run in this folder.
  public init(_ folder: String) throws {
    guard Files.exists(folder + "/config.json") else { throw RunFolder.noRun(folder) }
    run = RecordedRun(name: RunFolder.name(of: folder), folder: folder)
    metrics = GrowingFile(folder + "/metrics.jsonl")
    events = GrowingFile(folder + "/events.jsonl")
  }

  /// Takes up some of what has been written since: a few megabytes at most.
  /// - Returns: whether there was anything; more may follow.
  public mutating func readOn() -> Bool {
    let (eventNews, metricNews) = (events.read(), metrics.read())
    if eventNews.isAnew { run.removeEvents() }
    if metricNews.isAnew { (run.curves, lastStep) = ([:], 0) }
    for line in eventNews.lines.split(separator: UInt8(ascii: "\n")) { takeEvent(line) }
    metricNews.lines.withUnsafeBufferPointer { bytes in
      for line in bytes.split(separator: UInt8(ascii: "\n")) { takeMetrics(UnsafeBufferPointer(rebasing: line)) }
    }
    run.shareRead = metrics.share
    let wasHeld = run.isHeld
    run.isHeld = RunFolder.isTraining(in: run.folder)
    return run.isHeld != wasHeld || [eventNews, metricNews].contains { $0.isAnew || !$0.lines.isEmpty }
  }

  private mutating func takeEvent(_ line: ArraySlice<UInt8>) {
    guard let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] else {
      return unreadable += 1
    }
    do {
      // A kind that a later version writes is no error.
      if let event = try Event(json: object) { run.append(event) }
    } catch { unreadable += 1 }
  }

  /// Steps that fall belong to another run, or to a file that somebody has put together.
  private mutating func takeMetrics(_ line: UnsafeBufferPointer<UInt8>) {
    guard let metrics = StepMetrics(line: line), metrics.step >= lastStep else { return unreadable += 1 }
    lastStep = metrics.step
    run.curves.append(metrics)
  }
}

/// A file of lines that grows, or is replaced when a run goes back to a checkpoint.
private struct GrowingFile: Sendable {
  private static let piece = 4 << 20
  private let path: String
  private var offset = 0
  private var size = 0
  private var file: UInt64 = 0

  init(_ path: String) { self.path = path }

  /// How much of it has been read, 0…1.
  var share: Double { size == 0 ? 1 : Double(offset) / Double(size) }

  /// The next whole lines; `isAnew` when they are the first ones of another file. The end of a line that is still being
  /// written is left for later.
  mutating func read() -> (lines: [UInt8], isAnew: Bool) {
    let descriptor = Files.open(path, O_RDONLY)
    guard descriptor >= 0 else { return ([], false) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return ([], false) }
    let isAnew = offset > 0 && (UInt64(status.st_ino) != file || Int(status.st_size) < offset)
    if isAnew { offset = 0 }
    (file, size) = (UInt64(status.st_ino), Int(status.st_size))
    guard size > offset else { return ([], isAnew) }
    var bytes = [UInt8](repeating: 0, count: min(Self.piece, size - offset))
    let count = pread(descriptor, &bytes, bytes.count, off_t(offset))
    bytes.removeLast(bytes.count - max(0, count))
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    bytes.removeLast(bytes.count - whole)
    offset += whole
    return (bytes, isAnew)
  }
}
