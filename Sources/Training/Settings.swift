/// The table of settings: command-line flags, `--config`, `config.json` and help are all read from it.
import Basics
import Foundation
import Images
import Networks
import Telemetry

public struct Setting: Sendable {
  public enum Group: String, Sendable, CaseIterable {
    case model, loss, views, optimisation, run
  }

  /// In JSON; the flag has dashes for the underscores.
  public let key: String
  public let group: Group
  /// What its value looks like: "N", "a|b"; empty for a switch.
  public let value: String
  public let help: String
  /// Part of the experiment, so of a checkpoint; others only say how it is run.
  public let isExperiment: Bool
  /// What it takes, in words, where `value` does not say it.
  var allowed: String?
  public let get: @Sendable (Configuration) -> String?
  let set: @Sendable (inout Configuration, String) -> Bool

  public var flag: String { "--" + key.map { $0 == "_" ? "-" : String($0) }.joined() }
  public var isSwitch: Bool { value.isEmpty }

  /// The allowed words of an enumerated setting.
  public var choices: [String] { value.contains("|") ? value.split(separator: "|").map(String.init) : [] }

  public static func named(_ key: String) -> Setting? { all.first { $0.key == key } }

  /// Sets a value given as text and notes that it was given.
  /// - Throws: `Trouble` naming the flag, what is allowed, and the nearest valid spelling.
  public func apply(_ text: String, to configuration: inout Configuration) throws {
    guard set(&configuration, text) else {
      let nearest = nearestSpelling(of: text, in: choices).map { "; did you mean “\($0)”?" } ?? ""
      let words = allowed.map { "is \($0)" } ?? (choices.isEmpty ? "takes \(value)" : "is one of \(value)")
      throw Trouble("\(flag) \(words), not “\(text)”\(nearest)", remedy: "see --help")
    }
    configuration.given.insert(key)
  }

  // MARK: the table

  public static let all: [Setting] = model + loss + views + optimisation + run

  private static let model = [
    choice(
      "encoder", .model, ResNet.Architecture.all.map(\.name), "the encoder f",
      get: { $0.encoder.name }, set: { $0.encoder = ResNet.Architecture.named($1)! }),
    number(
      "width", .model, 0.0625...16, "factor on the encoder's channels, rounded to whole ones (1, 2, 4, 0.5)", \.width),
    choice(
      "stem", .model, ["auto"] + ResNet.Stem.allCases.map(\.rawValue),
      "3×3, or 7×7 and pooling (auto: imagenet from 64 px on for resnet18, 34 and 50)",
      get: { $0.stem?.rawValue ?? "auto" }, set: { $0.stem = ResNet.Stem(rawValue: $1) }),
    toggle(
      "zero_init_residual", .model,
      "residual branches start at zero, as the reference code (false: torchvision's default, quicker in short runs)",
      \.zeroInitResidual),
    integer(
      "image_size", .model, 8...512, "side of a view in pixels (32 for pictures up to 40 px, else 96)", \.imageSize),
    named("head", .model, "the projection head g", \.head),
    integer("head_layers", .model, 2...8, "linear layers of the nonlinear head", \.headLayers),
    integer("head_hidden", .model, 1...65536, "width inside the head (the encoder's D)", \.headHidden),
    named(
      "head_norm", .model, "batch norm after each linear layer of the head, as the reference code, or none", \.headNorm),
    integer("projection_dim", .model, 1...65536, "d, the width of z", \.projectionDim),
    named("precision", .model, "how feature maps are kept while training; all sums are float32", \.precision),
    Setting(
      key: "init", group: .model, value: "FILE", help: "start the encoder from a torchvision state dict (safetensors)",
      isExperiment: true, get: { $0.initialWeights },
      set: { configuration, text in
        configuration.initialWeights = text
        return !text.isEmpty
      }),
  ]

  private static let loss = [
    named(
      "loss", .loss, "the contrastive loss (paper, Table 2)",
      \.objective.loss),
    knob("temperature", .loss),
    named(
      "similarity", .loss, "of z scaled to length one, or the product of z as it is (Table 5)", \.objective.similarity),
    named(
      "mining", .loss,
      "one negative a view, the nearest that is farther than its partner; for nt-logistic and margin",
      \.objective.mining),
    number("margin", .loss, 0...1e6, "m of the margin loss", \.objective.margin),
    named(
      "loss_scale", .loss,
      "the mean over 2N views, or the reference code's sum of both directions: exactly twice that",
      \.objective.scale),
    integer(
      "micro_batch", .loss, 1...1_048_576,
      "images computed at once, for batches larger than memory (the whole batch): loss and gradient stay those of the "
        + "whole batch with all its negatives, for one more forward; batch norm takes its statistics over a chunk. "
        + "(Gradients of small batches added up would lack those negatives)",
      \.microBatch),
  ]

