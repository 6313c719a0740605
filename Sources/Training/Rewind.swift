/// Going back: what a run was at a checkpoint goes on as a run of its own, and the old one stays whole.
import Basics
import Foundation
import Telemetry

extension Trainer {
  /// Goes on from the newest finite checkpoint up to a step, in a new folder beside this run's. The knobs are those of then, and
  /// undo starts anew. What has been trained since is saved first.
  mutating func rewind(toStep asked: Int) throws {
    let (child, past): (RunFolder, Checkpoint)
    do {
      (child, past) = try RunFolder.branch(of: folder.path, upTo: asked, configuration)
    } catch let trouble as Trouble {
      return try emit(.warning("cannot go back: \(trouble)"))
    }
    let step = past.step
    try flushHeldLines()
    try save()
    try emit(.stopped(reason: "it goes on from step \(step) as \(child.name)"))
    (folder, point) = (child, past)
    (undoable, protectedSteps, lastTurn) = ([], [], -.infinity)
    heldLines = step == 0 ? [] : nil
    (snapshot.curves, snapshot.events, snapshot.layers) = ([:], ChunkedArray(), [])
    (snapshot.metrics, snapshot.time) = (nil, 0)
    (snapshot.run.name, snapshot.run.folder) = (child.name, child.path)
    try restoreHistory()
    try emit(.resumed(fromStep: step))
  }

}

extension RunFolder {
  /// Creates a run that continues another one from its newest whole and finite checkpoint up to a step.
  /// - Returns: the new run's folder, locked, and the checkpoint.
  static func branch(
    of path: String, upTo asked: Int, _ configuration: Configuration
  ) throws -> (RunFolder, Checkpoint) {
    guard let step = Checkpoint.newestFiniteStep(of: path, upTo: asked, configuration) else {
      throw Trouble(
        "no whole and finite checkpoint up to step \(asked)", at: path + "/checkpoints",
        remedy: "choose a later step, or start a new run")
    }
    let past = try Checkpoint(reading: checkpointPath(path, step: step), configuration)
    let child = try create(
      nextPath(after: path, isRewound: parent(of: path) != nil), configuration: configuration,
      parent: Parent(name: name(of: path), step: step))
    try past.file.write(to: checkpointPath(child.path, step: step))
    try child.copyLines(of: path)
    return (child, past)
  }

  /// Creates a run for `resume --rewind`.
  /// - Returns: its folder's path.
  public static func branch(of path: String, upTo step: Int) throws -> String {
    try branch(of: path, upTo: step, try configuration(of: path)).0.path
  }

  /// The run that another one is a branch of, and from where.
  public struct Parent: Sendable {
    let name: String
    let step: Int
  }

  /// The run that the one in a folder is a branch of.
  static func parent(of path: String) -> Parent? {
    let data = Files.contents(path + "/config.json") ?? Data()
    let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
    return (object?["parent"] as? String).map { Parent(name: $0, step: object?["parent_step"] as? Int ?? 0) }
  }

  /// `NAME-2` beside `NAME`, then `NAME-3`: the first that is free.
  /// - Parameter isRewound: the run has such a number itself.
  static func nextPath(after path: String, isRewound: Bool) -> String {
    var base = path
    if isRewound, let dash = path.lastIndex(of: "-"), Int(path[path.index(after: dash)...]) != nil {
      base = String(path[..<dash])
    }
    var number = 2
    while Files.exists("\(base)-\(number)") { number += 1 }
    return "\(base)-\(number)"
  }

  /// Takes over another run's lines of steps and events, and the list of its images.
  func copyLines(of other: String) throws {
    for name in ["metrics.jsonl", "events.jsonl", DataListing.fileName] {
      let bytes = try Files.bytesIfThere("\(other)/\(name)") ?? []
      try SafeFile.write(bytes, to: "\(path)/\(name)")
    }
  }
}
