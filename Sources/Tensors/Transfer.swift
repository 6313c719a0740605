/// Into and out of a workspace.
import Basics
import CKernels

extension Workspace {
  /// A batch of pictures as the network's input: bytes [images, size, size, 3] → pixels, (byte / 255 − mean) / deviation
  /// a channel.
  public mutating func input(
    _ bytes: UnsafeBufferPointer<UInt8>, images: Int, size: Int, mean: [Float], standardDeviation: [Float]
  ) -> Activation {
    let x = allocate(.pixels, images: images, channels: 3, height: size, width: size)
    guard !isPlanning else { return x }
    precondition(bytes.count >= x.count, "\(bytes.count) bytes for \(images) pictures of \(size)×\(size)")
    let scale = standardDeviation.map { 1 / (255 * $0) }
    let shift = zip(mean, standardDeviation).map { -$0 / $1 }
    let to = pointer(x)
    workers.run(images) { image, _ in
      ck_pixels_from_bytes(
        bytes.baseAddress! + image * x.imageCount, scale, shift, to + image * x.imageCount, Int64(x.pixels))
    }
    return x
  }

  /// A feature map from a tensor [images, channels, height, width] or [images, channels].
  public mutating func load(_ tensor: Tensor, as format: Activation.Format = .blocked) -> Activation {
    let shape = tensor.shape + (tensor.shape.count == 2 ? [1, 1] : [])
    let x = allocate(format, images: shape[0], channels: shape[1], height: shape[2], width: shape[3])
    guard !isPlanning else { return x }
    let to = self[x]
    to.update(repeating: 0)
    x.forEachPlace { tensorPlace, place in to[place] = tensor.scalars[tensorPlace] }
    return x
  }

  /// The tensor [images, channels, height, width] of a feature map; [images, channels] of vectors.
  public func read(_ x: Activation) -> Tensor {
    var tensor = Tensor(zeros: x.pixels == 1 ? [x.images, x.channels] : [x.images, x.channels, x.height, x.width])
    guard !isPlanning else { return tensor }
    let from = self[x]
    x.forEachPlace { tensorPlace, place in tensor.scalars[tensorPlace] = from[place] }
    return tensor
  }
}

extension Activation {
  /// Calls `body(place in [n, c, h, w], place in the map)` for every number.
  fileprivate func forEachPlace(_ body: (Int, Int) -> Void) {
    for n in 0..<images {
      for c in 0..<channels {
        for p in 0..<pixels {
          let place =
            format == .blocked
            ? ((n * blocks + c / 16) * pixels + p) * 16 + c % 16 : (n * pixels + p) * channels + c
          body((n * channels + c) * pixels + p, place)
        }
      }
    }
  }
}
