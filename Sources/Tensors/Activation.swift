/// Where a feature map lies in a `Workspace`: a handle, not an array.
public struct Activation: Sendable, Equatable {
  public enum Format: Sendable, Equatable {
    /// [image][channel / 16][row][column][16], channels padded with zeros to a multiple of 16. With one row and one
    /// column this is a matrix [image][channel] whose rows are `paddedChannels` apart.
    case blocked
    /// [image][row][column][channel], for pictures.
    case pixels
  }

  /// How the numbers of a blocked map lie in memory; pictures and vectors are float32.
  public enum Element: String, Sendable, Equatable, CaseIterable { case float32, bfloat16 }

  public let format: Format
  public let element: Element
  public let images: Int
  public let channels: Int
  public let height: Int
  public let width: Int
  /// Floats from the workspace's start.
  var offset: Int

  /// 16-channel blocks of a blocked map.
  var blocks: Int { (channels + 15) / 16 }
  /// Floats from one vector to the next in a blocked matrix.
  public var paddedChannels: Int { format == .blocked ? blocks * 16 : channels }
  var pixels: Int { height * width }
  /// Numbers of one image, of all.
  var imageCount: Int { paddedChannels * pixels }
  var count: Int { images * imageCount }
  /// Floats of memory.
  var extent: Int { element == .float32 ? count : (count + 1) / 2 }
}
