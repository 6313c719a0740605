/// What `evaluate` prints: accuracies with their intervals, floors below, and a row a class; or the same as JSON.
import Basics
import Foundation
import Telemetry
import Training

struct EvaluationReport {
  private let evaluation: Evaluation
  private let rows: [EvaluationRow]
  /// How often the run has been evaluated on test; nil where nobody counts.
  private let looks: Int?

  /// - Parameter rows: the model first.
  init(_ evaluation: Evaluation, _ rows: [EvaluationRow], looks: Int?) {
    (self.evaluation, self.rows, self.looks) = (evaluation, rows, looks)
  }

  private var request: EvaluationRequest { evaluation.request }
  private var data: EvaluationData { evaluation.data }
  private var neighbours: NearestNeighbours? {
    request.protocolName == .knn ? try? request.neighbours(bank: data.train.count) : nil
  }

  // MARK: text

  var lines: [String] { [title, pictures, "", head] + rows.map(line) + [""] + classLines + footer }

  private var title: String {
    let representation = request.representation.rawValue
    switch request.protocolName {
    case .knn: return "weighted kNN on \(representation) (k \(neighbours!.k), t \(neighbours!.temperature))"
    case .linear where request.usesSGD: return "linear evaluation on h by SGD (\(training))"
    case .linear:
      return "logistic regression on \(representation) by L-BFGS (λ \(found("weight_decay")), "
        + "\(found("iterations")) iterations)"
    case .finetune: return "fine-tuning of all weights (\(training))"
    case .supervised: return "supervised training from scratch (\(training))"
    }
  }

  private var training: String {
    "\(found("epochs")) epochs, \(found("steps")) steps of \(found("batch_size")), rate \(found("base_learning_rate")) "
      + "at 256, weight decay \(found("weight_decay"))"
  }

  /// A setting of the first row.
  private func found(_ key: String) -> String {
    rows[0].found.first { $0.key == key }.map { String(format: "%.4g", $0.value) } ?? ""
  }

  private var pictures: String {
    let known = request.labels < 1 ? " (\(String(format: "%g", request.labels * 100)) % of the labels)" : ""
    switch data.questions {
    case .testSplit: return "\(data.train.count) pictures of train\(known), \(data.test.count) of test"
    case .leaveOneOut:
      return "DATA has no test split: each of \(data.test.count) pictures is classified by all the others"
    case .heldOut:
      let seen = evaluation.isUnseen ? "never trained on" : "the encoder may have seen them, without labels"
      return "DATA has no test split: \(data.train.count) pictures of train\(known), \(data.test.count) held out of it "
        + "(\(seen))"
    }
  }

  /// With up to five classes the true one is always among the first five.
  private var hasTop5: Bool { data.test.classes.count > 5 }

  private var head: String {
    padded("", 15) + padded("top-1", 10) + padded("95 % interval", 18) + (hasTop5 ? padded("top-5", 10) : "")
  }

  private func line(_ row: EvaluationRow) -> String {
    let (top1, top5) = (row.classification.accuracy(), row.classification.accuracy(within: 5))
    return padded("  " + row.name, 15) + padded(percent(top1.share), 10)
      + padded(String(format: "%.1f – %.1f %%", top1.interval.lowerBound * 100, top1.interval.upperBound * 100), 18)
      + (hasTop5 ? padded(percent(top5.share), 10) : "")
  }

  private func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

  /// Classes beyond these would fill the screen.
  private static let longestTable = 25

