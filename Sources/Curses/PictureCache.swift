/// Encoded pictures kept for a while: a popup closed or a screen redrawn encodes nothing again.
import Canvas

struct EncodedPicture {
  struct Key: Equatable {
    let bitmap: Bitmap
    let width: Int
    let height: Int
    let sharp: Bool

    func sameSize(as other: Key) -> Bool { width == other.width && height == other.height }
  }

  let key: Key
  let bytes: [UInt8]
}

struct PictureCache {
  private static let capacity = 24
  private var entries: [EncodedPicture] = []

  mutating func bytes(for key: EncodedPicture.Key) -> [UInt8] {
    if let known = entries.last(where: { $0.key == key }) { return known.bytes }
    let bytes = SixelEncoder.encode(key.bitmap, width: key.width, height: key.height, sharp: key.sharp)
    if entries.count == PictureCache.capacity { entries.removeFirst() }
    entries.append(EncodedPicture(key: key, bytes: bytes))
    return bytes
  }
}
