/// The labelled pictures that a protocol learns from, and those it is asked about.
import Basics
import Images

public struct EvaluationData: Sendable {
  /// Where the pictures come from that are asked about.
  public enum Questions: String, Sendable {
    /// DATA's own test split.
    case testSplit = "test"
    /// DATA has none: a share of every class of train stands for it, and is not learned from.
    case heldOut = "held-out"
    /// DATA has none: each picture of train is asked about, with all the others known.
    case leaveOneOut = "leave-one-out"
  }

  public let train: DataSet
  public let test: DataSet
  public let questions: Questions
  /// Pictures of either that could not be read.
  public let skipped: [DataSet.Skipped]
  /// Why no cache of the pictures of either could be written, where that failed.
  public let notes: [String]

  /// Reads both splits.
  /// - Parameters:
  ///   - limit: first pictures a class of train; test is always whole.
  ///   - labels: the share of train's labels that may be known, 0…1, the same share of every class.
  ///   - heldOut: share of every class that stands for a missing test split; nil: each picture is asked about in turn.
  ///   - seed: of what is held out, as in a run with this seed, and of which labels are known.
  /// - Throws: `Trouble` when there are no labels or pictures, `CancellationError` when `progress` ends it.
  public static func open(
    _ path: String, options: DataOptions = DataOptions(), limit: Int? = nil, labels share: Double = 1, heldOut: Double?,
    seed: UInt64, imageSize: Int,
    cache: PictureCache? = nil, workers: WorkerPool,
    progress: @Sendable (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
  ) throws -> EvaluationData {
    func read(_ split: DataSet.Split, _ limit: Int?) throws -> DataSet {
      let data = try DataSet.open(
        path, split: split, options: options, limit: limit, shorterSideAtMost: 2 * imageSize, cache: cache,
        workers: workers,
        progress: progress)
      guard data.labels != nil else {
        throw Trouble("the pictures have no labels", at: path, remedy: "evaluate on a folder with a folder a class")
      }
      return data
    }
    let all = try read(.train, limit)
    guard try DataSet.hasTestSplit(path, options: options) else {
      guard let heldOut else {
        return EvaluationData(train: all, test: all, questions: .leaveOneOut, skipped: all.skipped, notes: notes([all]))
      }
      let parts = RunData(all, heldOut: heldOut, seed: seed)
      guard parts.canEvaluate else {
        throw Trouble(
          "no test split, and too few pictures to hold some out", at: path, remedy: "add pictures, or a folder test/")
      }
      return EvaluationData(
        train: parts.train.classBalanced(share: share, seed: seed), test: parts.heldOut, questions: .heldOut,
        skipped: all.skipped, notes: notes([all]))
    }
    let test = try read(.test, nil)
    return EvaluationData(
      train: all.classBalanced(share: share, seed: seed), test: test, questions: .testSplit,
      skipped: all.skipped + test.skipped, notes: notes([all, test]))
  }

  private static func notes(_ data: [DataSet]) -> [String] {
    data.flatMap { $0.warnings + ($0.note.map { [$0] } ?? []) }
  }
}