  private var classLines: [String] {
    let all = ClassFigures.all(of: rows[0].classification, data.test.classes.map(\.visible))
    let shown = all.count <= Self.longestTable ? all : Array(all.sorted { $0.recall < $1.recall }.prefix(10))
    let width = max(8, shown.map(\.name.count).max() ?? 0) + 2
    var lines = [
      padded("  class", width + 2) + padded("pictures", 10) + padded("found", 10) + padded("right if named", 16)
        + "most often taken for"
    ]
    if shown.count < all.count { lines.insert("the ten classes found least, of \(all.count):", at: 0) }
    for figures in shown {
      let taken = figures.mistakenFor.map { "\($0.name) (\(percent($0.share)))" } ?? "–"
      lines.append(
        padded("  " + figures.name, width + 2) + padded("\(figures.count)", 10) + padded(percent(figures.recall), 10)
          + padded(figures.precision.map(percent) ?? "never", 16) + taken)
    }
    return lines
  }

  private var footer: [String] {
    guard let looks else { return [] }
    return ["", "the test split has now been read \(looks == 1 ? "once" : "\(looks) times") for this run"]
  }

  // MARK: JSON

  var json: String {
    var line = JSONLine()
    line.add("protocol", request.protocolName.rawValue)
    line.add("on", request.representation.rawValue)
    addSettings(to: &line)
    line.add("labels", request.labels)
    line.add("train_count", data.train.count)
    line.add("test_count", data.test.count)
    line.add("test_split", data.questions.rawValue)
    for row in rows { add(row, to: &line) }
    let objects = ClassFigures.all(of: rows[0].classification, data.test.classes).map(\.json)
    line.add("per_class", raw: "[\(objects.joined(separator: ", "))]")
    let confusion = rows[0].classification.confusion.map { "[\($0.map(String.init).joined(separator: ", "))]" }
    line.add("confusion", raw: "[\(confusion.joined(separator: ", "))]")
    if let looks { line.add("test_evaluations", looks) }
    return line.text
  }

  private func addSettings(to line: inout JSONLine) {
    if let neighbours {
      line.add("k", neighbours.k)
      line.add("knn_temperature", neighbours.temperature)
    }
    if request.protocolName == .linear { line.add("solver", request.usesSGD ? "sgd" : "lbfgs") }
    if request.protocolName == .linear, !request.usesSGD { line.add("standardize", request.standardizes) }
    line.add("seed", Int(clamping: evaluation.seed))
  }

  private func add(_ row: EvaluationRow, to line: inout JSONLine) {
    for (name, accuracy) in [("top1", row.classification.accuracy()), ("top5", row.classification.accuracy(within: 5))]
    {
      line.add(row.key + name, accuracy.share)
      line.add("\(row.key)\(name)_low", accuracy.interval.lowerBound)
      line.add("\(row.key)\(name)_high", accuracy.interval.upperBound)
    }
    for (key, value) in row.found { line.add(row.key + key, value) }
  }
}

/// A class of the test split.
private struct ClassFigures {
  let name: String
  let count: Int
  /// Share of its pictures that were taken for it; 0 of none.
  let recall: Double
  /// Share of those taken for it that are of it; nil when nothing was.
  let precision: Double?
  /// The other class its pictures were most often taken for, and their share; nil when they never were.
  let mistakenFor: (name: String, share: Double)?

  static func all(of classification: Classification, _ names: [String]) -> [ClassFigures] {
    let confusion = classification.confusion
    return names.indices.map { k in
      let (row, named) = (confusion[k], confusion.reduce(0) { $0 + $1[k] })
      let count = row.reduce(0, +)
      let other = names.indices.filter { $0 != k && row[$0] > 0 }.max { (row[$0], $1) < (row[$1], $0) }
      return ClassFigures(
        name: names[k], count: count, recall: count == 0 ? 0 : Double(row[k]) / Double(count),
        precision: named == 0 ? nil : Double(row[k]) / Double(named),
        mistakenFor: other.map { (names[$0], Double(row[$0]) / Double(count)) })
    }
  }

  var json: String {
    var line = JSONLine()
    line.add("class", name)
    line.add("count", count)
    line.add("recall", recall)
    if let precision { line.add("precision", precision) } else { line.add("precision", raw: "null") }
    return line.text
  }
}
