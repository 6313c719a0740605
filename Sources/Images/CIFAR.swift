/// CIFAR-10 and CIFAR-100 in their binary layout: files of records, each its labels and 32×32 pixels, plane by plane.
import Basics
import Foundation

struct CIFAR: Sendable {
  let title: String
  /// Inside the unpacked download.
  let folderName: String
  let isTrainFile: @Sendable (String) -> Bool
  let testFile: String
  /// A class's name a line.
  let classFile: String
  /// Used without that file.
  let usualClasses: [String]
  /// Before the pixels; the last of them is used.
  let labelBytes: Int

  static let all = [ten, hundred]

  private static let ten = CIFAR(
    title: "CIFAR-10", folderName: "cifar-10-batches-bin",
    isTrainFile: { $0.hasPrefix("data_batch") && $0.hasSuffix(".bin") }, testFile: "test_batch.bin",
    classFile: "batches.meta.txt",
    usualClasses: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
    labelBytes: 1)

  /// With its hundred fine labels; the twenty coarse ones stand before them.
  private static let hundred = CIFAR(
    title: "CIFAR-100", folderName: "cifar-100-binary", isTrainFile: { $0 == "train.bin" }, testFile: "test.bin",
    classFile: "fine_label_names.txt", usualClasses: (0..<100).map(String.init), labelBytes: 2)

  private static let layout = PixelLayout(width: 32, height: 32, channels: 3, order: .planes)
  private var recordBytes: Int { labelBytes + Self.layout.bytes }

  func isFile(_ name: String) -> Bool { isTrainFile(name) || name == testFile }
  func isHeld(in entries: [String]) -> Bool { entries.contains(where: isFile) }

  func open(folder: String, split: DataSet.Split) throws -> PackedPictures {
    let isTest = split == .test
    let files = try FolderListing.entries(of: folder).filter { isTest ? $0 == testFile : isTrainFile($0) }
    guard !files.isEmpty else {
      throw isTest
        ? noTest(folder)
        : Trouble("\(title) without its training pictures", at: folder, remedy: "put them beside \(testFile)")
    }
    return try open(files, in: folder)
  }

  /// One file. Asked for the test split, a training file stands for the test file beside it.
  func open(file: String, split: DataSet.Split) throws -> PackedPictures {
    let folder = Files.folder(of: file) ?? "."
    let name = Files.name(of: file)
    guard split == .test else {
      if isTrainFile(name) { return try open([name], in: folder) }
      throw Trouble.testIsNotTrainedOn(file, remedy: "name the folder, or a training file")
    }
    guard Files.exists(path(testFile, folder)) else { throw noTest(folder) }
    return try open([testFile], in: folder)
  }

  private func open(_ names: [String], in folder: String) throws -> PackedPictures {
    let classes = classNames(in: folder)
    let files = try names.map { try records($0, in: folder) }
    return try PackedPictures(
      files, labels: files.flatMap { try labels(of: $0, classes: classes.count) }, classes: classes,
      kind: "\(title) binary", evidence: "holds \(names[0])", title: title,
      split: names.count == 1 ? names[0] : "\(names.count) batches, \(names[0]) … \(names[names.count - 1])")
  }

  private func records(_ name: String, in folder: String) throws -> PackedFile {
    let bytes = try ByteSource(path(name, folder))
    guard bytes.count > 0, bytes.count % recordBytes == 0 else {
      throw Trouble(
        "\(bytes.count) bytes are not a whole number of \(title) records (\(recordBytes) bytes each)", at: bytes.path,
        remedy: "download or unpack it again")
    }
    return PackedFile(
      name: Files.stem(of: name), bytes: bytes, layout: Self.layout, start: labelBytes,
      stride: recordBytes, count: bytes.count / recordBytes)
  }

  private func labels(of file: PackedFile, classes: Int) throws -> [Int] {
    let labels = try file.bytes.column(from: labelBytes - 1, stride: file.stride, count: file.count)
    return try labels.enumerated().map { number, label in
      guard label < classes else {
        throw Trouble(
          "record \(number) has label \(label), but there are \(classes) classes", at: file.bytes.path,
          remedy: "check that this is \(title) binary, not another format")
      }
      return Int(label)
    }
  }

  private func classNames(in folder: String) -> [String] {
    FolderListing.lines(of: path(classFile, folder)) ?? usualClasses
  }

  private func path(_ name: String, _ folder: String) -> String { folder + "/" + name }

  private func noTest(_ folder: String) -> Trouble {
    Trouble("\(DataSet.noTestSplit) (\(testFile))", at: folder, remedy: "put \(testFile) beside the training pictures")
  }
}