  private static let views =
    ["strength", "crop_min", "flip_probability", "jitter_probability", "gray_probability", "blur_probability"].map {
      knob($0, .views)
    } + [
      named("augmentation", .views, "none: a view is the picture itself", \.augmentation),
      named(
        "crop_rule", .views,
        "area uniform, bilinear; or the reference code's: height uniform, at least a tenth, bicubic", \.cropRule),
      named(
        "jitter_rule", .views,
        "contrast, saturation, grey and blur; the reference's: per channel, in HSV, black around blur", \.jitterRule),
      named("brightness", .views, "a factor (reference's default), or a step (paper)", \.brightness),
      named("normalize", .views, "subtract a mean and divide by a deviation a channel", \.normalize),
    ]

  private static let optimisation = [
    named("optimizer", .optimisation, "the rule by which a gradient moves the parameters", \.optimizer),
    knob("learning_rate", .optimisation),
    number(
      "base_learning_rate", .optimisation, 0...1e6, "peak learning rate at batch 256, scaled to the batch size",
      \.baseLearningRate),
    named("learning_rate_scaling", .optimisation, "how the base rate grows: N/256 or √N", \.learningRateScaling),
    knob("momentum", .optimisation),
    toggle("nesterov", .optimisation, "Nesterov momentum of SGD", \.nesterov),
    knob("weight_decay", .optimisation),
    number("warmup_epochs", .optimisation, 0...1e6, "linear warm-up from 0", \.warmupEpochs),
    named("schedule", .optimisation, "after warm-up", \.schedule),
    knob("batch_size", .optimisation),
    integer("epochs", .optimisation, RunLength.epochRange, "length of the schedule", \.epochs),
    integer(
      "steps", .optimisation, RunLength.stepRange, "length of the schedule in steps, instead of epochs", \.steps),
    integer(
      "stop_after", .optimisation, 0...1_000_000_000, "end after this step without bending the schedule",
      isExperiment: false, \.stopAfter),
    toggle(
      "drop_last", .optimisation, "leave out the rest of an epoch that fills no batch (false: a smaller last batch)",
      \.dropLast),
  ]

  private static let run = [
    Setting(
      key: "seed", group: .run, value: "N", help: "of parameters, order, views and split", isExperiment: true,
      get: { "\($0.seed)" },
      set: { configuration, text in
        UInt64(text).map { configuration.seed = $0 } != nil
      }),
    integer("threads", .run, 0...1024, "threads that compute (0: all cores)", isExperiment: false, \.threads),
    named("order", .run, "order of the pictures in an epoch", \.order),
    integer("limit", .run, 1...1_000_000_000, "first N pictures a class", \.limit),
    number("held_out", .run, 0...0.9, "share of train that is kept for kNN and not trained on", \.heldOut),
    toggle(
      "no_cache", .run, "decode a big folder at every start, and keep nothing in ~/.cache", isExperiment: false,
      \.noCache),
    named(
      "split_folders", .run, "train/, Test/, validation/ … are splits; none: the subfolders of DATA are its classes",
      \.dataOptions.splitFolders),
    named(
      "exif_orientation", .run,
      "a camera's note of how it was held: ignored as torchvision does, or images turned by it",
      \.dataOptions.exifOrientation),
    Setting(
      key: "run", group: .run, value: "DIR", help: "the run's folder (runs/NAME)", isExperiment: false, get: { $0.run },
      set: { configuration, text in
        configuration.run = text
        return !text.isEmpty
      }),
    integer(
      "checkpoint_every", .run, 0...1_000_000, "epochs between checkpoints (0 never)", isExperiment: false,
      \.checkpointEvery),
    integer(
      "keep_checkpoints", .run, 1...1_000_000, "newest checkpoints to keep", isExperiment: false, \.keepCheckpoints),
    integer(
      "knn_every", .run, 0...1_000_000, "epochs between kNN evaluations (0 never)", isExperiment: false, \.knnEvery),
    Setting(
      key: "on_hangup", group: .run, value: "continue|stop",
      help: "when the terminal is lost (continue with a dashboard, stop without)", isExperiment: false,
      get: { $0.onHangup?.rawValue },
      set: { configuration, text in
        configuration.onHangup = Configuration.HangupChoice(rawValue: text)
        return configuration.onHangup != nil
      }),
    Setting(
      key: "on_divergence", group: .run, value: "stop|pause|continue",
      help: "when loss, gradient or weights become NaN or infinite (pause with a dashboard, stop without)",
      isExperiment: false, get: { $0.onDivergence?.rawValue },
      set: { configuration, text in
        configuration.onDivergence = Configuration.DivergenceChoice(rawValue: text)
        return configuration.onDivergence != nil
      }),
  ]

