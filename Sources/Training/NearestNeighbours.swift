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

  /// Classifies each query by the bank.
  /// - Parameter leavingOneOut: the queries are the bank itself, and none votes for itself.
  /// - Throws: `CancellationError` when `progress` ends it.
  public func classify(
    bank: LabelledFeatures, queries: LabelledFeatures, leavingOneOut: Bool = false, workers: WorkerPool,
    progress: ProgressReport = { _ in true }
  ) throws -> Classification {
    precondition(!leavingOneOut || bank == queries, "left out of another set than its own")
    let (known, asked) = (unitRows(bank.features), unitRows(queries.features))
    var rankings = [[Int]](repeating: [], count: asked.rows)
    let slab = 1024
    for start in stride(from: 0, to: asked.rows, by: slab) {
      try (Double(start) / Double(asked.rows)).report(to: progress)
      let rows = start..<min(start + slab, asked.rows)
      rankings.withUnsafeMutableBufferPointer { rankings in
        forEachBandOfProduct(asked, rows: rows, withTransposeOf: known, workers: workers) { first, band in
          for row in 0..<band.count / known.rows {
            let cosines = UnsafeMutableBufferPointer(rebasing: band[row * known.rows..<(row + 1) * known.rows])
            if leavingOneOut { cosines[first + row] = -.infinity }
            rankings[first + row] = Classification.ranking(vote(cosines, bank))
          }
        }
      }
    }
    return Classification(rankings: rankings, labels: queries.labels, classes: queries.classes)
  }

  private func vote(_ cosines: UnsafeMutableBufferPointer<Float>, _ bank: LabelledFeatures) -> [Double] {
    let nearest = Nearest(k, of: cosines).sorted
    var votes = [Double](repeating: 0, count: bank.classes)
    for (cosine, index) in nearest {
      // In units of the nearest one's vote, which no temperature can make too large a number.
      votes[bank.labels[index]] += exp(Double(cosine - nearest[0].cosine) / temperature)
    }
    return votes
  }
}

/// The k largest of many numbers, of equal ones the first: a heap with the least of them on top, so that nearly all
/// numbers are turned away by one comparison.
private struct Nearest {
  typealias Entry = (cosine: Float, index: Int)
  private var heap: [Entry] = []

  /// Minus infinity is never taken.
  init(_ k: Int, of cosines: UnsafeMutableBufferPointer<Float>) {
    heap.reserveCapacity(k)
    var least = -Float.infinity
    for (index, cosine) in cosines.enumerated() where cosine > least {
      if heap.count < k {
        heap.append((cosine, index))
        rise(from: heap.count - 1)
      } else {
        heap[0] = (cosine, index)
        sink()
      }
      if heap.count == k { least = heap[0].cosine }
    }
  }

  /// Largest first.
  var sorted: [Entry] { heap.sorted { Self.isLess($1, $0) } }

  private static func isLess(_ a: Entry, _ b: Entry) -> Bool { (a.cosine, b.index) < (b.cosine, a.index) }

  private mutating func rise(from start: Int) {
    var place = start
    while place > 0, Self.isLess(heap[place], heap[(place - 1) / 2]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private mutating func sink() {
    var place = 0
    while true {
      let children = (2 * place + 1..<2 * place + 3).clamped(to: 0..<heap.count)
      guard let child = children.min(by: { Self.isLess(heap[$0], heap[$1]) }), Self.isLess(heap[child], heap[place])
      else { return }
      heap.swapAt(place, child)
      place = child
    }
  }
}
