/// Random numbers for new parameters.
import Basics
import Foundation
import Tensors

/// Normal numbers around 0 by the Box–Muller transform.
func normalTensor(_ shape: [Int], deviation: Float, using random: inout RandomStream) -> Tensor {
  let count = shape.reduce(1, *)
  var scalars: [Float] = []
  scalars.reserveCapacity(count + 1)
  while scalars.count < count {
    let radius = (-2 * log(1 - Double(random.unit()))).squareRoot()
    let angle = 2 * Double.pi * Double(random.unit())
    scalars.append(deviation * Float(radius * cos(angle)))
    scalars.append(deviation * Float(radius * sin(angle)))
  }
  return Tensor(shape, Array(scalars.prefix(count)))
}
