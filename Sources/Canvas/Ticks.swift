/// Marks of an axis: at steps of 1, 2 or 5 times a power of ten, on a logarithmic axis at such numbers, on one of seconds
/// at whole minutes, hours and days.
import Foundation

public struct Ticks: Sendable, Equatable {
  public enum Kind: Sendable { case linear, logarithmic, duration }

  public let values: [Double]
  public let step: Double
  private let kind: Kind

  /// At most `limit` marks inside a range; that of a logarithmic axis is positive.
  public init(in range: ClosedRange<Double>, atMost limit: Int, _ kind: Kind = .linear) {
    let span = range.upperBound - range.lowerBound
    guard limit > 0, span > 0, span.isFinite else {
      (values, step, self.kind) = (limit > 0 && range.lowerBound.isFinite ? [range.lowerBound] : [], 1, .linear)
      return
    }
    if kind == .logarithmic, let marks = Self.logarithmicMarks(range, limit) {
      (values, step, self.kind) = (marks, marks[0], kind)
      return
    }
    let candidates = kind == .duration && span > 5 ? Self.clockSteps : Self.decimalSteps(span, limit)
    let chosen = candidates.first { Self.marks(range, $0).count <= limit } ?? span
    (values, step, self.kind) = (Self.marks(range, chosen), chosen, kind == .duration ? kind : .linear)
  }

  private static func decimalSteps(_ span: Double, _ limit: Int) -> [Double] {
    let power = Figures.power(Figures.exponent(of: span / Double(limit)))
    return [1.0, 2, 5, 10, 20, 50].map { $0 * power }
  }

  /// From a second to a hundred days.
  private static let clockSteps: [Double] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000,
    864_000, 1_728_000, 4_320_000, 8_640_000,
  ]

  private static func marks(_ range: ClosedRange<Double>, _ step: Double) -> [Double] {
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard last >= first, last - first < 1000 else { return last >= first ? Array(repeating: 0, count: 1000) : [] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// 1, 2 and 5 of every power of ten, or the powers, or every second, third … of them; nil where there would be fewer
  /// than two: so short a range is almost linear.
  private static func logarithmicMarks(_ range: ClosedRange<Double>, _ limit: Int) -> [Double]? {
    guard range.lowerBound > 0 else { return nil }
    let (low, high) = (Int(floor(log10(range.lowerBound))), Int(ceil(log10(range.upperBound))))
    let slack = 1 + 1e-9
    func marks(_ digits: [Double], every stride: Int) -> [Double] {
      (low...high).filter { $0 % stride == 0 }.flatMap { power in digits.map { $0 * Figures.power(power) } }
        .filter { $0 * slack >= range.lowerBound && $0 <= range.upperBound * slack }
    }
    let ways = [marks([1, 2, 5], every: 1)] + (1...max(1, high - low)).lazy.map { marks([1], every: $0) }
    return ways.first { $0.count <= limit }.flatMap { $0.count >= 2 ? $0 : nil }
  }

  /// A mark's number, with as many decimals as the step needs.
  public func label(_ value: Double) -> String {
    if kind == .duration { return clock(value) }
    if kind == .logarithmic { return value >= 1e4 ? Figures.scaled(value) : Figures.significant(value, 3) }
    let largest = max(abs(values.first ?? 0), abs(values.last ?? 0))
    if abs(value) < step * 1e-6 {
      return largest >= 1e4 || step >= 1 || decimals > 2 ? "0" : Figures.fixed(0, decimals)
    }
    if largest >= 1e5 { return Figures.scaled(value) }
    if largest < 0.01, step < 1e-3 { return Figures.significant(value, 3) }
    return Figures.fixed(value, decimals)
  }

  /// All in one unit, that of the step; below a minute as minutes and seconds where there are many.
  private func clock(_ seconds: Double) -> String {
    if seconds == 0 { return "0" }
    if step < 60, (values.last ?? 0) >= 120, step >= 1 {
      let whole = Int(seconds.rounded())
      return "\(Figures.grouped(whole / 60)):\(whole % 60 < 10 ? "0" : "")\(whole % 60) min"
    }
    let units = [(86_400.0, "d"), (3600, "h"), (60, "min")]
    let (size, name) = units.first { step >= $0.0 } ?? (1, "s")
    return "\(Figures.significant(seconds / size)) \(name)"
  }

  private var decimals: Int { min(9, max(0, -Figures.exponent(of: step))) }
}
