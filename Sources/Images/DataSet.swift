/// Decoded pictures, in memory or in a file, with labels when the folder or file has them. A value; copies share storage.
import Basics
import Foundation

public struct DataSet: Sendable {
  public let images: [Image]
  /// One a picture, each below `classes.count`.
  public let labels: [Int]?
  /// Empty without labels.
  public let classes: [String]
  /// The file's path below the root, or "data_batch_1 #123".
  public let names: [String]
  /// A few words for the header: "CIFAR-10", or the folder's name.
  public let title: String
  /// Pictures that could not be read.
  public let skipped: [Skipped]
  /// Why no cache of the pictures could be written, when that failed.
  public let note: String?
  /// What was left out or may not have been meant; sentences with a remedy.
  public let warnings: [String]
  /// Where the pictures lie, when not in memory.
  private let store: PictureStore?

  public struct Skipped: Sendable, Equatable {
    public let name: String
    public let reason: String
  }

  /// How many images could not be read and why, "3 of 65 images cannot be read: 2 GIF …, 1 …; the first is a/b.gif";
  /// nil when all could.
  public static func words(_ skipped: [Skipped], of total: Int) -> String? {
    guard let first = skipped.first else { return nil }
    let reasons = Dictionary(grouping: skipped, by: \.reason).map { ($0, $1.count) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    let words = reasons.prefix(4).map { "\($0.1) \($0.0)" }.joined(separator: "; ") + (reasons.count > 4 ? "; …" : "")
    return "\(skipped.count) of \(total) images cannot be read and are skipped: \(words); "
      + (skipped.count == 1 ? "\(first.name)" : "the first is \(first.name)")
  }

  public enum Split: Sendable {
    /// What a run trains on: `train`, and pictures without labels beside it.
    case pretraining
    /// With labels where there are any; others' parameters are fitted to it.
    case train
    /// Read to evaluate, and for nothing else.
    case test
  }

  public init(
    images: [Image], labels: [Int]?, classes: [String], names: [String], title: String, skipped: [Skipped] = []
  ) {
    self.init(
      images: images, labels: labels, classes: classes, names: names, title: title, skipped: skipped, note: nil,
      warnings: [], store: nil)
  }

  init(
    images: [Image], labels: [Int]?, classes: [String], names: [String], title: String, skipped: [Skipped],
    note: String?, warnings: [String], store: PictureStore?
  ) {
    precondition(names.count == images.count, "\(names.count) names for \(images.count) pictures")
    precondition(labels == nil || labels!.count == images.count, "\(labels!.count) labels for \(images.count) pictures")
    (self.images, self.labels, self.classes) = (images, labels, classes)
    (self.names, self.title, self.skipped, self.note, self.store) = (names, title, skipped, note, store)
    self.warnings = warnings
  }

  public var count: Int { images.count }

  /// The pictures at these places, in this order.
  public func subset(_ indices: [Int]) -> DataSet {
    DataSet(
      images: indices.map { images[$0] }, labels: labels.map { labels in indices.map { labels[$0] } },
      classes: classes, names: indices.map { names[$0] }, title: title, skipped: [], note: nil, warnings: [],
      store: store)
  }

  /// - Throws: `Trouble` when a picture that is read whenever it is looked at could not be, and so was seen black.
  public func checkPictures() throws {
    if let trouble = store?.trouble { throw trouble }
  }

  /// Side of a view, unless asked otherwise: 32 for pictures up to 40 pixels, 96 for larger ones.
  public static func defaultImageSize(forLongestSide side: Int) -> Int { side <= 40 ? 32 : 96 }
}

// MARK: - Opening

extension DataSet {
  /// Finds out what `path` is and decodes its pictures.
  /// - Parameters:
  ///   - limit: the first N a class, or the first N without labels; nil for all.
  ///   - shorterSideAtMost: pictures with a longer shorter side are shrunk to it, so that memory stays bounded.
  ///   - cache: where a big folder's decoded pictures are kept for the next start; nil to decode at every start.
  ///   - progress: called now and then with (done, total), one call at a time, from any worker; false cancels.
  /// - Throws: `Trouble` when this is no data set or more than a tenth of it is unreadable; `CancellationError`.
  public static func open(
    _ path: String, split: Split, options: DataOptions = DataOptions(), limit: Int? = nil,
    shorterSideAtMost: Int? = nil, cache: PictureCache? = nil, workers: WorkerPool,
    progress: @Sendable (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
  ) throws -> DataSet {
    try open(
      path, split: split, options: options, limit: limit, shorterSideAtMost: shorterSideAtMost, cache: cache,
      workers: workers, jpeg: TurboJPEG.shared, progress: progress)
  }

  /// The same of what a survey has found, without looking again.
  public static func open(
    _ survey: Survey, limit: Int? = nil, shorterSideAtMost: Int? = nil, cache: PictureCache? = nil,
    workers: WorkerPool, progress: @Sendable (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
  ) throws -> DataSet {
    try open(
      survey.source, at: survey.path, limit: limit, shorterSideAtMost: shorterSideAtMost, cache: cache,
      workers: workers, progress: progress)
  }

  /// - Parameter jpeg: nil where JPEG cannot be read.
  static func open(
    _ path: String, split: Split, options: DataOptions = DataOptions(), limit: Int?, shorterSideAtMost: Int?,
    cache: PictureCache? = nil, workers: WorkerPool, jpeg: TurboJPEG?,
    progress: @Sendable (_ done: Int, _ total: Int) -> Bool
  ) throws -> DataSet {
    try open(
      DataDetection.source(path, split: split, options: options, jpeg: jpeg), at: path, limit: limit,
      shorterSideAtMost: shorterSideAtMost, cache: cache, workers: workers, progress: progress)
  }

  private static func open(
    _ source: any PictureSource, at path: String, limit: Int?, shorterSideAtMost: Int?, cache: PictureCache?,
    workers: WorkerPool, progress: @Sendable (_ done: Int, _ total: Int) -> Bool
  ) throws -> DataSet {
    let decoding = decoding(source, path, limit: limit, shorterSideAtMost: shorterSideAtMost, workers: workers)
    let decoded = try decoding.pictures(cache: cache, progress: progress)
    var images: [Image] = []
    var kept: [Int] = []
    var skipped: [Skipped] = []
    for (index, result) in zip(decoding.indices, decoded.pictures) {
      switch result {
      case .success(let image):
        images.append(image)
        kept.append(index)
      case .failure(let trouble):
        skipped.append(Skipped(name: source.names[index], reason: trouble.what))
      }
    }
    try checkSkipped(skipped, of: decoding.indices.count, at: path)
    try checkClasses(source, decoding.indices, kept, skipped, at: path)
    return DataSet(
      images: images, labels: source.labels.map { labels in kept.map { labels[$0] } }, classes: source.classes,
      names: kept.map { source.names[$0] }, title: source.title, skipped: skipped, note: decoded.note,
      warnings: source.warnings + source.readingNotes, store: decoded.store)
  }

  static func decoding(
    _ source: any PictureSource, _ path: String, limit: Int?, shorterSideAtMost: Int?, workers: WorkerPool
  ) -> PictureDecoding {
    let place = Files.absolute(path)
    let purpose =
      "\(place), \(source.split), first \(limit ?? 0), shorter side at most \(shorterSideAtMost ?? 0)"
      + source.decodingChoice
    return PictureDecoding(
      source: source, indices: limited(source, to: limit), shorterSideAtMost: shorterSideAtMost, purpose: purpose,
      workers: workers)
  }

  /// The first `limit` of each class, in the source's order.
  private static func limited(_ source: any PictureSource, to limit: Int?) -> [Int] {
    guard let limit else { return Array(source.names.indices) }
    guard let labels = source.labels else { return Array(source.names.indices.prefix(limit)) }
    var seen = [Int](repeating: 0, count: source.classes.count)
    return labels.indices.filter { index in
      seen[labels[index]] += 1
      return seen[labels[index]] <= limit
    }
  }

  /// - Throws: `Trouble` when no image of a class could be read.
  private static func checkClasses(
    _ source: any PictureSource, _ asked: [Int], _ kept: [Int], _ skipped: [Skipped], at path: String
  ) throws {
    guard let labels = source.labels, !skipped.isEmpty else { return }
    let lost = Set(asked.map { labels[$0] }).subtracting(kept.map { labels[$0] })
    guard let label = lost.min() else { return }
    let names = Set(asked.filter { labels[$0] == label }.map { source.names[$0] })
    let first = skipped.first { names.contains($0.name) }
    throw Trouble(
      "class \(source.classes[label]) would be empty: none of its \(names.count) images can be read"
        + (first.map { " (\($0.name): \($0.reason))" } ?? ""), at: path,
      remedy: "convert or repair them, or remove the folder")
  }

  private static func checkSkipped(_ skipped: [Skipped], of total: Int, at path: String) throws {
    guard 10 * skipped.count > total else { return }
    let withoutJPEG = skipped.count { $0.reason == JPEG.missing("").what }
    if 2 * withoutJPEG > skipped.count {
      throw Trouble(
        "\(withoutJPEG) of \(total) pictures are JPEG, and reading them needs TurboJPEG", at: path,
        remedy: "install libturbojpeg0, or convert them to PNG")
    }
    let first = skipped.prefix(3).map { "\($0.name): \($0.reason)" }.joined(separator: "; ")
    throw Trouble(
      "\(skipped.count) of \(total) pictures cannot be read (\(first)\(skipped.count > 3 ? "; …" : ""))", at: path,
      remedy: "repair or remove them")
  }
}
