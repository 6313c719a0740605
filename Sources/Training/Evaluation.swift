/// Weighted kNN on the held-out part of train, while a run trains.
import Basics
import Foundation
import Images
import Tensors

/// The pictures of a run: what is trained on, and what is kept for evaluation.
struct RunData: Sendable {
  let train: DataSet
  let heldOut: DataSet

  /// Keeps a share of every class (of all pictures when there are no classes, then none: nothing could be evaluated),
  /// chosen by the seed.
  init(_ all: DataSet, heldOut share: Double, seed: UInt64) {
    guard let labels = all.labels, share > 0, all.classes.count > 1 else {
      (train, heldOut) = (all, all.subset([]))
      return
    }
    var random = RandomStream(seed: seed, .split)
    var kept = Set<Int>()
    for label in all.classes.indices {
      var members = labels.indices.filter { labels[$0] == label }
      let count = Int((Double(members.count) * share).rounded())
      members.drawFirst(count, using: &random)
      kept.formUnion(members.prefix(count))
    }
    train = all.subset(labels.indices.filter { !kept.contains($0) })
    heldOut = all.subset(kept.sorted())
  }

  /// Holds out the images with these names.
  init(_ all: DataSet, holdingOut names: Set<String>) {
    train = all.subset(all.names.indices.filter { !names.contains(all.names[$0]) })
    heldOut = all.subset(all.names.indices.filter { names.contains(all.names[$0]) })
  }
}

extension RunData {
  /// At most this many pictures make the bank and the queries during training, evenly chosen, so that an evaluation
  /// stays cheap beside an epoch. `evaluate` uses all.
  private static let bankLimit = 5000
  private static let queryLimit = 1000

  var canEvaluate: Bool { heldOut.count > 0 }

  /// kNN accuracy of an encoder's h.
  /// - Returns: nil when `progress` (0…1) ended it early.
  func knnAccuracy(
    _ model: SimCLR, imageSize: Int, normalization: PixelNormalization, workers: WorkerPool,
    progress: (Double) -> Bool
  ) throws -> Double? {
    let bank = evenly(train.count, atMost: Self.bankLimit)
    let queries = evenly(heldOut.count, atMost: Self.queryLimit)
    let total = Double(bank.count + queries.count)
    var embedder = try Embedder(model, imageSize: imageSize, normalization: normalization, workers: workers)
    guard let known = embedder.embed(train, bank, progress: { progress($0 * Double(bank.count) / total) }),
      let asked = embedder.embed(
        heldOut, queries, progress: { progress((Double(bank.count) + $0 * Double(queries.count)) / total) }),
      let trainLabels = train.labels, let heldOutLabels = heldOut.labels
    else { return nil }
    let classes = train.classes.count
    return try NearestNeighbours.usual(bank: bank.count).classify(
      bank: LabelledFeatures(known.h, labels: bank.map { trainLabels[$0] }, classes: classes),
      queries: LabelledFeatures(asked.h, labels: queries.map { heldOutLabels[$0] }, classes: classes), workers: workers
    ).accuracy().share
  }

}

/// At most so many of 0..<count, evenly chosen.
func evenly(_ count: Int, atMost limit: Int) -> [Int] {
  let taken = min(count, limit)
  return (0..<taken).map { $0 * count / taken }
}
