/// Random numbers for new parameters.
import Basics
import Foundation
import Tensors

/// Normal numbers around 0 by the Box–Muller transform: each pair from two numbers of the stream, so that parts of a
/// large tensor may be drawn at the same time (resnet18's 11 million: 0.17 s on one core).
func normalTensor(_ shape: [Int], deviation: Float, using random: inout RandomStream) -> Tensor {
  let count = shape.reduce(1, *)
  let pairs = (count + 1) / 2
  let part = 1 << 14
  let start = random
  random = random.skipping(2 * pairs)
  let scalars = [Float](unsafeUninitializedCapacity: 2 * pairs) { buffer, initialized in
    // Each part writes its own places.
    nonisolated(unsafe) let numbers = buffer
    let parts = (pairs + part - 1) / part
    // The numbers are the same on any number of threads, so one will do where no more can be started.
    let workers = (try? WorkerPool(starting: min(parts, usableCores()))) ?? WorkerPool(threads: 1)
    workers.run(parts) { index, _ in
      var random = start.skipping(2 * part * index)
      for pair in part * index..<min(part * (index + 1), pairs) {
        let radius = (-2 * log(1 - Double(random.unit()))).squareRoot()
        let angle = 2 * Double.pi * Double(random.unit())
        numbers[2 * pair] = deviation * Float(radius * cos(angle))
        numbers[2 * pair + 1] = deviation * Float(radius * sin(angle))
      }
    }
    initialized = count
  }
  return Tensor(shape, scalars)
}
