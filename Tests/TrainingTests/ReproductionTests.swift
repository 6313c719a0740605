import Foundation
import Testing

@testable import Training

struct ReproductionTests {
  /// Expected by SciPy: scipy.stats.t.interval(0.95, 2, loc=2, scale=1/√3) and of four values with one degree more.
  @Test func intervalIsStudents() throws {
    let three = try #require(Interval([1, 2, 3]))
    #expect(three.mean == 2 && three.count == 3)
    #expect(abs(three.halfWidth! - 2.48414) < 1e-3)
    let four = try #require(Interval([10, 12, 11, 15]))
    #expect(abs(four.mean - 12) < 1e-12)
    #expect(abs(four.halfWidth! - 3.43709) < 1e-3)
    #expect(Interval([7])?.halfWidth == nil)
    #expect(Interval([]) == nil)
  }

  @Test func verdictFollowsTheDifferences() {
    #expect(Verdict(differences: [5, 6, 5.5]) == .holds)
    #expect(Verdict(differences: [5, -4, 3]) == .leansTo)
    #expect(Verdict(differences: [-5, 4, -3]) == .leansAgainst)
    #expect(Verdict(differences: [-5, -6, -5.5]) == .reversed)
    #expect(Verdict(differences: [5]) == .leansTo)
    #expect(Verdict(differences: []) == .open)
  }

  /// A name stands for one recipe, and simscope knows every setting.
  @Test func recipesAreSettings() throws {
    var known: [String: Recipe] = [:]
    for arm in Finding.all.flatMap(\.arms) {
      #expect(known[arm.recipe.name, default: arm.recipe] == arm.recipe)
      known[arm.recipe.name] = arm.recipe
      var configuration = Configuration()
      for (key, value) in arm.recipe.settings {
        try #require(Setting.named(key), "no setting \(key)").apply(value, to: &configuration)
      }
    }
    #expect(Set(Finding.all.map(\.key)).count == Finding.all.count)
  }

  @Test func resultsGoOnAfterATornLine() throws {
    let folder = NSTemporaryDirectory() + "reproduction-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/results.jsonl"
    var results = try ReproductionResults(path: path)
    try results.add(51.25, .base, seed: 1, .linear(.h))
    try results.add(31.5, .base, seed: 1, .supervised(labels: 0.01))
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("{\"recipe\": \"base\", \"se".utf8))
    var again = try ReproductionResults(path: path)
    #expect(again[.base, 1, .linear(.h)] == 51.25)
    #expect(again[.base, 1, .supervised(labels: 0.01)] == 31.5)
    #expect(again[.base, 2, .linear(.h)] == nil)
    try again.add(52, .base, seed: 2, .linear(.h))
    #expect(try ReproductionResults(path: path)[.base, 2, .linear(.h)] == 52)
  }

  @Test func reportJudgesAndPlots() throws {
    let folder = NSTemporaryDirectory() + "reproduction-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var results = try ReproductionResults(path: folder + "/results.jsonl")
    let finding = try #require(Finding.all.first { $0.key == "h-and-z" })
    for (seed, values) in [(1, (40.0, 50.0)), (2, (41, 50.5)), (3, (40.5, 51))] {
      try results.add(values.0, .base, seed: seed, .linear(.h))
      try results.add(values.1, .base, seed: seed, .linear(.z))
    }
    let report = ReproductionReport(
      results, seeds: [1, 2, 3], setting: ["data: made up"], omitted: ["losses": "No budget was left: about 9 minutes."]
    )
    #expect(report.verdict(finding.claims[0], of: finding) == .reversed)
    #expect(report.failures.count == 1)
    try report.write(to: folder)
    let text = try String(contentsOfFile: folder + "/report.md", encoding: .utf8)
    #expect(text.contains("linear on h > linear on z: -10.0 ± 1.2 · reversed"))
    #expect(text.contains("No budget was left: about 9 minutes."))
    #expect(!FileManager.default.fileExists(atPath: folder + "/losses.svg"))
    let picture = try String(contentsOfFile: folder + "/h-and-z.svg", encoding: .utf8)
    // 40.5 and 50.5 of an axis that ends at 60 and is 360 wide.
    #expect(picture.contains("width=\"243\"") && picture.contains("width=\"303\""))
  }
}
