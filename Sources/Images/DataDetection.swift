/// What DATA is, told from what lies on the disk.
import Basics
import Foundation

enum DataDetection {
  /// - Parameter jpeg: nil where JPEG cannot be read.
  /// - Throws: `Trouble` when it is no data set, saying what it is instead where that can be told.
  static func source(_ path: String, split: DataSet.Split, options: DataOptions = DataOptions(), jpeg: TurboJPEG?)
    throws -> any PictureSource
  {
    let path = trimmed(path)
    guard Files.exists(path) else {
      throw Trouble("no such file or folder", at: path, remedy: "check the path")
    }
    return try Files.isFolder(path)
      ? folder(path, split: split, options: options, jpeg: jpeg) : file(path, split: split)
  }

  private static func folder(
    _ path: String, split: DataSet.Split, options: DataOptions, jpeg: TurboJPEG?
  ) throws -> any PictureSource {
    let entries = try FolderListing.entries(of: path)
    if let cifar = CIFAR.all.first(where: { $0.isHeld(in: entries) }) {
      return try cifar.open(folder: path, split: split)
    }
    if entries.contains(where: STL10.isFile) { return try STL10.open(folder: path, split: split) }
    if entries.contains(where: IDX.isPictureFile) { return try IDX.open(folder: path, split: split) }
    // A download unpacks to a folder of its own.
    let inner = (CIFAR.all.map(\.folderName) + [STL10.folderName, IDX.rawFolderName]).first { name in
      let inside = try? FolderListing.entries(of: path + "/" + name)
      return entries.contains(name) && inside?.contains(where: isPackedFile) == true
    }
    if let inner { return try folder(path + "/" + inner, split: split, options: options, jpeg: jpeg) }
    // Pictures count more than an array beside them.
    if entries.contains(where: NPY.isFile), !FolderListing.holdsImages(path) {
      return try NPY.open(folder: path, split: split)
    }
    return try ImageFolder(path, split: split, options: options, jpeg: jpeg)
  }

  private static func isPackedFile(_ name: String) -> Bool {
    CIFAR.all.contains { $0.isFile(name) } || STL10.isFile(name) || IDX.isPictureFile(name)
  }

  private static func file(_ path: String, split: DataSet.Split) throws -> any PictureSource {
    let name = Files.name(of: path)
    if let cifar = CIFAR.all.first(where: { $0.isFile(name) }) { return try cifar.open(file: path, split: split) }
    if STL10.isFile(name) { return try STL10.open(file: path, split: split) }
    if IDX.isNamedLikeOne(name) { return try IDX.open(file: path, split: split) }
    if NPY.isFile(name) { return try NPY.open(file: path, split: split) }
    if let format = Files.firstBytes(ImageFormat.signatureBytes, of: path).flatMap(ImageFormat.of),
      format != .pointer
    {
      throw Trouble("one picture is no data set", at: path, remedy: "name the folder that holds the pictures")
    }
    if STL10.isLabelFile(name) {
      throw Trouble("labels, not images", at: path, remedy: "name the folder")
    }
    throw ForeignData.trouble([name], at: path)
      ?? Trouble(
        "not a data set", at: path,
        remedy: "name a folder of PNG or JPEG pictures, or a file of CIFAR, STL-10, IDX or npy")
  }

  private static func trimmed(_ path: String) -> String {
    var path = Files.expandingTilde(path)
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    return path
  }
}
