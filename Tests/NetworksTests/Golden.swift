// PyTorch's answers, from the files beside this one.
import Basics
import Foundation
import Networks
import Tensors
import TestSupport
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

/// Rounding of a network's results as a part of their norms: sums as long as the fan-in of each layer, one layer after
/// another, of which some are computed by Winograd.
func roundingOfNetwork(_ model: some Parameterized) -> Double {
  var (model, terms) = (model, 0)
  model.visitParameters("") { _, parameter in
    if parameter.isWeight { terms += parameter.value.shape.dropFirst().reduce(1, *) }
  }
  return WinogradGrowth.ofNorm * rounding(ofSums: terms)
}

/// - Parameter tolerance: most of ‖a − b‖ / ‖b‖.
func expectClose(
  _ a: Tensor, _ b: Tensor?, _ tolerance: Double, _ what: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let b = try #require(b, "no golden for \(what)", sourceLocation: sourceLocation)
  let error = relativeError(a, b)
  #expect(error <= tolerance, "\(what): relative error \(error), bound \(tolerance)", sourceLocation: sourceLocation)
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
