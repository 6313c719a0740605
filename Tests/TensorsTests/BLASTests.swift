// The kernel that OpenBLAS computes with.
import CKernels
import COpenBLAS
import Foundation
import Testing

@testable import Tensors

@Test func aKernelForShorterVectorsIsReplaced() {
  func faster(_ kernel: String, _ vector: Int) -> String? { BLAS.fasterKernel(than: kernel, vector: vector) }
  for slow in ["Prescott", "Nehalem", "Sandybridge", "Haswell", "Zen"] { #expect(faster(slow, 16) == "SkylakeX") }
  for slow in ["Prescott", "Nehalem", "Sandybridge"] { #expect(faster(slow, 8) == "Haswell") }
  for right in ["SkylakeX", "Cooperlake", "SapphireRapids"] { #expect(faster(right, 16) == nil) }
  for right in ["Haswell", "Zen", "Excavator", "SkylakeX"] { #expect(faster(right, 8) == nil) }
  for any in ["Prescott", "Haswell", "neoversen1", "armv8"] { #expect(faster(any, 4) == nil) }
}

#if compiler(>=6.2)
  /// In a process of its own, where OpenBLAS has the kernel of an old processor: the right one takes its place, unless
  /// the environment asks for the old one, and computes what a double loop computes.
  @Test(.enabled(if: hasFasterKernels, "this OpenBLAS has one kernel, or this processor no longer vectors"))
  func theKernelOfAnOldProcessorIsReplaced() async {
    await #expect(processExitsWith: .success) {
      ob_choose_kernel("Prescott")
      #expect(BLAS.kernel == "Prescott")
      setenv("OPENBLAS_CORETYPE", "Prescott", 1)
      BLAS.prepare()
      #expect(BLAS.kernel == "Prescott", "the environment's word is taken")
      let own = BLAS.ownKernel()
      #expect(BLAS.kernel == "Prescott" && BLAS.askedKernel == "Prescott", "asking changes nothing")
      unsetenv("OPENBLAS_CORETYPE")
      BLAS.prepare()
      #expect(["SkylakeX", "Haswell"].contains(BLAS.kernel))
      #expect(BLAS.fasterKernel(than: BLAS.kernel, vector: Int(ck_isa_vector_floats())) == nil)
      #expect(BLAS.askedKernel == nil)
      expectProductsAreRight()
      #expect(BLAS.ownKernel() == own)
    }
  }
#endif

private let hasFasterKernels: Bool = {
  let own = BLAS.configuration.contains("DYNAMIC_ARCH")
  return own && ck_isa_vector_floats() > 4
}()

/// Odd sizes, so that the edges of a kernel's blocks count too.
private func expectProductsAreRight() {
  let (rows, columns, depth) = (67, 131, 259)
  let a = (0..<rows * depth).map { Float(($0 * 7919) % 23 - 11) }
  let b = (0..<depth * columns).map { Float(($0 * 104_729) % 19 - 9) }
  var c = [Float](repeating: 0, count: rows * columns)
  multiply(Matrix(a, rows, depth), Matrix(b, depth, columns), into: &c, stride: columns)
  for row in 0..<rows {
    for column in 0..<columns {
      // Whole numbers, so sums are exact in any order.
      let sum = (0..<depth).reduce(0) { $0 + a[row * depth + $1] * b[$1 * columns + column] }
      #expect(c[row * columns + column] == sum)
    }
  }
}
