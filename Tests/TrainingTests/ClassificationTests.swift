// What is counted, and how sure it is.
import Tensors
import Testing

@testable import Training

/// Wilson's interval as R. Newcombe (Statistics in Medicine 17, 1998, table I, method 3) prints it.
@Test(arguments: [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)])
func intervalsAreThoseOfTheLiterature(hits: Int, count: Int, low: Double, high: Double) {
  let interval = Accuracy(hits: hits, of: count).interval
  #expect(abs(interval.lowerBound - low) < 5e-5 && abs(interval.upperBound - high) < 5e-5)
}

@Test func accuraciesAndConfusionAreCounted() {
  let scores: [[Float]] = [
    [9, 1, 2, 3, 4, 5],  // class 0, taken for 0
    [5, 4, 3, 2, 1, 0],  // class 4, taken for 0, fifth
    [5, 4, 3, 2, 1, 0],  // class 5, taken for 0, sixth
    [1, 1, 1, 1, 1, 1],  // class 1, equal scores: taken for 0, second
    [0, 0, 7, 0, 0, 0],  // class 2, taken for 2
  ]
  let result = Classification(scores: Tensor([5, 6], scores.flatMap { $0 }), labels: [0, 4, 5, 1, 2])
  #expect(result.accuracy() == Accuracy(hits: 2, of: 5))
  #expect(result.accuracy(within: 2) == Accuracy(hits: 3, of: 5))
  #expect(result.accuracy(within: 5) == Accuracy(hits: 4, of: 5))
  #expect(result.predictions == [0, 0, 0, 0, 2])
  #expect(result.confusion.map { $0[0] } == [1, 1, 0, 0, 1, 1] && result.confusion[2][2] == 1)
  #expect(result.confusion.joined().reduce(0, +) == 5)
}

@Test func labelsAreDrawnEquallyFromEveryClassAndSmallerSharesLieInLarger() {
  let labels = (0..<700).map { $0 % 7 == 0 ? 2 : $0 % 2 }
  func drawn(_ share: Double, seed: UInt64 = 1) -> [Int] {
    classBalancedIndices(labels, classes: 3, share: share, seed: seed)
  }
  for label in 0..<3 {
    let members = labels.count { $0 == label }
    #expect(drawn(0.1).count { labels[$0] == label } == Int((Double(members) * 0.1).rounded()))
    #expect(drawn(0.001).count { labels[$0] == label } == 1)
  }
  #expect(Set(drawn(0.01)).isStrictSubset(of: drawn(0.1)) && Set(drawn(0.1)).isStrictSubset(of: drawn(0.5)))
  #expect(drawn(0.1) == drawn(0.1).sorted() && drawn(0.1) != drawn(0.1, seed: 2) && drawn(1) == Array(0..<700))
}