  // MARK: kinds of rows

  private static func words(_ range: ClosedRange<Int>) -> String {
    words(Double(range.lowerBound)...Double(range.upperBound), isInteger: true)
  }

  private static func words(_ range: ClosedRange<Double>, isInteger: Bool = false) -> String {
    let (low, high) = (JSONLine.number(range.lowerBound), JSONLine.number(range.upperBound))
    return "\(isInteger ? "a whole number" : "a number") from \(low) to \(high)"
  }

  private static func choice(
    _ key: String, _ group: Group, _ words: [String], _ help: String,
    get: @escaping @Sendable (Configuration) -> String, set: @escaping @Sendable (inout Configuration, String) -> Void
  ) -> Setting {
    Setting(key: key, group: group, value: words.joined(separator: "|"), help: help, isExperiment: true, get: get) {
      guard words.contains($1) else { return false }
      set(&$0, $1)
      return true
    }
  }

  private static func named<Choice: RawRepresentable & CaseIterable & Sendable>(
    _ key: String, _ group: Group, _ help: String, _ path: WritableKeyPath<Configuration, Choice> & Sendable
  ) -> Setting where Choice.RawValue == String {
    choice(
      key, group, Choice.allCases.map(\.rawValue), help, get: { $0[keyPath: path].rawValue },
      set: { $0[keyPath: path] = Choice(rawValue: $1)! })
  }

  private static func integer(
    _ key: String, _ group: Group, _ range: ClosedRange<Int>, _ help: String, isExperiment: Bool = true,
    _ path: WritableKeyPath<Configuration, Int> & Sendable
  ) -> Setting {
    Setting(
      key: key, group: group, value: "N", help: help, isExperiment: isExperiment, allowed: words(range),
      get: { "\($0[keyPath: path])" }
    ) {
      guard let value = Int($1), range.contains(value) else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  private static func integer(
    _ key: String, _ group: Group, _ range: ClosedRange<Int>, _ help: String, isExperiment: Bool = true,
    _ path: WritableKeyPath<Configuration, Int?> & Sendable
  ) -> Setting {
    Setting(
      key: key, group: group, value: "N", help: help, isExperiment: isExperiment, allowed: words(range),
      get: { $0[keyPath: path].map { "\($0)" } }
    ) {
      guard let value = Int($1), range.contains(value) else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  private static func number(
    _ key: String, _ group: Group, _ range: ClosedRange<Double>, _ help: String,
    _ path: WritableKeyPath<Configuration, Double> & Sendable
  ) -> Setting {
    Setting(
      key: key, group: group, value: "X", help: help, isExperiment: true, allowed: words(range),
      get: { JSONLine.number($0[keyPath: path]) }
    ) {
      guard let value = Double($1), range.contains(value) else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  private static func number(
    _ key: String, _ group: Group, _ range: ClosedRange<Double>, _ help: String,
    _ path: WritableKeyPath<Configuration, Double?> & Sendable
  ) -> Setting {
    Setting(
      key: key, group: group, value: "X", help: help, isExperiment: true, allowed: words(range),
      get: { $0[keyPath: path].map(JSONLine.number) }
    ) {
      guard let value = Double($1), range.contains(value) else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  private static func toggle(
    _ key: String, _ group: Group, _ help: String, isExperiment: Bool = true,
    _ path: WritableKeyPath<Configuration, Bool> & Sendable
  ) -> Setting {
    Setting(
      key: key, group: group, value: "", help: help, isExperiment: isExperiment, allowed: "true or false",
      get: { "\($0[keyPath: path])" }
    ) {
      guard let value = Bool($1) else { return false }
      $0[keyPath: path] = value
      return true
    }
  }

  private static func knob(_ key: String, _ group: Group) -> Setting {
    let knob = Knob.named(key)!
    return Setting(
      key: key, group: group, value: knob.isInteger ? "N" : "X", help: knob.help, isExperiment: true,
      allowed: words(knob.widestRange, isInteger: knob.isInteger),
      get: { JSONLine.number($0.knobs[keyPath: knob.path]) }
    ) {
      guard let value = Double($1), knob.widestRange.contains(value), !knob.isInteger || value == value.rounded() else {
        return false
      }
      $0.knobs[keyPath: knob.path] = value
      return true
    }
  }
}
