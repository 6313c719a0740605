/// How many directions a set of vectors really uses.
import COpenBLAS
import Foundation

/// exp(entropy of the normalised singular values) (Roy and Vetterli 2007) of x [n, d]: 1 when all rows are multiples of
/// one vector, at most min(n, d). NaN when x is not finite.
///
/// In double: a singular value is the root of an eigenvalue of the products of rows (or columns, of which there are
/// fewer), so that float32's rounding would add 3e-4 of the largest to each of the d.
public func effectiveRank(_ x: Tensor) -> Double {
  let (n, d) = (x.rows, x.columns)
  let size = min(n, d)
  let rows = x.scalars.map(Double.init)
  var products = [Double](repeating: 0, count: size * size)
  cblas_dsyrk(
    CblasRowMajor, CblasUpper, n < d ? CblasNoTrans : CblasTrans, Int32(size), Int32(max(n, d)), 1, rows, Int32(d), 0,
    &products, Int32(size))
  guard products.allSatisfy(\.isFinite), let values = eigenvalues(ofSymmetric: products, size: size) else {
    return .nan
  }
  let singular = values.map { max(0, $0).squareRoot() }
  let sum = singular.reduce(0, +)
  guard sum > 0 else { return .nan }
  let entropy = singular.reduce(0.0) { $1 > 0 ? $0 - $1 / sum * log($1 / sum) : $0 }
  return exp(entropy)
}

/// Ascending, of a matrix whose upper triangle by rows is filled; nil when LAPACK finds none.
private func eigenvalues(ofSymmetric matrix: [Double], size: Int) -> [Double]? {
  var matrix = matrix
  var values = [Double](repeating: 0, count: size)
  var n = Int32(size)
  var workSize = Int32(max(1, 34 * size))
  var work = [Double](repeating: 0, count: Int(workSize))
  var info: Int32 = 0
  // Rows here are LAPACK's columns.
  dsyev_("N", "L", &n, &matrix, &n, &values, &work, &workSize, &info)
  return info == 0 ? values : nil
}
