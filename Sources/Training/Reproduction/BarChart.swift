/// Horizontal bars with their intervals as an SVG picture that reads on white and on dark paper.
import Foundation

struct BarChart {
  struct Bar {
    let label: String
    /// nil: not measured.
    let interval: Interval?
  }

  let title: String
  let axis: String
  let bars: [Bar]

  private static let (labelWidth, plotWidth, valueWidth, barHeight, gap) = (190.0, 360.0, 110.0, 20.0, 10.0)

  /// The picture; its width is the same for every chart.
  var svg: String {
    let ends = bars.compactMap(\.interval).map { $0.mean + ($0.halfWidth ?? 0) }
    let top = niceCeiling(max(ends.max() ?? 1, 1e-9))
    let height = 40 + Double(bars.count) * (Self.barHeight + Self.gap) + 40
    let width = Self.labelWidth + Self.plotWidth + Self.valueWidth
    func x(_ value: Double) -> Double { Self.labelWidth + max(0, min(1, value / top)) * Self.plotWidth }
    var parts = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(width)) \(number(height))" \
      font-family="sans-serif" font-size="13" fill="#808080">
      <text x="8" y="22" font-size="15">\(escaped(title))</text>
      """
    ]
    let base = 40 + Double(bars.count) * (Self.barHeight + Self.gap)
    for share in [0, 0.25, 0.5, 0.75, 1] {
      let value = top * share
      parts.append(
        "<line x1=\"\(number(x(value)))\" y1=\"36\" x2=\"\(number(x(value)))\" y2=\"\(number(base))\" stroke=\"#808080\" "
          + "stroke-opacity=\"0.3\"/><text x=\"\(number(x(value)))\" y=\"\(number(base + 16))\" "
          + "text-anchor=\"middle\">\(number(value))</text>")
    }
    for (index, bar) in bars.enumerated() {
      parts.append(picture(of: bar, top: 40 + Double(index) * (Self.barHeight + Self.gap), x))
    }
    parts.append(
      "<text x=\"\(number(Self.labelWidth + Self.plotWidth / 2))\" y=\"\(number(base + 34))\" "
        + "text-anchor=\"middle\">\(escaped(axis))</text></svg>\n")
    return parts.joined(separator: "\n")
  }

  private func picture(of bar: Bar, top: Double, _ x: (Double) -> Double) -> String {
    let middle = top + Self.barHeight / 2
    var text =
      "<text x=\"\(number(Self.labelWidth - 8))\" y=\"\(number(middle + 4))\" text-anchor=\"end\">"
      + "\(escaped(bar.label))</text>"
    guard let interval = bar.interval else {
      return text + "<text x=\"\(number(Self.labelWidth + 6))\" y=\"\(number(middle + 4))\">not measured</text>"
    }
    text +=
      "<rect x=\"\(number(Self.labelWidth))\" y=\"\(number(top))\" width=\"\(number(x(interval.mean) - Self.labelWidth))\" "
      + "height=\"\(number(Self.barHeight))\" fill=\"#4c78a8\"/>"
    if let half = interval.halfWidth {
      let (from, to) = (x(interval.mean - half), x(interval.mean + half))
      text +=
        "<path d=\"M\(number(from)) \(number(middle))H\(number(to))M\(number(from)) \(number(middle - 5))v10"
        + "M\(number(to)) \(number(middle - 5))v10\" stroke=\"#e45756\" stroke-width=\"2\" fill=\"none\"/>"
    }
    let end = x(interval.mean + (interval.halfWidth ?? 0)) + 8
    return text + "<text x=\"\(number(end))\" y=\"\(number(middle + 4))\">\(interval.text)</text>"
  }

  /// The next of 1, 2, 4, 5, 8, 10 times a power of ten: quarters of it are short numbers.
  private func niceCeiling(_ value: Double) -> Double {
    let power = pow(10, floor(log10(value)))
    return ([1, 2, 4, 5, 6, 8, 10].first { $0 * power >= value } ?? 10) * power
  }

  private func number(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : String(format: "%.1f", value)
  }

  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
  }
}

extension Interval {
  /// “53.1 ± 0.8”
  public var text: String {
    let middle = String(format: "%.1f", mean)
    return halfWidth.map { middle + String(format: " ± %.1f", $0) } ?? middle
  }
}
