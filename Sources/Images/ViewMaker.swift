/// The SimCLR recipe: image → view. What is drawn depends on (seed, epoch, index, view) and on nothing else.
import Basics

public struct ViewMaker: Sendable {
  public let augmentation: Augmentation
  public let seed: UInt64

  public init(_ augmentation: Augmentation, seed: UInt64) { (self.augmentation, self.seed) = (augmentation, seed) }

  /// Bytes of one view: imageSize × imageSize × 3.
  public var bytesPerView: Int { 3 * augmentation.imageSize * augmentation.imageSize }

  /// The draws of one view. The crop is drawn last, as it takes a varying number of draws: so a turned crop-min leaves
  /// the colours as they were, and each other knob leaves all but its own operation.
  public func draw(for image: Image, epoch: Int, index: Int, view: Int) -> DrawnView {
    var drawn = DrawnView()
    draw(for: image, epoch: epoch, index: index, view: view, into: &drawn)
    return drawn
  }

  /// The same into a value kept from view to view, so that its list is not allocated anew.
  private func draw(for image: Image, epoch: Int, index: Int, view: Int, into drawn: inout DrawnView) {
    drawn.operations.removeAll(keepingCapacity: true)
    guard augmentation.isOn else { return }
    var random = RandomStream(seed: seed, .view, epoch, index, view)
    drawn.isFlipped = augmentation.flip.draw(using: &random)
    augmentation.jitter.draw(using: &random, into: &drawn.operations)
    if let gray = augmentation.grayscale.draw(using: &random) { drawn.operations.append(gray) }
    if let blur = augmentation.blur.draw(using: &random) { drawn.operations.append(blur) }
    drawn.crop = augmentation.crop.draw(width: image.width, height: image.height, using: &random)
    drawn.resampling = augmentation.crop.rule.resampling
  }

  /// The finished view, imageSize × imageSize.
  public func view(of image: Image, epoch: Int, index: Int, view: Int) -> Image {
    picture(draw(for: image, epoch: epoch, index: index, view: view), of: image)
  }

  private func picture(_ drawn: DrawnView, of image: Image) -> Image {
    var pixels = Pixels(width: augmentation.imageSize, height: augmentation.imageSize)
    drawn.make(of: image, size: augmentation.imageSize, in: &pixels)
    return pixels.image()
  }
}

// MARK: - Stage by stage, for the screen

extension ViewMaker {
  /// One operation, what was drawn for it in words, and the picture after it.
  public struct Stage: Sendable, Equatable {
    public let name: String
    public let parameters: String
    public let image: Image
  }

  /// The draws of one view with those that chance did not let be applied: the same numbers are drawn either way.
  public func hold(_ image: Image, epoch: Int, index: Int, view: Int) -> HeldDraw {
    let applied = draw(for: image, epoch: epoch, index: index, view: view).operations.map(\.name)
    var certain = augmentation
    (certain.jitterProbability, certain.grayProbability, certain.blurProbability) = (1, 1, 1)
    let drawn = ViewMaker(certain, seed: seed).draw(for: image, epoch: epoch, index: index, view: view)
    return HeldDraw(of: image, drawn, off: Set(drawn.operations.map(\.name)).subtracting(applied))
  }

  /// A stage of a draw that is held; its picture is made from the start, as the view is, with what follows left out.
  public func stage(_ name: String, of image: Image, _ held: HeldDraw) -> Stage {
    Stage(name: name, parameters: held.words(of: name), image: picture(held.view(through: name), of: image))
  }

  /// The part of the picture that a held draw shows, as shares of the picture's sides.
  public func seen(_ held: HeldDraw) -> (x: Double, y: Double, width: Double, height: Double) {
    held.seen(size: augmentation.imageSize)
  }
}

// MARK: - Batches

extension ViewMaker {
  /// The views of a batch of N pictures: rows 0..<N first views, N..<2N second views in the same order. The bytes do
  /// not depend on the number of workers.
  /// - Parameters:
  ///   - views: of each picture; 1: the first views alone.
  ///   - bytes: views · N × imageSize × imageSize × 3.
  public func makeViews(
    of data: DataSet, indices: [Int], epoch: Int, views: Int = 2, into bytes: UnsafeMutableBufferPointer<UInt8>,
    workers: WorkerPool
  ) {
    eachRow(views * indices.count, into: bytes, workers: workers) { row, drawn, pixels in
      let (view, place) = row.quotientAndRemainder(dividingBy: indices.count)
      let image = data.images[indices[place]]
      draw(for: image, epoch: epoch, index: indices[place], view: view, into: &drawn)
      drawn.make(of: image, size: augmentation.imageSize, in: &pixels)
    }
  }

  /// Pictures for evaluation, without chance: as they are when of the right size, else the shorter side is brought to
  /// it and the middle taken.
  /// - Parameter bytes: n × imageSize × imageSize × 3.
  public func makeInputs(
    of data: DataSet, indices: some RandomAccessCollection<Int>, into bytes: UnsafeMutableBufferPointer<UInt8>,
    workers: WorkerPool
  ) {
    let fit = Fit(size: augmentation.imageSize)
    let indices = Array(indices)
    eachRow(indices.count, into: bytes, workers: workers) { row, _, pixels in
      fit.load(data.images[indices[row]], into: &pixels)
    }
  }

  /// What a worker keeps from row to row.
  private struct Bench {
    var drawn = DrawnView()
    var pixels: Pixels
  }

  private func eachRow(
    _ rows: Int, into bytes: UnsafeMutableBufferPointer<UInt8>, workers: WorkerPool,
    _ body: (_ row: Int, _ drawn: inout DrawnView, _ pixels: inout Pixels) -> Void
  ) {
    precondition(bytes.count == rows * bytesPerView, "\(bytes.count) bytes for \(rows) views of \(bytesPerView)")
    let pixels = Pixels(width: augmentation.imageSize, height: augmentation.imageSize)
    var benches = [Bench](repeating: Bench(pixels: pixels), count: workers.threads)
    benches.withUnsafeMutableBufferPointer { benches in
      workers.run(rows) { row, worker in
        body(row, &benches[worker].drawn, &benches[worker].pixels)
        let start = row * bytesPerView
        benches[worker].pixels.round(into: UnsafeMutableBufferPointer(rebasing: bytes[start..<start + bytesPerView]))
      }
    }
  }
}
