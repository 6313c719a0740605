/// Vectors scaled to length one.

/// Shortest length that is divided by, as in PyTorch's `normalize`.
private let shortest: Float = 1e-12

/// Each row divided by its length. x [n, d] → (unit rows, lengths).
public func unitRows(_ x: Tensor) -> (rows: Tensor, lengths: [Float]) {
  var unit = x
  let lengths = (0..<x.rows).map { r in
    let length = max(Float(x.row(r).reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()), shortest)
    for k in r * x.columns..<(r + 1) * x.columns { unit.scalars[k] = x.scalars[k] / length }
    return length
  }
  return (unit, lengths)
}

/// The gradient of `unitRows`: the part of dy across each row, divided by its length.
public func unitRowsBackward(_ dy: Tensor, unit: Tensor, lengths: [Float]) -> Tensor {
  var dx = dy
  for r in 0..<dy.rows {
    let range = r * dy.columns..<(r + 1) * dy.columns
    let along = Float(range.reduce(0.0) { $0 + Double(dy.scalars[$1]) * Double(unit.scalars[$1]) })
    for k in range { dx.scalars[k] = (dy.scalars[k] - along * unit.scalars[k]) / lengths[r] }
  }
  return dx
}
