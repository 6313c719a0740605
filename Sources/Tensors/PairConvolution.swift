/// Direct convolution of maps of bfloat16 by the processor's products of pairs, where it has them: twice as many as of
/// float32. What is multiplied is rounded to bfloat16, weights and normalised maps too; sums are in float32.
import Basics
import CKernels

/// As `convolveDirectly`.
func convolveByPairs(
  _ x: Features, weight: Tensor, _ shape: ConvolutionShape, into y: Activation, moments: Bool,
  _ workspace: inout Workspace
) -> Measured {
  let packed = pack(weight, shape, turned: false, &workspace)
  return convolve(ck_convolve_pairs, x, packed, shape, into: y, moments: moments, &workspace)
}

/// As `convolveDirectlyBack`.
func convolveByPairsBack(
  _ dy: Activation, weight: Tensor, _ shape: ConvolutionShape, into dx: Activation, of x: Features,
  adding addend: Activation?, _ workspace: inout Workspace
) -> FeatureGradient {
  let packed = pack(weight, shape, turned: true, &workspace)
  return convolveBack(ck_convolve_pairs_back, dy, packed, shape, into: dx, of: x, adding: addend, &workspace)
}

/// weight [out, in, kh, kw] rounded, in the order in which the kernels read it; turned, as the adjoint reads it.
private func pack(
  _ weight: Tensor, _ shape: ConvolutionShape, turned: Bool, _ workspace: inout Workspace
) -> Activation {
  let packed = packForKernels(weight, shape, turned: turned, &workspace)
  let size = shape.taps * shape.paddedOut
  let pairs = workspace.scratch(size / 2)
  if !workspace.isPlanning {
    let (from, to) = (workspace.pointer(packed), workspace.address(pairs).assumingMemoryBound(to: UInt16.self))
    let blocks = size / 256
    let parts = min(blocks, 64)
    workspace.workers.run(parts) { part, _ in
      let first = blocks * part / parts
      let count = blocks * (part + 1) / parts - first
      ck_pack_pairs(from + first * 256, to + first * 256, Int64(count * 256))
    }
  }
  workspace.release(packed)
  return pairs
}
