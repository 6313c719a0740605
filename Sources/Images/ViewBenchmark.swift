/// How fast views are made, timed on one thread.
import Basics

public struct ViewMeasurement: Sendable {
  /// Median over batches.
  public let viewsPerSecond: Double
}

/// Makes views of the whole recipe for about this long, the first batch not counted.
/// - Parameters:
///   - size: side of a view in pixels.
///   - sourceSize: side of the pictures that the views are cut from.
///   - blur: with Gaussian blur of probability 0.5, or without.
public func measureViews(size: Int, sourceSize: Int, blur: Bool, seconds: Double) -> ViewMeasurement {
  var augmentation = Augmentation(imageSize: size)
  augmentation.blurProbability = blur ? 0.5 : 0
  let maker = ViewMaker(augmentation, seed: 1)
  let indices = Array(0..<max(8, 128 * 1024 / (size * size)))
  let sample = SampleData(classes: 8, perClass: (indices.count + 7) / 8, size: sourceSize, seed: 1)
  let data = DataSet(
    images: indices.map { sample.image(class: $0 % 8, number: $0 / 8) }, labels: nil, classes: [],
    names: indices.map(String.init), title: "sample")
  let workers = WorkerPool(threads: 1)
  var bytes = [UInt8](repeating: 0, count: 2 * indices.count * maker.bytesPerView)
  var times: [Duration] = []
  let (clock, start) = (ContinuousClock(), ContinuousClock.now)
  var epoch = 0
  repeat {
    let time = bytes.withUnsafeMutableBufferPointer { bytes in
      clock.measure { maker.makeViews(of: data, indices: indices, epoch: epoch, into: bytes, workers: workers) }
    }
    if epoch > 0 { times.append(time) }
    epoch += 1
  } while times.isEmpty || start.duration(to: .now) < .seconds(seconds)
  return ViewMeasurement(viewsPerSecond: Double(2 * indices.count) / (times.sorted()[times.count / 2] / .seconds(1)))
}
