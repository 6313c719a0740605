/// STL-10 in its binary layout: files of 96×96 pixels, plane by plane and down the columns; labels in files beside them.
/// Its 100,000 pictures without labels are there to be trained on.
import Basics
import Foundation

enum STL10 {
  static let folderName = "stl10_binary"
  private static let unlabelled = "unlabeled_X.bin"
  private static let train = "train_X.bin"
  private static let test = "test_X.bin"
  private static let labelFiles = [train: "train_y.bin", test: "test_y.bin"]
  private static let classFile = "class_names.txt"
  private static let layout = PixelLayout(width: 96, height: 96, channels: 3, order: .columns)
  private static let usualClasses = [
    "airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck",
  ]

  static func isFile(_ name: String) -> Bool { [unlabelled, train, test].contains(name) }
  static func isLabelFile(_ name: String) -> Bool { labelFiles.values.contains(name) }

  static func open(folder: String, split: DataSet.Split) throws -> PackedPictures {
    let there = try FolderListing.entries(of: folder)
    let wanted =
      switch split {
      case .pretraining: [train, unlabelled]
      case .train: [train]
      case .test: [test]
      }
    let names = wanted.filter(there.contains)
    guard !names.isEmpty else {
      throw Trouble(
        "\(split == .test ? DataSet.noTestSplit : "STL-10 without labelled pictures") (\(wanted[0]))", at: folder,
        remedy: "put \(wanted[0]) beside the other files")
    }
    return try open(names, in: folder)
  }

  /// One file. Asked for the test split, another stands for the test file beside it.
  static func open(file: String, split: DataSet.Split) throws -> PackedPictures {
    let folder = Files.folder(of: file) ?? "."
    let name = Files.name(of: file)
    if split == .test { return try open(folder: folder, split: .test) }
    guard name != test else {
      throw Trouble.testIsNotTrainedOn(file, remedy: "name the folder, \(train) or \(unlabelled)")
    }
    return try open([name], in: folder)
  }

  private static func open(_ names: [String], in folder: String) throws -> PackedPictures {
    let files = try names.map { try pictures($0, in: folder) }
    let classes = FolderListing.lines(of: path(classFile, folder)) ?? usualClasses
    // Pictures without labels among them leave none to any.
    let labels = names.count == 1 ? try labels(of: files[0], names[0], in: folder, classes: classes.count) : nil
    return try PackedPictures(
      files, labels: labels, classes: classes, kind: "STL-10 binary", evidence: "holds \(names[0])", title: "STL-10",
      split: names.joined(separator: " and "),
      remarks: names.count == 1
        ? [] : ["among pictures without labels there is no kNN in training; name \(train) to train on that alone"])
  }

  private static func pictures(_ name: String, in folder: String) throws -> PackedFile {
    let bytes = try ByteSource(path(name, folder))
    guard bytes.count > 0, bytes.count % layout.bytes == 0 else {
      throw Trouble(
        "\(bytes.count) bytes are not a whole number of STL-10 pictures (\(layout.bytes) bytes each)", at: bytes.path,
        remedy: "download or unpack it again")
    }
    return PackedFile(
      name: String(name.prefix { $0 != "_" }), bytes: bytes, layout: layout, start: 0, stride: layout.bytes,
      count: bytes.count / layout.bytes)
  }

  /// Nil when the pictures have none.
  private static func labels(of file: PackedFile, _ name: String, in folder: String, classes: Int) throws -> [Int]? {
    guard let labelFile = labelFiles[name], Files.exists(path(labelFile, folder)) else {
      return nil
    }
    let bytes = try ByteSource(path(labelFile, folder))
    guard bytes.count == file.count else {
      throw Trouble("\(bytes.count) labels for \(file.count) pictures", at: bytes.path, remedy: "unpack both again")
    }
    // From 1 on.
    return try bytes.bytes(0..<bytes.count).enumerated().map { number, label in
      guard (1...classes).contains(Int(label)) else {
        throw Trouble(
          "picture \(number) has label \(label), but there are \(classes) classes, from 1 on", at: bytes.path,
          remedy: "unpack it again")
      }
      return Int(label) - 1
    }
  }

  private static func path(_ name: String, _ folder: String) -> String {
    folder + "/" + name
  }
}
