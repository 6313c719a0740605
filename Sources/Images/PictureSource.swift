/// Where pictures come from: each kind of DATA is one `PictureSource`; which one is told from what lies on the disk.
import Basics
import Foundation

/// The pictures of one split, counted and named but not yet decoded.
protocol PictureSource: Sendable {
  /// In words, for `doctor`: "CIFAR-10 binary", "image folder with class folders".
  var kind: String { get }
  /// A few words for the header.
  var title: String { get }
  /// Where this split's pictures lie, in words.
  var split: String { get }
  /// One a picture.
  var names: [String] { get }
  /// One a picture, each below `classes.count`; nil without labels.
  var labels: [Int]? { get }
  var classes: [String] { get }
  /// Of a few of the pictures, from their headers; empty when none can be read.
  var someSizes: [(width: Int, height: Int)] { get }
  /// The file of one picture; nil where a file holds many, which is read as fast as a cache would be.
  func path(_ index: Int) -> String?
  /// Decodes one picture. Any thread may ask.
  func picture(_ index: Int) throws -> Image
}

extension DataSet {
  /// Whether DATA has pictures set apart to test on.
  /// - Throws: `Trouble` when it is no data set, or has a test split that cannot be read.
  public static func hasTestSplit(_ path: String) throws -> Bool {
    do {
      _ = try DataDetection.source(path, split: .test, jpeg: TurboJPEG.shared)
      return true
    } catch let trouble as Trouble where trouble.what.hasPrefix(noTestSplit) {
      return false
    }
  }

  /// How every source begins to say that there is none.
  static let noTestSplit = "no test split"
}

extension PictureSource {
  var longestSide: Int? { someSizes.map { max($0.width, $0.height) }.max() }
}

enum DataDetection {
  /// - Parameter jpeg: nil where JPEG cannot be read.
  static func source(_ path: String, split: DataSet.Split, jpeg: TurboJPEG?) throws -> any PictureSource {
    let path = trimmed(path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Trouble("no such file or folder", at: path, remedy: "check the path")
    }
    if !isFolder.boolValue { return try file(path, split: split) }
    let entries = try FolderListing.entries(of: path)
    if CIFAR10.holds(entries) { return try CIFAR10(folder: path, split: split) }
    if entries.contains(CIFAR10.folderName) {
      return try source(path + "/" + CIFAR10.folderName, split: split, jpeg: jpeg)
    }
    if let format = entries.lazy.compactMap(unread).first, try FolderListing.pictures(below: path).isEmpty {
      throw notRead(format, at: path)
    }
    return try ImageFolder(path, split: split, jpeg: jpeg)
  }

  private static func file(_ path: String, split: DataSet.Split) throws -> any PictureSource {
    let name = (path as NSString).lastPathComponent
    if CIFAR10.isBatch(name) { return try CIFAR10(file: path, split: split) }
    if let format = unread(name) { throw notRead(format, at: path) }
    if PictureFile.isNamedLikeOne(name) {
      throw Trouble("one picture is no data set", at: path, remedy: "name the folder that holds the pictures")
    }
    throw Trouble(
      "not a data set", at: path, remedy: "name a folder of PNG or JPEG pictures, or a CIFAR-10 binary batch")
  }

  /// The format that a file's name stands for, of those known but not read.
  private static func unread(_ name: String) -> String? {
    switch name {
    case "train.bin", "test.bin", "fine_label_names.txt", "cifar-100-binary": return "CIFAR-100"
    case "train_X.bin", "test_X.bin", "unlabeled_X.bin", "stl10_binary": return "STL-10"
    case "data_batch_1", "test_batch", "batches.meta", "cifar-10-batches-py": return "CIFAR-10's Python pickle format"
    default: break
    }
    let stem = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    if stem.hasSuffix("-ubyte") || stem.hasSuffix(".idx") { return "IDX (MNIST)" }
    return name.hasSuffix(".npy") ? "npy" : nil
  }

  private static func notRead(_ format: String, at path: String) -> Trouble {
    Trouble(
      "this version does not read \(format) yet", at: path,
      remedy: "convert it to a folder of PNG files with a subfolder for each class, or to CIFAR-10 binary")
  }

  private static func trimmed(_ path: String) -> String {
    var path = (path as NSString).expandingTildeInPath
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    return path
  }
}
