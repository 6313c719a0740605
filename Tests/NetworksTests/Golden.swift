// PyTorch's answers, from the files beside this one.
import Basics
import Foundation
import Networks
import Tensors
import Testing

func golden(_ name: String) throws -> TensorFile {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
  return try TensorFile(reading: folder.appendingPathComponent(name + ".safetensors").path)
}

/// ‖a − b‖ / ‖b‖
func relativeError(_ a: Tensor, _ b: Tensor) -> Double {
  precondition(a.count == b.count, "\(a.shape) and \(b.shape)")
  let difference = zip(a.scalars, b.scalars).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
  return difference.squareRoot() / max(b.norm, 1e-30)
}

func expectClose(
  _ a: Tensor, _ b: Tensor?, _ tolerance: Double = 2e-6, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let b = try #require(b, "no golden for \(what)", sourceLocation: sourceLocation)
  let error = relativeError(a, b)
  #expect(error < tolerance, "\(what): relative error \(error)", sourceLocation: sourceLocation)
}

/// Plans and runs a step as the trainer does.
func withWorkspace(
  _ element: Activation.Element = .float32, threads: Int = 2, _ step: (inout Workspace) -> Void
) throws {
  let workers = WorkerPool(threads: threads)
  BLAS.useOneThread()
  var workspace = try Workspace(Workspace.plan(workers: workers, element: element, step), workers: workers)
  step(&workspace)
}

extension Workspace {
  func gradientTensor(_ slot: Int, _ shape: [Int]) -> Tensor {
    isPlanning ? Tensor(zeros: shape) : Tensor(shape, Array(gradient(slot: slot)))
  }
}
