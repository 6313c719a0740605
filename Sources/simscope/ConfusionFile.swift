/// Who was taken for whom, as a file: CSV for programs, SVG for people.
import Basics
import Foundation
import Training

struct ConfusionFile {
  private let path: String
  private let isPicture: Bool

  /// - Throws: `UsageError` unless the name ends in .csv or .svg.
  init(_ path: String) throws {
    let ending = Files.fileExtension(of: path).lowercased()
    guard ["csv", "svg"].contains(ending) else {
      throw UsageError("--confusion writes a .csv or an .svg file, not “\(path)”")
    }
    (self.path, isPicture) = (path, ending == "svg")
  }

  func write(_ classification: Classification, _ names: [String]) throws {
    let text = isPicture ? Self.picture(classification, names) : Self.table(classification, names)
    try SafeFile.write(Array(text.utf8), to: path)
  }

  /// A row a true class, a column a predicted one, in pictures.
  static func table(_ classification: Classification, _ names: [String]) -> String {
    func quoted(_ name: String) -> String {
      name.contains(where: { ",\"\n".contains($0) })
        ? "\"\(name.replacingOccurrences(of: "\"", with: "\"\""))\"" : name
    }
    let head = (["true \\ predicted"] + names.map(quoted)).joined(separator: ",")
    let rows = zip(names, classification.confusion).map { name, counts in
      ([quoted(name)] + counts.map(String.init)).joined(separator: ",")
    }
    return ([head] + rows).joined(separator: "\n") + "\n"
  }

  private static let cell = 44
  private static let small = 18
  private static let letter = 7

  /// The same as squares, darker the larger the share of the row's pictures. XML takes no control characters.
  static func picture(_ classification: Classification, _ names: [String]) -> String {
    let names = names.map(\.visible)
    // Numbers stand in the squares of a few classes; many make a map.
    let side = names.count <= 30 ? cell : small
    let margin = 24 + letter * (names.map(\.count).max() ?? 0)
    let (left, top) = (margin, margin + 28)
    // Of the title, too, where there are few classes.
    let (width, height) = (left + max(side * names.count, 360) + 24, top + side * names.count + 24)
    let accuracy = classification.accuracy()
    var lines = [
      #"<svg xmlns="http://www.w3.org/2000/svg" width="\#(width)" height="\#(height)" "#
        + #"viewBox="0 0 \#(width) \#(height)" font-family="sans-serif" font-size="12">"#,
      #"<rect width="100%" height="100%" fill="white"/>"#,
      #"<text x="\#(left)" y="20" font-size="14">rows: true class, columns: predicted; "#
        + String(format: "top-1 %.1f %% of %d", accuracy.share * 100, accuracy.count) + "</text>",
    ]
    for (k, name) in names.enumerated() {
      let (middle, text) = (side * k + side / 2, escaped(name))
      lines.append(#"<text x="\#(left - 8)" y="\#(top + middle + 4)" text-anchor="end">\#(text)</text>"#)
      lines.append(
        #"<text transform="translate(\#(left + middle + 4) \#(top - 8)) rotate(-90)">\#(text)</text>"#)
    }
    for (row, counts) in classification.confusion.enumerated() {
      let total = max(1, counts.reduce(0, +))
      for (column, count) in counts.enumerated() {
        lines += square(
          x: left + side * column, y: top + side * row, side: side, count: count,
          share: Double(count) / Double(total))
      }
    }
    return lines.joined(separator: "\n") + "\n</svg>\n"
  }

  private static func square(x: Int, y: Int, side: Int, count: Int, share: Double) -> [String] {
    // From white to a dark blue.
    let color = zip([255.0, 255, 255], [8.0, 48, 107]).map { Int(($0 + share * ($1 - $0)).rounded()) }
    let fill = color.map(String.init).joined(separator: ",")
    var lines = [
      #"<rect x="\#(x)" y="\#(y)" width="\#(side)" height="\#(side)" fill="rgb(\#(fill))" stroke="lightgray"/>"#
    ]
    if side == cell, count > 0 {
      lines.append(
        #"<text x="\#(x + side / 2)" y="\#(y + side / 2 + 4)" text-anchor="middle" "#
          + #"fill="\#(share > 0.5 ? "white" : "black")">\#(count)</text>"#)
    }
    return lines
  }

  private static func escaped(_ text: String) -> String {
    [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")].reduce(text) {
      $0.replacingOccurrences(of: $1.0, with: $1.1)
    }
  }
}
