/// What memory a run needs beside its pictures, known before it takes any.
import Basics
import Networks
import Tensors

public struct MemoryNeed: Sendable, Equatable {
  /// N.
  public let batchSize: Int
  /// Bytes of a step: maps, gradients, scratch, and the views it starts from.
  public let step: Int
  /// Bytes of parameters and optimizer state, and of as much again while they are saved.
  public let model: Int
  /// Bytes of an evaluation between steps.
  public let evaluation: Int

  public var bytes: Int { step + model + evaluation }

  /// "needs about 624 MiB of memory beside the pictures: …"
  public var sentence: String {
    let parts = [
      (step, "for a step of \(batchSize) images"), (model, "for parameters and optimizer"),
      (evaluation, "to evaluate"),
    ]
    let words = parts.filter { $0.0 > 0 }.map { "\(mebibytes($0.0)) \($0.1)" }
    return "needs about \(mebibytes(bytes)) of memory beside the pictures: " + words.joined(separator: ", ")
  }
}

/// Bytes in whole MiB, rounded up.
public func mebibytes(_ bytes: Int) -> String { "\((bytes + 0xf_ffff) >> 20) MiB" }

extension Configuration {
  /// What a run of this model needs.
  /// - Parameter batchSize: N, at most the pictures there are to train on.
  func memoryNeed(of model: SimCLR, batchSize: Int, workers: WorkerPool) -> MemoryNeed {
    let size = imageSize!
    let plan = StepPlan(model, self, batchSize: batchSize, workers: workers)
    let views = 2 * plan.chunks.max()! * size * size * 3
    let numbers = model.parameterCount * (1 + optimizer.numbersPerParameter)
    return MemoryNeed(
      batchSize: batchSize, step: plan.bytes + views,
      model: 2 * numbers * MemoryLayout<Float>.stride,
      evaluation: knnEvery > 0 ? Embedder.plan(model, imageSize: size, workers: workers).bytes : 0)
  }

  /// The same for a run that is not there yet.
  /// - Parameter pictures: in the training split.
  public func memoryNeed(pictures: Int) -> MemoryNeed {
    memoryNeed(
      of: SimCLR(self), batchSize: max(2, min(knobs.batchSize, pictures)), workers: WorkerPool(threads: workerCount))
  }

  /// - Parameters:
  ///   - isNew: whether settings may still be chosen.
  ///   - room: memory that can be had; nil where the system does not say.
  /// - Throws: `Trouble` when the need is more than that, with settings that would fit.
  func checkMemory(_ need: MemoryNeed, of model: SimCLR, isNew: Bool, room: MemoryRoom?, workers: WorkerPool) throws {
    guard let room, need.bytes > room.bytes else { return }
    let available = room.bytes
    let ways = isNew ? settingsThatFit(available, insteadOf: need, of: model, workers) : []
    let usual =
      isNew ? "take a smaller --encoder, --width or --image-size" : "end other programs, or go on with more memory"
    throw Trouble(
      "a batch of \(need.batchSize) \(need.sentence), and \(room.sentence)",
      remedy: ways.isEmpty ? usual : Self.list(ways) + " would fit")
  }

  /// "a, b or c"
  private static func list(_ words: [String]) -> String {
    words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " or " + words.last!
  }

  /// The first half, quarter, … of the batch that fits, whole or in chunks, and half the bytes a number if that is enough.
  private func settingsThatFit(
    _ available: Int, insteadOf need: MemoryNeed, of model: SimCLR, _ workers: WorkerPool
  ) -> [String] {
    func fits(_ configuration: Configuration, _ batchSize: Int) -> Bool {
      configuration.memoryNeed(of: model, batchSize: batchSize, workers: workers).bytes <= available
    }
    var halved = need.batchSize / 2
    while halved >= 2 && !fits(self, halved) { halved /= 2 }
    var chunked = self
    chunked.microBatch = min(microBatch ?? need.batchSize, need.batchSize) / 2
    while chunked.microBatch! >= 2 && !fits(chunked, need.batchSize) { chunked.microBatch! /= 2 }
    var narrow = self
    narrow.precision = .bfloat16
    return (halved >= 2 ? ["--batch-size \(halved)"] : [])
      + (chunked.microBatch! >= 2 ? ["--micro-batch \(chunked.microBatch!)"] : [])
      + (precision != .bfloat16 && fits(narrow, need.batchSize) ? ["--precision bfloat16"] : [])
  }
}
