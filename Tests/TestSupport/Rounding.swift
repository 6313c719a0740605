// Rounding errors to expect of float32, for comparisons with a reference in double precision.

/// The most by which a sum of products of float32, added in any order, is off, as a part of the sum of the products'
/// magnitudes: ε √K.
///
/// Each of the K additions is off by at most ε/2 of a partial sum, and these errors are independent, so that they grow
/// as √K (Higham and Mary 2019, “A new approach to probabilistic rounding error analysis”). Partial sums are far below
/// the sum of magnitudes, so this leaves room, whatever blocks a kernel adds in. As a part of a whole tensor's norm,
/// for sums of random signs, the errors are of that order, too. The errors of layers that follow each other add up in
/// the same way: K is then the sum over the layers.
public func rounding(ofSums terms: Int) -> Double { Double(Float.ulpOfOne) * Double(terms).squareRoot() }

/// How much larger Winograd's errors, F(4×4, 3×3), are than those of the plain sum. An output is Σₚ aₚ (g · w)ₚ (b · x)ₚ
/// over six points, in each of two dimensions; the variances of its terms grow by aₚ² ‖gₚ‖² ‖bₚ‖², to be divided by the
/// three products of the plain sum.
public enum WinogradGrowth {
  private static let squares: [Double] = {
    let outputs: [[Double]] = [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
    let weights = [1.0 / 16, 3.0 / 36, 3.0 / 36, 21.0 / 576, 21.0 / 576, 1]
    let inputs = [42.0, 34, 34, 10, 10, 42]
    return outputs.map { row in row.indices.reduce(0) { $0 + row[$1] * row[$1] * weights[$1] * inputs[$1] } / 3 }
  }()
  /// Of the number that is worst off: the product of both dimensions' roots.
  public static let ofOne = squares.max()!
  /// Of a whole tensor's norm.
  public static let ofNorm = squares.reduce(0, +) / Double(squares.count)
}
