/// CIFAR-10 in its binary layout: files of records, each a label byte and 32×32 pixels, plane by plane.
import Basics
import Foundation

struct CIFAR10: PictureSource {
  static let folderName = "cifar-10-batches-bin"
  private static let side = 32
  private static let pixels = side * side
  private static let recordBytes = 1 + 3 * pixels
  private static let standardClasses = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  let kind = "CIFAR-10 binary"
  let title = "CIFAR-10"
  let split: String
  let names: [String]
  let labels: [Int]?
  let classes: [String]
  let someSizes = [(width: side, height: side)]
  private let batches: [Data]
  /// The number of each batch's first record, and of all records at the end.
  private let starts: [Int]

  static func isBatch(_ name: String) -> Bool { isTrainBatch(name) || name == "test_batch.bin" }
  private static func isTrainBatch(_ name: String) -> Bool { name.hasPrefix("data_batch") && name.hasSuffix(".bin") }

  static func holds(_ entries: [String]) -> Bool { entries.contains(where: isBatch) }

  init(folder: String, split: DataSet.Split) throws {
    let files = try FolderListing.entries(of: folder).filter { Self.isTrainBatch($0) == (split == .train) }
      .filter(Self.isBatch)
    guard !files.isEmpty else {
      throw split == .train
        ? Trouble("no training batches (data_batch_*.bin)", at: folder, remedy: "put them beside test_batch.bin")
        : Self.noTest(folder)
    }
    try self.init(files: files, in: folder)
  }

  /// One batch. Asked for the test split, a training batch stands for the test batch beside it.
  init(file: String, split: DataSet.Split) throws {
    let folder = (file as NSString).deletingLastPathComponent
    let name = (file as NSString).lastPathComponent
    switch (split, Self.isTrainBatch(name)) {
    case (.train, true), (.test, false):
      try self.init(files: [name], in: folder)
    case (.test, true):
      guard FileManager.default.fileExists(atPath: (folder as NSString).appendingPathComponent("test_batch.bin")) else {
        throw Self.noTest(folder)
      }
      try self.init(files: ["test_batch.bin"], in: folder)
    case (.train, false):
      throw Trouble(
        "this is the test split, which is not trained on", at: file,
        remedy: "name the folder, or one of its data_batch files")
    }
  }

  private init(files: [String], in folder: String) throws {
    var batches: [Data] = []
    var names: [String] = []
    var labels: [Int] = []
    var starts = [0]
    let classes = Self.classNames(in: folder)
    for file in files {
      let path = (folder as NSString).appendingPathComponent(file)
      let batch = try Self.records(path)
      let stem = (file as NSString).deletingPathExtension
      for number in 0..<batch.count / Self.recordBytes {
        let label = Int(batch[batch.startIndex + number * Self.recordBytes])
        guard label < classes.count else {
          throw Trouble(
            "record \(number) has label \(label), but there are \(classes.count) classes", at: path,
            remedy: "check that this is CIFAR-10 binary, not another format")
        }
        labels.append(label)
        names.append("\(stem) #\(number)")
      }
      batches.append(batch)
      starts.append(labels.count)
    }
    (self.batches, self.names, self.labels, self.starts) = (batches, names, labels, starts)
    self.classes = classes
    split = files.count == 1 ? files[0] : "\(files.count) batches, \(files[0]) … \(files[files.count - 1])"
  }

  func path(_ index: Int) -> String? { nil }

  func picture(_ index: Int) throws -> Image {
    let batch = starts.firstIndex { $0 > index }! - 1
    let start = (index - starts[batch]) * Self.recordBytes + 1
    let bytes = batches[batch].withUnsafeBytes { (record: UnsafeRawBufferPointer) in
      [UInt8](unsafeUninitializedCapacity: 3 * Self.pixels) { interleaved, count in
        for pixel in 0..<Self.pixels {
          for channel in 0..<3 { interleaved[3 * pixel + channel] = record[start + channel * Self.pixels + pixel] }
        }
        count = 3 * Self.pixels
      }
    }
    return Image(width: Self.side, height: Self.side, pixels: bytes)
  }

  /// The file mapped into memory; whole records only.
  private static func records(_ path: String) throws -> Data {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
      throw Trouble("the batch cannot be opened", at: path, remedy: "check its permissions")
    }
    guard !data.isEmpty, data.count % recordBytes == 0 else {
      throw Trouble(
        "\(data.count) bytes are not a whole number of CIFAR-10 records (\(recordBytes) bytes each)", at: path,
        remedy: "download or unpack it again")
    }
    return data
  }

  private static func classNames(in folder: String) -> [String] {
    let path = (folder as NSString).appendingPathComponent("batches.meta.txt")
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return standardClasses }
    let names = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    return names.isEmpty ? standardClasses : names
  }

  private static func noTest(_ folder: String) -> Trouble {
    Trouble(
      "\(DataSet.noTestSplit) (test_batch.bin)", at: folder, remedy: "put test_batch.bin beside the training batches")
  }
}
