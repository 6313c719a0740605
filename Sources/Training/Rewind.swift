/// Going back: what a run was at a checkpoint goes on as a run of its own, and the old one stays whole.
import Basics
import Foundation
import Telemetry

extension Trainer {
  /// Goes on from the newest checkpoint up to a step, in a new folder beside this run's. The knobs are those of then, and
  /// undo starts anew. What has been trained since is saved first.
  mutating func rewind(toStep asked: Int) throws {
    guard let (past, step) = checkpoint(upTo: asked) else {
      return try emit(.warning("there is no whole checkpoint up to step \(asked) to go back to"))
    }
    let path = RunFolder.nextPath(after: folder.path, isRewound: RunFolder.parent(of: folder.path) != nil)
    let child: RunFolder
    do {
      child = try RunFolder.create(
        path, configuration: configuration, parent: RunFolder.Parent(name: folder.name, step: step))
      try past.file.write(to: RunFolder.checkpointPath(child.path, step: step))
      try child.copyLines(of: folder.path)
    } catch let trouble as Trouble {
      return try emit(.warning("cannot go back: \(trouble)"))
    }
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

  private func checkpoint(upTo asked: Int) -> (Checkpoint, step: Int)? {
    for step in RunFolder.checkpointSteps(folder.path).reversed() where step <= asked {
      let path = RunFolder.checkpointPath(folder.path, step: step)
      if let point = try? Checkpoint(reading: path, configuration) { return (point, step) }
    }
    return nil
  }
}

extension RunFolder {
  /// The run that another one is a branch of, and from where.
  public struct Parent: Sendable {
    let name: String
    let step: Int
  }

  /// The name of the run that the one in a folder is a branch of.
  static func parent(of path: String) -> String? {
    let data = Files.contents(path + "/config.json") ?? Data()
    let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
    return object?["parent"] as? String
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

  /// Takes over another run's lines of steps and events.
  func copyLines(of other: String) throws {
    for name in ["metrics.jsonl", "events.jsonl"] {
      let bytes = try Files.bytesIfThere("\(other)/\(name)") ?? []
      try SafeFile.write(bytes, to: "\(path)/\(name)")
    }
  }
}
