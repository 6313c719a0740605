/// What DATA is taken for, without decoding; and for `doctor` all that can be said before it is used.
import Basics
import Synchronization

/// The pictures of one split.
public struct Survey: Sendable {
  let path: String
  let source: any PictureSource
  /// In words: "CIFAR-10 binary", "image folder with 10 class folders".
  public let kind: String
  /// What that was told from: "holds data_batch_1.bin".
  public let evidence: String
  public let title: String
  /// Where the split's pictures lie, in words: "train/", "all", "data_batch_1.bin".
  public let split: String
  public let pictures: Int
  /// Empty without labels.
  public let classes: [String]
  /// The fewest and the most pictures of a class; nil without labels.
  public let picturesPerClass: ClosedRange<Int>?
  /// The longest side of a few of the pictures; nil when none of those can be read.
  public let longestSide: Int?

  /// Side of a view, unless asked otherwise.
  public var defaultImageSize: Int { DataSet.defaultImageSize(forLongestSide: longestSide ?? .max) }

  init(_ source: any PictureSource, at path: String) {
    (self.path, self.source) = (path, source)
    (kind, evidence, title, split) = (source.kind, source.evidence, source.title, source.split)
    (pictures, classes, longestSide) = (source.names.count, source.classes, source.longestSide)
    var counts = [Int](repeating: 0, count: source.classes.count)
    for label in source.labels ?? [] { counts[label] += 1 }
    picturesPerClass = counts.min().map { $0...counts.max()! }
  }
}

public struct Examination: Sendable {
  /// What a run trains on.
  public let training: Survey
  /// What `evaluate` learns from, when that is another part.
  public let labelled: Survey?
  /// What `evaluate` asks about, or why there is none.
  public let test: Result<Survey, Trouble>
  /// Width and height of the smallest and the largest of a few of the pictures; empty when none can be read.
  public let sizes: [(width: Int, height: Int)]
  /// How many are JPEG by their names, and so need TurboJPEG.
  public let jpegs: Int
  public let cache: CacheState
  /// How many pictures were tried, and which of these cannot be read.
  public let tried: Int
  public let unreadable: [DataSet.Skipped]
  /// How many of those tried have an EXIF orientation other than upright.
  public let turned: Int
  /// What may not have been meant, each with a remedy.
  public let remarks: [String]
}

extension DataSet {
  /// - Throws: `Trouble` when this is no data set.
  public static func survey(
    _ path: String, split: Split, options: DataOptions = DataOptions()
  ) throws -> Survey {
    Survey(try DataDetection.source(path, split: split, options: options, jpeg: TurboJPEG.shared), at: path)
  }

  /// Looks at what a run would train on, decodes up to `most` of its pictures, and at what `evaluate` would use.
  /// - Throws: `Trouble` when this is no data set.
  public static func examine(
    _ path: String, options: DataOptions = DataOptions(), cache: PictureCache, most: Int = 2_000, workers: WorkerPool
  ) throws -> Examination {
    func source(_ split: Split) throws(Trouble) -> any PictureSource {
      do {
        return try DataDetection.source(path, split: split, options: options, jpeg: TurboJPEG.shared)
      } catch {
        throw error as? Trouble ?? Trouble("\(error)", at: path, remedy: "check it")
      }
    }
    let training = try source(.pretraining)
    let survey = Survey(training, at: path)
    let labelled = try? Survey(source(.train), at: path)
    let whole = decoding(
      training, path, limit: nil, shorterSideAtMost: 2 * survey.defaultImageSize, workers: workers)
    let tried = Array(
      stride(from: 0, to: survey.pictures, by: max(1, (survey.pictures + most - 1) / most)))
    let sizes = training.someSizes.sorted { $0.width * $0.height < $1.width * $1.height }
    let unreadable = unreadable(training, tried, workers: workers)
    return Examination(
      training: survey, labelled: labelled?.split == survey.split ? nil : labelled,
      test: Result { () throws(Trouble) in Survey(try source(.test), at: path) },
      sizes: sizes.isEmpty ? [] : [sizes[0], sizes.last!],
      jpegs: training.names.count { FileName.promisesJPEG($0) }, cache: whole.state(of: cache),
      tried: tried.count,
      unreadable: unreadable, turned: tried.count { training.orientation($0) != nil },
      remarks: training.remarks + training.readingNotes)
  }

  private static func unreadable(_ source: any PictureSource, _ indices: [Int], workers: WorkerPool) -> [Skipped] {
    let found = Mutex<[Int: Skipped]>([:])
    workers.run(indices.count) { place, _ in
      do {
        _ = try source.picture(indices[place])
      } catch {
        let name = source.names[indices[place]]
        found.withLock { $0[place] = Skipped(name: name, reason: (error as? Trouble)?.what ?? "\(error)") }
      }
    }
    return found.withLock { $0.sorted { $0.key < $1.key }.map(\.value) }
  }
}
