/// What a classifier made of labelled pictures: accuracies with their uncertainty, and who was taken for whom.
import Basics
import Tensors

public struct Classification: Sendable, Equatable {
  public let classes: Int
  /// The true class of each picture.
  public let labels: [Int]
  /// The five most likely classes of each picture, best first; fewer where there are fewer classes.
  public let rankings: [[Int]]

  private static let depth = 5

  /// - Parameter scores: [n, classes], larger is likelier; of equal ones the lower class counts as the likelier.
  public init(scores: Tensor, labels: [Int]) {
    precondition(scores.rows == labels.count, "\(scores.rows) scores for \(labels.count) labels")
    classes = scores.columns
    self.labels = labels
    rankings = labels.indices.map { Self.ranking(scores.row($0).map(Double.init)) }
  }

  init(rankings: [[Int]], labels: [Int], classes: Int) {
    (self.rankings, self.labels, self.classes) = (rankings, labels, classes)
  }

  static func ranking(_ scores: [Double]) -> [Int] {
    Array(scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(depth))
  }

  /// The class each picture was taken for.
  public var predictions: [Int] { rankings.map { $0[0] } }

  /// How many have their class among the `count` likeliest, `count` at most 5.
  public func accuracy(within count: Int = 1) -> Accuracy {
    precondition((1...Self.depth).contains(count), "top-\(count) is not kept")
    return Accuracy(hits: zip(rankings, labels).count { $0.prefix(count).contains($1) }, of: labels.count)
  }

  /// Pictures by their class and the class they were taken for: [true][predicted].
  public var confusion: [[Int]] {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
    for (label, prediction) in zip(labels, predictions) { counts[label][prediction] += 1 }
    return counts
  }
}

/// Hits among so many tries.
public struct Accuracy: Sendable, Equatable {
  public let hits: Int
  public let count: Int

  public init(hits: Int, of count: Int) { (self.hits, self.count) = (hits, count) }

  /// 0…1; 0 of no tries.
  public var share: Double { count == 0 ? 0 : Double(hits) / Double(count) }

  /// The 95 % score interval (Wilson 1927): the shares that such a result does not speak against.
  public var interval: ClosedRange<Double> {
    guard count > 0 else { return 0...1 }
    let (n, z2) = (Double(count), 1.959963984540054 * 1.959963984540054)
    let middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    let half = (z2 * (share * (1 - share) / n + z2 / (4 * n * n))).squareRoot() / (1 + z2 / n)
    return max(0, middle - half)...min(1, middle + half)
  }
}
