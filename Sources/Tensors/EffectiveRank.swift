/// How many directions a set of vectors really uses.
import COpenBLAS
import Foundation

/// exp(entropy of the normalised singular values) (Roy and Vetterli 2007) of x [n, d]: 1 when all rows are multiples of
/// one vector, at most min(n, d). NaN when x is not finite.
public func effectiveRank(_ x: Tensor) -> Double {
  let d = x.columns
  var gram = [Float](repeating: 0, count: d * d)
  x.withMatrix { rows in multiply(rows.T, rows, into: &gram, stride: d) }
  guard gram.allSatisfy(\.isFinite), let values = eigenvalues(ofSymmetric: gram, size: d) else { return .nan }
  let singular = values.map { Double(max(0, $0)).squareRoot() }
  let sum = singular.reduce(0, +)
  guard sum > 0 else { return .nan }
  let entropy = singular.reduce(0.0) { $1 > 0 ? $0 - $1 / sum * log($1 / sum) : $0 }
  return exp(entropy)
}

/// Ascending; nil when LAPACK finds none.
private func eigenvalues(ofSymmetric matrix: [Float], size: Int) -> [Float]? {
  var matrix = matrix
  var values = [Float](repeating: 0, count: size)
  var n = Int32(size)
  var workSize = Int32(max(1, 34 * size))
  var work = [Float](repeating: 0, count: Int(workSize))
  var info: Int32 = 0
  ssyev_("N", "U", &n, &matrix, &n, &values, &work, &workSize, &info)
  return info == 0 ? values : nil
}
