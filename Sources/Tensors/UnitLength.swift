/// Vectors scaled to length one.

/// Shortest length that is divided by, as in PyTorch's `normalize`.
private let shortest: Float = 1e-12

/// Each row divided by its length. x [n, d].
public func unitRows(_ x: Tensor) -> Tensor {
  var unit = x
  for r in 0..<x.rows {
    let length = max(Float(x.row(r).reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()), shortest)
    for k in r * x.columns..<(r + 1) * x.columns { unit.scalars[k] = x.scalars[k] / length }
  }
  return unit
}
