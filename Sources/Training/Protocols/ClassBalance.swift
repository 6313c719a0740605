/// Shares of every class, drawn without replacement: what is held out, and the few labels of a semi-supervised protocol.
import Basics
import Images

extension Array {
  /// Brings `count` elements, drawn without replacement, to the front.
  mutating func drawFirst(_ count: Int, using random: inout RandomStream) {
    for position in 0..<count { swapAt(position, position + random.below(self.count - position)) }
  }
}

extension DataSet {
  /// A share of every class, at least one picture of each, in the order they stand. The pictures of a smaller share are
  /// among those of a larger one with the same seed.
  /// - Parameter share: above 0, up to 1.
  public func classBalanced(share: Double, seed: UInt64) -> DataSet {
    guard let labels, share < 1 else { return self }
    return subset(classBalancedIndices(labels, classes: classes.count, share: share, seed: seed))
  }
}

/// Ascending.
func classBalancedIndices(_ labels: [Int], classes: Int, share: Double, seed: UInt64) -> [Int] {
  var members = [[Int]](repeating: [], count: classes)
  for (index, label) in labels.enumerated() { members[label].append(index) }
  return members.indices.flatMap { label -> ArraySlice<Int> in
    let count = min(members[label].count, max(1, Int((Double(members[label].count) * share).rounded())))
    var random = RandomStream(seed: seed, .split, label)
    members[label].drawFirst(count, using: &random)
    return members[label].prefix(count)
  }.sorted()
}
