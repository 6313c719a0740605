/// Weighted k-nearest-neighbour classification by cosine (Wu et al. 2018): each of the k most similar pictures of the
/// bank votes for its class with weight exp(cosine / t).
import Basics
import Foundation
import Tensors

public struct NearestNeighbours: Sendable, Equatable {
  public var k: Int
  /// t of the weights.
  public var temperature = 0.1

  /// 200 neighbours, as is usual for 50,000 pictures, but no more than a fiftieth of the bank: in a small one the
  /// farther neighbours drown the near.
  public static func usual(bank count: Int) -> NearestNeighbours {
    NearestNeighbours(k: min(200, max(1, count / 50)))
  }

  public init(k: Int) { self.k = k }

  public struct Result: Sendable, Equatable {
    public var top1: Double
    public var top5: Double
    /// The predicted class of each query.
    public var predictions: [Int]
  }

  /// - Parameters:
  ///   - bank: features [n, D] with their labels.
  ///   - queries: features [m, D] with theirs, 0..<classes.
  public func classify(
    bank: Tensor, bankLabels: [Int], queries: Tensor, queryLabels: [Int], classes: Int, workers: WorkerPool
  ) -> Result {
    let similarities = productWithTranspose(unitRows(queries), unitRows(bank), workers: workers)
    var votes = [[Double]](repeating: [], count: queries.rows)
    votes.withUnsafeMutableBufferPointer { votes in
      workers.run(queries.rows) { query, _ in
        votes[query] = vote(Array(similarities.row(query)), bankLabels, classes)
      }
    }
    // The class with most votes first; equal votes: the lower class.
    let rankings = votes.map { votes in votes.indices.sorted { (votes[$1], $0) < (votes[$0], $1) } }
    func share(within count: Int) -> Double {
      let hits = zip(rankings, queryLabels).filter { $0.prefix(count).contains($1) }.count
      return Double(hits) / Double(max(1, queryLabels.count))
    }
    return Result(top1: share(within: 1), top5: share(within: 5), predictions: rankings.map { $0.first ?? 0 })
  }

  private func vote(_ cosines: [Float], _ labels: [Int], _ classes: Int) -> [Double] {
    let nearest = cosines.indices.sorted { (cosines[$1], $0) < (cosines[$0], $1) }.prefix(k)
    var votes = [Double](repeating: 0, count: classes)
    for index in nearest { votes[labels[index]] += exp(Double(cosines[index]) / temperature) }
    return votes
  }
}
