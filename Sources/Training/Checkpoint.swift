/// Everything a run needs to go on bit for bit, as one safetensors file; no clock in it.
import Basics
import Foundation
import Networks
import Telemetry
import Tensors

public struct Checkpoint: Sendable {
  public var model: SimCLR
  public var optimizer: Optimizer
  public var step = 0
  /// Images trained on.
  public var images = 0
  public var epoch = 0
  /// Images of this epoch that have been passed.
  public var cursor = 0
  public var knobs: Knobs
  /// The settings that make the experiment, as JSON.
  public var settings: String

  /// What the data was like; nil in checkpoints of earlier versions.
  var data: DataFingerprint?

  /// A new run.
  public init(_ configuration: Configuration) {
    model = SimCLR(configuration)
    optimizer = Optimizer(configuration.optimizer, nesterov: configuration.nesterov)
    knobs = configuration.knobs
    settings = configuration.json(experimentOnly: true).text
  }

  /// Metadata that names the tensors with NaN or infinity; absent from a finite checkpoint.
  static let nonFiniteKey = "non_finite"

  public var file: TensorFile {
    var file = TensorFile()
    for (name, tensor) in model.tensors(under: "") { file.add(name, tensor) }
    for (name, tensor) in optimizer.state { file.add("optimizer." + name, tensor) }
    file.metadata = [
      "format": "simscope 1", "step": "\(step)", "images": "\(images)", "epoch": "\(epoch)", "cursor": "\(cursor)",
      "optimizer_steps": "\(optimizer.steps)", "knobs": Self.json(of: knobs), "configuration": settings,
    ]
    if let data { file.metadata["data"] = data.json }
    let nonFinite = NonFinite.names(file.tensors)
    if !nonFinite.isEmpty { file.metadata[Self.nonFiniteKey] = nonFinite.joined(separator: " ") }
    return file
  }

  /// Goes on from a file.
  /// - Throws: `Trouble` when it is torn, foreign, or of another experiment's shapes.
  public init(reading path: String, _ configuration: Configuration) throws {
    self.init(configuration)
    let file = try TensorFile(reading: path)
    guard file.metadata["format"] == "simscope 1" else {
      throw Trouble("not a checkpoint of simscope", at: path, remedy: "name a run folder made by simscope train")
    }
    func number(_ key: String) throws -> Int {
      guard let value = file.metadata[key].flatMap({ Int(count: $0) }) else {
        throw Trouble("the checkpoint does not say its \(key)", at: path, remedy: "use an earlier checkpoint")
      }
      return value
    }
    (step, images) = (try number("step"), try number("images"))
    (epoch, cursor) = (try number("epoch"), try number("cursor"))
    knobs = try Self.knobs(from: file.metadata["knobs"] ?? "", path)
    data = file.metadata["data"].flatMap { DataFingerprint(json: $0) }
    try model.load(from: file, under: "", path: path)
    try optimizer.restore(steps: try number("optimizer_steps"), model: &model) { name, count in
      guard let tensor = file["optimizer." + name], tensor.count == count else {
        throw Trouble("no optimizer state “\(name)”", at: path, remedy: "was it saved with another --optimizer?")
      }
      return tensor
    }
  }

  /// The newest whole and finite checkpoint of a run; with `--allow-non-finite`, the newest whole one.
  /// - Returns: the checkpoint, and why newer ones could not be used.
  public static func newest(of run: String, _ configuration: Configuration) throws -> (Checkpoint, refused: [Trouble]) {
    var refused: [Trouble] = []
    for step in RunFolder.checkpointSteps(run).reversed() {
      do {
        let path = RunFolder.checkpointPath(run, step: step)
        let point = try Checkpoint(reading: path, configuration)
        try NonFinite.check(point.file.tensors, at: path, isAllowed: configuration.allowsNonFinite)
        return (point, refused)
      } catch let trouble as Trouble {
        refused.append(trouble)
      }
    }
    guard let newest = refused.first else {
      throw Trouble("no checkpoint", at: run + "/checkpoints", remedy: "start a new run: simscope train --config")
    }
    let isNonFinite = newest.remedy == NonFinite.remedy
    throw Trouble(
      "\(newest.what), and no other checkpoint is whole\(isNonFinite ? " and finite" : "")", at: newest.place,
      remedy: isNonFinite
        ? "start a new run, or use this one with --allow-non-finite" : "start a new run: simscope train --config")
  }

  /// Step of the newest whole and finite checkpoint of a run up to a step.
  static func newestFiniteStep(of run: String, upTo last: Int, _ configuration: Configuration) -> Int? {
    RunFolder.checkpointSteps(run).reversed().first { step in
      guard step <= last else { return false }
      let point = try? Checkpoint(reading: RunFolder.checkpointPath(run, step: step), configuration)
      return point.map { NonFinite.names($0.file.tensors).isEmpty } ?? false
    }
  }

  private static func json(of knobs: Knobs) -> String {
    var line = JSONLine()
    for knob in Knob.all { line.add(knob.key, knobs[keyPath: knob.path]) }
    return line.text
  }

  private static func knobs(from text: String, _ path: String) throws -> Knobs {
    let object = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    var knobs = Knobs()
    for knob in Knob.all {
      guard let value = object[knob.key] as? Double, knob.canBe(value) else {
        throw Trouble("the checkpoint does not say the knob \(knob.key)", at: path, remedy: "use an earlier checkpoint")
      }
      knobs[keyPath: knob.path] = value
    }
    return knobs
  }
}
