/// How DATA is read, where there is a choice.

/// What is done with a camera's note of how it was held.
public enum ExifOrientation: String, Sendable, CaseIterable {
  /// Pixels stay as they are stored, as torchvision and PIL have them.
  case ignore
  /// Images are turned upright.
  case apply
}

public struct DataOptions: Sendable, Equatable {
  public var splitFolders: SplitFolders
  public var exifOrientation: ExifOrientation

  public init(splitFolders: SplitFolders = .auto, exifOrientation: ExifOrientation = .ignore) {
    self.splitFolders = splitFolders
    self.exifOrientation = exifOrientation
  }
}
