/// Encoder and head alone, forward and backward over the same views again and again.
import Basics
import Networks
import Tensors

/// Images (pairs of views) a second, the median over about `seconds`.
/// - Throws: `Trouble` when there is not the memory.
public func measureEncoder(_ configuration: Configuration, seconds: Double) throws -> Double {
  let (batchSize, size) = (configuration.knobs.batchSize, configuration.imageSize ?? 32)
  let pixels = (0..<2 * batchSize * size * size * 3).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 16) }
  let workers = try WorkerPool(starting: configuration.workerCount)
  var model = SimCLR(configuration)
  func pass(_ workspace: inout Workspace) {
    let views = pixels.withUnsafeBufferPointer {
      workspace.input(
        $0, images: 2 * batchSize, size: size, mean: [0.5, 0.5, 0.5], standardDeviation: [0.25, 0.25, 0.25])
    }
    let z = model.forward(views, .training, &workspace)
    model.backward(workspace.load(Tensor(repeating: 1e-3, [2 * batchSize, z.channels])), &workspace)
  }
  var workspace = try Workspace(
    Workspace.plan(workers: workers, element: configuration.precision, pass), workers: workers)
  let time = medianTime(seconds: seconds) {
    workspace.restart()
    pass(&workspace)
  }
  return Double(batchSize) / time
}
