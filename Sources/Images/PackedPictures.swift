/// Pictures of one size, many to a file, each found by its number: CIFAR, STL-10, IDX and npy are of this kind.
import Basics

/// How a picture's bytes lie.
struct PixelLayout: Sendable {
  enum Order: Sendable {
    /// [height][width][channel]
    case interleaved
    /// [channel][height][width]
    case planes
    /// [channel][width][height]: down the columns, as Matlab has it
    case columns
  }

  let width: Int
  let height: Int
  /// 3, or 1 for grey.
  let channels: Int
  let order: Order

  var bytes: Int { channels * width * height }

  /// Grey becomes three equal channels.
  func image(_ bytes: [UInt8]) -> Image {
    precondition(bytes.count == self.bytes, "\(bytes.count) bytes for \(channels)×\(height)×\(width)")
    if order == .interleaved && channels == 3 { return Image(width: width, height: height, pixels: bytes) }
    let (plane, grey) = (width * height, channels == 1)
    let pixels = [UInt8](unsafeUninitializedCapacity: 3 * plane) { pixels, count in
      bytes.withUnsafeBufferPointer { bytes in
        var target = 0
        for y in 0..<height {
          for x in 0..<width {
            let source = order == .columns ? x * height + y : y * width + x
            for channel in 0..<3 { pixels[target + channel] = bytes[grey ? source : channel * plane + source] }
            target += 3
          }
        }
      }
      count = 3 * plane
    }
    return Image(width: width, height: height, pixels: pixels)
  }
}

/// The pictures of one file.
struct PackedFile: Sendable {
  /// What a picture is called, before its number.
  let name: String
  let bytes: ByteSource
  let layout: PixelLayout
  /// Where the first picture's pixels begin, and how far the next ones' are from there.
  let start: Int
  let stride: Int
  let count: Int
  /// Samples are 0 or 1 and stand for black and white.
  var isBinary = false

  func picture(_ index: Int) throws -> Image {
    let start = start + index * stride
    let samples = try bytes.bytes(start..<start + layout.bytes)
    return layout.image(isBinary ? samples.map { $0 == 0 ? 0 : 255 } : samples)
  }
}

struct PackedPictures: PictureSource {
  let kind: String
  let evidence: String
  let title: String
  let split: String
  let names: [String]
  let labels: [Int]?
  let classes: [String]
  let remarks: [String]
  let warnings: [String]
  private let files: [PackedFile]
  /// The number of each file's first picture, and of all pictures at the end.
  private let starts: [Int]

  /// - Parameters:
  ///   - files: at least one, all of one layout.
  ///   - labels: one a picture, below `classes.count`.
  /// - Throws: `Trouble` when there are no pictures.
  init(
    _ files: [PackedFile], labels: [Int]?, classes: [String], kind: String, evidence: String, title: String,
    split: String, remarks: [String] = [], warnings: [String] = []
  ) throws {
    self.warnings = warnings
    (self.files, self.kind, self.evidence, self.title, self.split) = (files, kind, evidence, title, split)
    (self.labels, self.classes, self.remarks) = (labels, labels == nil ? [] : classes, remarks)
    starts = files.reduce(into: [0]) { $0.append($0.last! + $1.count) }
    names = files.flatMap { file in (0..<file.count).map { "\(file.name) #\($0)" } }
    guard !names.isEmpty else {
      throw Trouble("a file without pictures", at: files[0].bytes.path, remedy: "download or write it again")
    }
    precondition(labels == nil || labels!.count == names.count, "\(labels!.count) labels for \(names.count) pictures")
  }

  var someSizes: [(width: Int, height: Int)] { [(files[0].layout.width, files[0].layout.height)] }
  func path(_ index: Int) -> String? { nil }

  func picture(_ index: Int) throws -> Image {
    let file = starts.firstIndex { $0 > index }! - 1
    return try files[file].picture(index - starts[file])
  }
}

/// Labels as a file holds them: the classes are those that occur, numbers in their order or words by their bytes.
enum FileLabels: Sendable {
  case numbers([Int])
  case words([String])

  var count: Int {
    switch self {
    case .numbers(let labels): labels.count
    case .words(let labels): labels.count
    }
  }

  private var words: [String] {
    switch self {
    case .numbers(let labels): labels.map(String.init)
    case .words(let labels): labels
    }
  }

  /// - Parameter others: labels of the other splits: a class keeps its number in each.
  /// - Returns: the names of the classes, and the number of each label's.
  func classes(with others: [FileLabels]) -> (names: [String], labels: [Int]) {
    let all = [self] + others
    let numbers = all.compactMap { if case .numbers(let labels) = $0 { labels } else { nil } }
    let names =
      numbers.count == all.count
      ? Set(numbers.joined()).sorted().map(String.init)
      : Set(all.flatMap(\.words)).sorted(by: FolderListing.byBytes)
    let places = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    return (names, words.map { places[$0]! })
  }
}

extension Trouble {
  static func testIsNotTrainedOn(_ path: String, remedy: String) -> Trouble {
    Trouble("this is the test split, which is not trained on", at: path, remedy: remedy)
  }
}
