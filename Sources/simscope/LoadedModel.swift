/// MODEL of `evaluate` and `embed`: a run's newest checkpoint, or the encoder of a bare safetensors file.
import Basics
import Foundation
import Images
import Networks
import Training

private let bareFile = "for a bare safetensors file"

/// What a run's `config.json` says and a bare file does not.
let bareFileFlags = [
  Flag("encoder", ResNet.Architecture.all.map(\.name).joined(separator: "|"), "the net", group: bareFile),
  Flag("width", "X", "factor on its channels", group: bareFile),
  Flag("stem", "auto|cifar|imagenet", "its first layers", group: bareFile),
  Flag("image-size", "N", "side of a picture as it sees it, in pixels", group: bareFile),
  Flag("normalize", "none|cifar|imagenet", "of the pixels, as in its training", group: bareFile),
]

/// How DATA is read.
let readingFlags = ["no_cache", "split_folders", "exif_orientation"].map { Flag(Setting.named($0)!) }

struct LoadedModel {
  let configuration: Configuration
  let model: SimCLR
  /// The run's folder and the checkpoint's step; nil of a bare file.
  let run: (path: String, step: Int)?

  var imageSize: Int { configuration.imageSize! }
  var hasHead: Bool { configuration.head != .none }
  /// The same net as it was before training.
  var untrained: SimCLR { SimCLR(configuration) }

  /// - Parameter data: tells the pictures' size where neither a run nor a flag does.
  init(_ path: String, data: String, _ arguments: Arguments) throws {
    guard Files.exists(path) else {
      throw Trouble("no model here", at: path, remedy: "name a run folder (runs/NAME) or a safetensors file")
    }
    self = Files.isFolder(path) ? try Self(run: path, arguments) : try Self(file: path, data: data, arguments)
  }

  private init(run path: String, _ arguments: Arguments) throws {
    if let flag = bareFileFlags.first(where: { arguments[$0.name] != nil }) {
      throw UsageError("--\(flag.name) goes with a bare safetensors file; a run says it in its config.json")
    }
    var configuration = try RunFolder.configuration(of: path)
    try Self.apply(["threads"] + readingFlags.map(\.name), arguments, to: &configuration)
    configuration.allowsNonFinite = arguments.has(allowNonFiniteFlag.name)
    let (point, refused) = try Checkpoint.newest(of: path, configuration)
    for trouble in refused { complain("skipped a checkpoint: \(trouble)") }
    (self.configuration, model, run) = (configuration, point.model, (path, point.step))
  }

  private init(file path: String, data: String, _ arguments: Arguments) throws {
    var configuration = Configuration()
    try Self.apply(["threads"] + readingFlags.map(\.name) + bareFileFlags.map(\.name), arguments, to: &configuration)
    configuration.head = .none
    configuration.adapt(
      toLargestSide: try DataSet.survey(data, split: .train, options: configuration.dataOptions).longestSide ?? 64)
    var model = SimCLR(configuration)
    let remarks = try model.encoder.load(stateDict: try TensorFile(reading: path), path: path)
    if let line = remarks.prefixLine(path) { complain(line) }
    try NonFinite.check(
      model.encoder.tensors(under: ""), at: path, isAllowed: arguments.has(allowNonFiniteFlag.name))
    (self.configuration, self.model, run) = (configuration, model, nil)
  }

  private static func apply(_ flags: [String], _ arguments: Arguments, to configuration: inout Configuration) throws {
    for (flag, value) in arguments.given where flags.contains(flag.name) {
      do { try flag.setting!.apply(value, to: &configuration) } catch let trouble as Trouble {
        throw UsageError(trouble.what)
      }
    }
  }

  /// Whether the pictures that a missing test split lets hold out were never trained on: the run held out the same.
  func heldOutTheSame(_ data: String, limit: Int?) -> Bool {
    let path = Files.absolute(data)
    return run != nil && configuration.data == path && configuration.knnEvery > 0 && configuration.heldOut > 0
      && configuration.limit == limit
  }

  /// Notes in the run's folder that test was read; a folder that cannot be written is told of and stops nothing.
  /// - Returns: how often it has been; nil where nobody counts.
  func countTestEvaluation(_ protocolName: String, top1: Double?) -> Int? {
    guard let run else { return nil }
    do {
      return try RunFolder.countTestEvaluation(
        of: run.path, step: run.step, protocolName: protocolName, top1: top1)
    } catch {
      complain("this look at test is not counted: \(error)")
      return nil
    }
  }
}
