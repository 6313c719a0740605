/// Numbers as people read them on a screen.
public enum Figures {
  /// "3,211"
  public static func grouped(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var text = ""
    for (offset, digit) in digits.enumerated() {
      if offset > 0, (digits.count - offset) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return (value < 0 ? "−" : "") + text
  }

  /// A fixed number of decimals, 0…9: "5.31"; thousands are separated.
  public static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "NaN" : value > 0 ? "∞" : "−∞" }
    let scale = (0..<decimals).reduce(1.0) { product, _ in product * 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 9e15 else { return scientific(value, 4) }
    let whole = Int(scaled) / Int(scale)
    let sign = value < 0 && scaled > 0 ? "−" : ""
    guard decimals > 0 else { return sign + grouped(whole) }
    let fraction = String(Int(scaled) % Int(scale))
    return sign + grouped(whole) + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  /// At most this many significant digits, without needless zeros: "0.5", "1e-3", "2,048".
  public static func significant(_ value: Double, _ digits: Int = 4) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : fixed(value, 0) }
    let magnitude = exponent(of: value)
    if magnitude < -2 || magnitude > 6 { return scientific(value, digits) }
    return trimmed(fixed(value, min(9, max(0, digits - 1 - magnitude))))
  }

  /// "0.82" without its leading zero where room is dear: ".82".
  public static func short(_ value: Double, _ digits: Int = 3) -> String {
    let text = significant(value, digits)
    if text.hasPrefix("0.") { return String(text.dropFirst()) }
    if text.hasPrefix("−0.") { return "−" + text.dropFirst(2) }
    return text
  }

  /// A share 0…1 as "71.4 %".
  public static func percent(_ share: Double, _ decimals: Int = 1) -> String { fixed(share * 100, decimals) + " %" }

  /// "3.2k", "12M" from ten thousand on.
  public static func scaled(_ value: Double) -> String {
    let size = abs(value)
    let units: [(Double, String)] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
    guard size >= 1e4, let (unit, letter) = units.first(where: { size >= $0.0 }) else { return significant(value) }
    return significant(value / unit, 3) + letter
  }

  /// Seconds in the unit that fits: "8 s", "23 min", "2 h 05 min", "3 d 4 h".
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
    let whole = Int(seconds.rounded())
    if whole < 90 { return "\(whole) s" }
    let minutes = Int((seconds / 60).rounded())
    if minutes < 90 { return "\(minutes) min" }
    if minutes < 48 * 60 { return "\(minutes / 60) h \(minutes % 60 < 10 ? "0" : "")\(minutes % 60) min" }
    return "\(minutes / 1440) d \(minutes % 1440 / 60) h"
  }

  /// Seconds as a clock would count them: "0:08", "23:00", "2:05:00"; hours do not end.
  public static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let whole = Int(seconds.rounded())
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return (hours > 0 ? "\(grouped(hours)):\(padded(minutes))" : "\(minutes)") + ":\(padded(whole % 60))"
  }

  private static func scientific(_ value: Double, _ digits: Int) -> String {
    let magnitude = exponent(of: value)
    let mantissa = trimmed(fixed(value / power(magnitude), digits - 1))
    if mantissa == "10" || mantissa == "−10" { return (value < 0 ? "−" : "") + "1e\(magnitude + 1)" }
    return "\(mantissa)e\(magnitude)"
  }

  /// The power of ten of the first digit.
  static func exponent(of value: Double) -> Int {
    var size = abs(value)
    guard size > 0, size.isFinite else { return 0 }
    var magnitude = 0
    // Half a unit in the sixteenth digit, so that 0.001 is not taken for 9.99…e-4.
    while size >= 10 * (1 - 1e-15) { (size, magnitude) = (size / 10, magnitude + 1) }
    while size < 1 - 1e-15 { (size, magnitude) = (size * 10, magnitude - 1) }
    return magnitude
  }

  static func power(_ exponent: Int) -> Double {
    let size = (0..<abs(exponent)).reduce(1.0) { product, _ in product * 10 }
    return exponent < 0 ? 1 / size : size
  }

  private static func trimmed(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: ".")) else { return text }
    var short = Substring(text)
    while short.last == "0" { short.removeLast() }
    if short.last == "." { short.removeLast() }
    return String(short)
  }
}
