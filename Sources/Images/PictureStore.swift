/// Pictures that stay on the disk: each is read when it is looked at, so that a data set may be larger than memory.
import Basics
import Synchronization

/// Reading by `pread` rather than mapping the file: where a disk fails, or another machine has removed the file from a
/// shared one, a mapping ends the process, and a read can be answered.
final class PictureStore: Sendable {
  private let cache: PictureCacheFile?
  /// Makes a picture anew: without a cache, or when that cannot be read any more.
  private let original: @Sendable (_ place: Int) throws -> Image
  private let firstTrouble = Mutex<Trouble?>(nil)

  init(_ cache: PictureCacheFile?, original: @escaping @Sendable (_ place: Int) throws -> Image) {
    (self.cache, self.original) = (cache, original)
  }

  /// What kept a picture from being read; nil while all is well.
  var trouble: Trouble? { firstTrouble.withLock { $0 } }

  /// Fills `pixels` with the picture's bytes, or makes it black and keeps the trouble, as its users cannot stop halfway.
  func read(_ place: Int, width: Int, height: Int, into pixels: inout [UInt8]) {
    if pixels.count != 3 * width * height { pixels = [UInt8](repeating: 0, count: 3 * width * height) }
    if let cache, pixels.withUnsafeMutableBytes({ cache.read(place, into: $0) }) { return }
    do {
      let image = try original(place)
      guard (image.width, image.height) == (width, height) else {
        throw Trouble("a picture was exchanged while it was in use", remedy: "start again")
      }
      pixels = image.pixels
    } catch {
      let trouble = error as? Trouble ?? Trouble("\(error)", remedy: "start again")
      firstTrouble.withLock { $0 = $0 ?? trouble }
      for i in pixels.indices { pixels[i] = 0 }
    }
  }
}
