/// Numbers with a shape: a value, for parameters, projections, similarities and probes. Row-major float32.
public struct Tensor: Sendable, Equatable {
  public let shape: [Int]
  public var scalars: [Float]

  public init(_ shape: [Int], _ scalars: [Float]) {
    precondition(scalars.count == shape.reduce(1, *), "\(scalars.count) numbers for shape \(shape)")
    (self.shape, self.scalars) = (shape, scalars)
  }

  public init(zeros shape: [Int]) { self.init(shape, [Float](repeating: 0, count: shape.reduce(1, *))) }
  public init(repeating value: Float, _ shape: [Int]) {
    self.init(shape, [Float](repeating: value, count: shape.reduce(1, *)))
  }

  public var count: Int { scalars.count }

  /// Rows and columns of a matrix.
  public var rows: Int { shape[0] }
  public var columns: Int { shape[1] }

  public func row(_ index: Int) -> ArraySlice<Float> { scalars[index * columns..<(index + 1) * columns] }

  /// √Σx², summed in double.
  public var norm: Double { scalars.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot() }
}
