/// Where pictures come from: each kind of DATA is one `PictureSource`.
import Basics

/// The pictures of one split, counted and named but not yet decoded.
protocol PictureSource: Sendable {
  /// In words: "CIFAR-10 binary", "image folder with 10 class folders".
  var kind: String { get }
  /// What it was told from: "holds data_batch_1.bin".
  var evidence: String { get }
  /// A few words for the header.
  var title: String { get }
  /// Where this split's pictures lie, in words.
  var split: String { get }
  /// One a picture; at least one.
  var names: [String] { get }
  /// One a picture, each below `classes.count`; nil without labels.
  var labels: [Int]? { get }
  var classes: [String] { get }
  /// Of a few of the pictures, from their headers; empty when none can be read.
  var someSizes: [(width: Int, height: Int)] { get }
  /// What a person may not have meant, with a remedy.
  var remarks: [String] { get }
  /// Those of the remarks that a run prints, too: what is left out and what may be wrong.
  var warnings: [String] { get }
  /// Words that tell a way of decoding from the usual one; empty for that.
  var decodingChoice: String { get }
  /// What was noticed while decoding so far.
  var readingNotes: [String] { get }
  /// The EXIF orientation of an image, 2…8; nil when it is upright or has none.
  func orientation(_ index: Int) -> Int?
  /// The file of one picture; nil where a file holds many of one size, each read as fast as from a cache.
  func path(_ index: Int) -> String?
  /// Decodes one picture. Any thread may ask.
  func picture(_ index: Int) throws -> Image
}

extension DataSet {
  /// Whether DATA has pictures set apart to test on.
  /// - Throws: `Trouble` when it is no data set, or has a test split that cannot be read.
  public static func hasTestSplit(_ path: String, options: DataOptions = DataOptions()) throws -> Bool {
    do {
      _ = try DataDetection.source(path, split: .test, options: options, jpeg: TurboJPEG.shared)
      return true
    } catch let trouble as Trouble where trouble.what.hasPrefix(noTestSplit) {
      return false
    }
  }

  /// How every source begins to say that there is none.
  static let noTestSplit = "no test split"
}

extension PictureSource {
  var decodingChoice: String { "" }
  var warnings: [String] { [] }
  var readingNotes: [String] { [] }
  func orientation(_ index: Int) -> Int? { nil }

  var longestSide: Int? { someSizes.map { max($0.width, $0.height) }.max() }
}
