/// What DATA is taken for, without decoding: for `doctor`, and for defaults that depend on the pictures' size.

public struct Survey: Sendable {
  let path: String
  let source: any PictureSource
  /// In words: "CIFAR-10 binary", "image folder with 10 class folders".
  public let kind: String
  public let title: String
  /// Where the split's pictures lie, in words: "train/", "all", "data_batch_1.bin".
  public let split: String
  public let pictures: Int
  /// How many are JPEG by their names, and so need TurboJPEG.
  public let jpegs: Int
  /// Empty without labels.
  public let classes: [String]
  /// The longest side of a few of the pictures; nil when none of those can be read.
  public let longestSide: Int?

  /// Side of a view, unless asked otherwise.
  public var defaultImageSize: Int { DataSet.defaultImageSize(forLongestSide: longestSide ?? .max) }
}

extension DataSet {
  /// - Throws: `Trouble` when this is no data set.
  public static func survey(_ path: String, split: Split) throws -> Survey {
    let source = try DataDetection.source(path, split: split, jpeg: TurboJPEG.shared)
    return Survey(
      path: path, source: source, kind: source.kind, title: source.title, split: source.split,
      pictures: source.names.count,
      jpegs: source.names.count { PictureFile.isNamedLikeJPEG($0) }, classes: source.classes,
      longestSide: source.longestSide)
  }
}
