/// The loss of a linear classifier: mean cross entropy of softmax(x · weightᵀ), by products of blocks of rows that stay
/// in cache between the product that makes the logits and the one that makes the gradient.
import Basics
import Foundation

public struct SoftmaxRegression: Sendable {
  /// x [n, D]
  public let features: Tensor
  /// One a row, each below `classes`.
  public let labels: [Int]
  public let classes: Int

  private static let block = 256

  public init(_ features: Tensor, labels: [Int], classes: Int) {
    precondition(features.rows == labels.count, "\(labels.count) labels for \(features.rows) rows")
    (self.features, self.labels, self.classes) = (features, labels, classes)
  }

  /// Products in float32, sums over blocks in float64, in an order that does not depend on the threads.
  /// - Parameters:
  ///   - weight: [classes · D]
  ///   - gradient: of the loss by weight; written.
  public func loss(_ weight: [Double], gradient: inout [Double], workers: WorkerPool) -> Double {
    let size = classes * features.columns
    precondition(weight.count == size && gradient.count == size, "\(weight.count) weights where \(size) are needed")
    let groups = ImageGroups(images: features.rows)
    let rounded = weight.map { Float($0) }
    var gradients = [Float](repeating: 0, count: groups.count * size)
    var losses = [Double](repeating: 0, count: groups.count)
    gradients.withUnsafeMutableBufferPointer { gradients in
      losses.withUnsafeMutableBufferPointer { losses in
        workers.run(groups.count) { group, _ in
          losses[group] = add(groups[group], rounded, to: gradients.baseAddress! + group * size)
        }
      }
    }
    let scale = 1 / Double(features.rows)
    for i in 0..<size {
      var sum = 0.0
      for group in 0..<groups.count { sum += Double(gradients[group * size + i]) }
      gradient[i] = sum * scale
    }
    return losses.reduce(0, +) * scale
  }

  /// The sum of the losses of some rows; adds the sum of their gradients.
  private func add(_ rows: Range<Int>, _ weight: [Float], to gradient: UnsafeMutablePointer<Float>) -> Double {
    let (count, columns) = (classes, features.columns)
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.block * count) { logits in
      features.scalars.withUnsafeBufferPointer { x in
        weight.withUnsafeBufferPointer { weight in
          var loss = 0.0
          for start in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.block) {
            let block = Matrix(
              x.baseAddress! + start * columns, min(Self.block, rows.upperBound - start), columns)
            multiply(block, Matrix(weight.baseAddress!, count, columns).T, into: logits.baseAddress!, stride: count)
            for row in 0..<block.rows {
              loss += Self.softmax(logits.baseAddress! + row * count, count, label: labels[start + row])
            }
            multiply(
              Matrix(logits.baseAddress!, block.rows, count).T, block, into: gradient, stride: columns, keep: 1)
          }
          return loss
        }
      }
    }
  }

  /// The cross entropy of one row of logits; writes ∂loss/∂logits = softmax − one-hot over them.
  private static func softmax(_ logits: UnsafeMutablePointer<Float>, _ count: Int, label: Int) -> Double {
    var largest = logits[0]
    for k in 1..<count { largest = max(largest, logits[k]) }
    let own = logits[label] - largest
    var sum: Float = 0
    for k in 0..<count {
      logits[k] = exp(logits[k] - largest)
      sum += logits[k]
    }
    for k in 0..<count { logits[k] /= sum }
    logits[label] -= 1
    return Double(log(sum) - own)
  }
}
