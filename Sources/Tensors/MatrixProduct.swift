/// Products of dense matrices by OpenBLAS, one thread a call.
import Basics
import COpenBLAS

/// A matrix in memory: rows `stride` floats apart, read as its transpose when `transposed`.
struct Matrix {
  let pointer: UnsafePointer<Float>
  let rows: Int
  let columns: Int
  let stride: Int
  var transposed = false

  init(_ pointer: UnsafePointer<Float>, _ rows: Int, _ columns: Int, stride: Int? = nil) {
    (self.pointer, self.rows, self.columns, self.stride) = (pointer, rows, columns, stride ?? columns)
  }

  /// The transpose, without moving a number.
  var T: Matrix {
    var other = self
    other.transposed.toggle()
    return other
  }

  /// As it enters the product.
  var shape: (rows: Int, columns: Int) { transposed ? (columns, rows) : (rows, columns) }
}

extension Tensor {
  /// Its numbers as a matrix for a product, while `body` runs.
  func withMatrix<Result>(_ body: (Matrix) -> Result) -> Result {
    scalars.withUnsafeBufferPointer { body(Matrix($0.baseAddress!, rows, columns)) }
  }
}

/// c = scale · a · b + keep · c, with c's rows `stride` apart.
func multiply(
  _ a: Matrix, _ b: Matrix, into c: UnsafeMutablePointer<Float>, stride: Int, scale: Float = 1, keep: Float = 0
) {
  precondition(a.shape.columns == b.shape.rows, "product of \(a.shape) and \(b.shape)")
  cblas_sgemm(
    CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans,
    blasint(a.shape.rows), blasint(b.shape.columns), blasint(a.shape.columns), scale, a.pointer, blasint(a.stride),
    b.pointer, blasint(b.stride), keep, c, blasint(stride))
}

/// `multiply` with the rows of c shared out in fixed bands, so that the result does not depend on the threads.
func multiply(
  _ a: Matrix, _ b: Matrix, into c: UnsafeMutablePointer<Float>, stride: Int, scale: Float = 1, workers: WorkerPool
) {
  let band = 64
  let rows = a.shape.rows
  workers.run((rows + band - 1) / band) { task, _ in
    let start = task * band
    let count = min(band, rows - start)
    let part =
      a.transposed
      ? Matrix(a.pointer + start, a.rows, count, stride: a.stride).T
      : Matrix(a.pointer + start * a.stride, count, a.columns, stride: a.stride)
    multiply(part, b, into: c + start * stride, stride: stride, scale: scale)
  }
}

/// Some rows of a · bᵀ, at most 64 at a time, so that the whole product need not stand in memory.
/// - Parameters:
///   - rows: of a.
///   - body: called from any worker with the first row of a band and the band [its rows, b.rows], which it may write over.
public func forEachBandOfProduct(
  _ a: Tensor, rows: Range<Int>, withTransposeOf b: Tensor, workers: WorkerPool,
  _ body: (_ first: Int, _ band: UnsafeMutableBufferPointer<Float>) -> Void
) {
  let band = 64
  let room = band * b.rows
  let scratch = UnsafeMutablePointer<Float>.allocate(capacity: workers.threads * room)
  defer { scratch.deallocate() }
  a.withMatrix { left in
    b.withMatrix { right in
      workers.run((rows.count + band - 1) / band) { task, worker in
        let first = rows.lowerBound + task * band
        let part = Matrix(left.pointer + first * left.stride, min(band, rows.upperBound - first), left.columns)
        let to = UnsafeMutableBufferPointer(start: scratch + worker * room, count: part.rows * b.rows)
        multiply(part, right.T, into: to.baseAddress!, stride: b.rows)
        body(first, to)
      }
    }
  }
}

/// a · bᵀ: cosines when the rows of both are unit vectors. a [n, d], b [m, d] → [n, m].
public func productWithTranspose(_ a: Tensor, _ b: Tensor, workers: WorkerPool) -> Tensor {
  var product = Tensor(zeros: [a.rows, b.rows])
  product.scalars.withUnsafeMutableBufferPointer { c in
    a.withMatrix { left in
      b.withMatrix { right in
        multiply(left, right.T, into: c.baseAddress!, stride: b.rows, workers: workers)
      }
    }
  }
  return product
}
