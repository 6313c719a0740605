/// Marks of an axis at steps of 1, 2 or 5 times a power of ten.
public struct Ticks: Sendable, Equatable {
  public let values: [Double]
  public let step: Double

  /// At most `limit` marks inside a range.
  public init(in range: ClosedRange<Double>, atMost limit: Int) {
    let span = range.upperBound - range.lowerBound
    guard limit > 0, span > 0, span.isFinite else {
      (values, step) = (limit > 0 && range.lowerBound.isFinite ? [range.lowerBound] : [], 1)
      return
    }
    let power = Figures.power(Figures.exponent(of: span / Double(limit)))
    let candidates = [1.0, 2, 5, 10, 20, 50].map { $0 * power }
    let chosen = candidates.first { Self.marks(range, $0).count <= limit } ?? span
    (values, step) = (Self.marks(range, chosen), chosen)
  }

  private static func marks(_ range: ClosedRange<Double>, _ step: Double) -> [Double] {
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard last >= first, last - first < 1000 else { return last >= first ? Array(repeating: 0, count: 1000) : [] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// A mark's number, with as many decimals as the step needs.
  public func label(_ value: Double) -> String {
    let largest = max(abs(values.first ?? 0), abs(values.last ?? 0))
    if abs(value) < step * 1e-6 { return largest >= 1e4 || step >= 1 ? "0" : Figures.fixed(0, decimals) }
    if largest >= 1e5 { return Figures.scaled(value) }
    if largest < 0.01, step < 1e-3 { return Figures.significant(value, 3) }
    return Figures.fixed(value, decimals)
  }

  private var decimals: Int { min(9, max(0, -Figures.exponent(of: step))) }
}
