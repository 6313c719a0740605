/// NT-Xent alone, timed.
import Basics
import Tensors

public struct LossMeasurement: Sendable {
  /// Of a loss with its gradient: median.
  public let milliseconds: Double
  /// Memory beyond z and its gradient.
  public let bytes: Int
}

/// Measures loss and gradient of random z for about this long; the first time is not counted.
/// - Parameters:
///   - images: N, so 2N views.
///   - dimension: d of z.
public func measureLoss(images: Int, dimension: Int, seconds: Double, threads: Int) -> LossMeasurement {
  var random = RandomStream(seed: 1, .test)
  let z = Tensor([2 * images, dimension], (0..<2 * images * dimension).map { _ in random.uniform(-1, 1) })
  let workers = WorkerPool(threads: threads)
  let time = medianTime(seconds: seconds) { _ = ntXent(z, temperature: 0.5, workers: workers) }
  // cosines and their gradient
  return LossMeasurement(milliseconds: 1000 * time, bytes: 2 * 4 * (2 * images) * (2 * images))
}
