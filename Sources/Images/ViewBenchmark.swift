/// The speed of making views on one thread.
import Basics

/// What `measureViews` found.
public struct ViewMeasurement: Sendable {
  public let viewsPerSecond: Double
}

/// Views of `size` × `size` from sample pictures of `sourceSize` × `sourceSize`, the SimCLR recipe as the paper has it
/// for such pictures, with or without blur, by torchvision's rules or the reference code's; the median over about
/// `seconds`.
public func measureViews(
  size: Int, sourceSize: Int, blur: Bool, isReference: Bool, seconds: Double
) -> ViewMeasurement {
  let sample = SampleData(classes: 4, perClass: 8, size: sourceSize, seed: 1)
  let images = (0..<32).map { sample.image(class: $0 % 4, number: $0 / 4) }
  let data = DataSet(
    images: images, labels: nil, classes: [], names: images.indices.map { "\($0)" }, title: "sample", skipped: [])
  var recipe = Augmentation(imageSize: size)
  recipe.blurProbability = blur ? 0.5 : 0
  if isReference { (recipe.cropRule, recipe.jitterRule) = (.reference, .reference) }
  let maker = ViewMaker(recipe, seed: 1)
  let workers = WorkerPool(threads: 1)
  var bytes = [UInt8](repeating: 0, count: 2 * images.count * maker.bytesPerView)
  var epoch = 0
  let time = medianTime(seconds: seconds) {
    bytes.withUnsafeMutableBufferPointer {
      maker.makeViews(of: data, indices: Array(images.indices), epoch: epoch, into: $0, workers: workers)
    }
    epoch += 1
  }
  return ViewMeasurement(viewsPerSecond: Double(2 * images.count) / time)
}
