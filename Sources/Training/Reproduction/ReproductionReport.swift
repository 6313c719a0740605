/// What was measured beside the paper's numbers: a table for the terminal, `report.md` and a plot a finding.
import Basics
import Foundation

public struct ReproductionReport {
  private let results: ReproductionResults
  private let seeds: [Int]
  /// What the figures are of, a line each.
  private let setting: [String]
  /// Why a finding has no figures, by its key.
  private let omitted: [String: String]

  public init(_ results: ReproductionResults, seeds: [Int], setting: [String], omitted: [String: String]) {
    (self.results, self.seeds, self.setting, self.omitted) = (results, seeds, setting, omitted)
  }

  private func interval(_ arm: Finding.Arm) -> Interval? {
    Interval(Array(results.values(of: arm, seeds: seeds).values))
  }

  /// The paired differences of a claim's arms, seed by seed.
  private func differences(_ claim: Finding.Claim, of finding: Finding) -> [Double] {
    let higher = results.values(of: finding.arms[claim.higher], seeds: seeds)
    let lower = results.values(of: finding.arms[claim.lower], seeds: seeds)
    return seeds.compactMap { seed in higher[seed].flatMap { first in lower[seed].map { first - $0 } } }
  }

  public func verdict(_ claim: Finding.Claim, of finding: Finding) -> Verdict {
    Verdict(differences: differences(claim, of: finding))
  }

  /// Claims that are safe to assert and came out reversed.
  public var failures: [String] {
    Finding.all.flatMap { finding in
      finding.claims.filter { $0.isAsserted && verdict($0, of: finding) == .reversed }.map {
        "\(finding.source): \(finding.arms[$0.higher].label) is not above \(finding.arms[$0.lower].label)"
      }
    }
  }

  // MARK: text

  /// For the terminal, at most 80 columns wide.
  public var text: String {
    Finding.all.map { finding in
      var lines = ["\(finding.title) (\(finding.source))"]
      if let reason = omitted[finding.key] { return lines[0] + "\n  \(reason)" }
      lines.append("  " + padded("", 26) + padded("paper", 18) + "here, " + finding.arms[0].quantity.title)
      for arm in finding.arms {
        lines.append(
          "  " + padded(arm.label, 26) + padded(arm.paper, 18) + (interval(arm)?.text ?? "not measured"))
      }
      return (lines + finding.claims.map { "  " + sentence($0, of: finding) }).joined(separator: "\n")
    }.joined(separator: "\n\n")
  }

  /// “crop + colour > crop: 12.1 ± 1.3 · holds”
  private func sentence(_ claim: Finding.Claim, of finding: Finding) -> String {
    let difference = Interval(differences(claim, of: finding)).map { ": " + $0.text } ?? ""
    let names = "\(finding.arms[claim.higher].label) > \(finding.arms[claim.lower].label)"
    return "\(names)\(difference) · \(verdict(claim, of: finding).rawValue)"
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  // MARK: files

  /// Writes `report.md` and `KEY.svg` for each finding that has figures.
  public func write(to folder: String) throws {
    for finding in Finding.all where omitted[finding.key] == nil {
      let chart = BarChart(
        title: "\(finding.title) (\(finding.source))", axis: finding.arms[0].quantity.title,
        bars: finding.arms.map { .init(label: $0.label, interval: interval($0)) })
      try SafeFile.write(Array(chart.svg.utf8), to: "\(folder)/\(finding.key).svg")
    }
    try SafeFile.write(Array(markdown.utf8), to: folder + "/report.md")
  }

  private var markdown: String {
    let head = """
      # SimCLR's findings in miniature

      \(setting.map { "- \($0)" }.joined(separator: "\n"))

      Figures are means over seeds with 95 % intervals (Student's t); a claim is judged by the differences within a \
      seed. *holds*: the interval of the difference lies above 0; *reversed*: below; *leans to it*, *leans against \
      it*: it contains 0. The paper's numbers are of ResNet-50 on ImageNet: only the order can be compared.

      """
    return ([head] + Finding.all.map(section)).joined(separator: "\n")
  }

  private func section(_ finding: Finding) -> String {
    var lines = ["## \(finding.title)", "", "\(finding.source)."]
    if let reason = omitted[finding.key] { return (lines + ["", reason, ""]).joined(separator: "\n") }
    if !finding.note.isEmpty { lines[2] += " \(finding.note)" }
    lines += ["", "| | paper | here, \(finding.arms[0].quantity.title) | seeds |", "|---|---|---|---|"]
    for arm in finding.arms {
      let found = interval(arm)
      lines.append("| \(arm.label) | \(arm.paper) | \(found?.text ?? "–") | \(found?.count ?? 0) |")
    }
    lines += [""] + finding.claims.map { "- \(sentence($0, of: finding))" }
    lines += ["", "![](\(finding.key).svg)", ""]
    return lines.joined(separator: "\n")
  }
}
