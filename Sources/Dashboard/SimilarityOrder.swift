/// In which order a batch's views stand in the matrix.
import Telemetry

enum SimilaritySort: Sendable, CaseIterable {
  case drawn, byClass, byCluster, byHardness

  var words: String {
    switch self {
    case .drawn: "as drawn"
    case .byClass: "by class"
    case .byCluster: "by cluster"
    case .byHardness: "by hardness"
    }
  }
}

extension SimilarityAnalysis {
  /// The N images in order.
  /// - Parameter temperature: at which images are hard.
  func order(_ sort: SimilaritySort, temperature: Double) -> [Int] {
    let drawn = Array(0..<images)
    switch sort {
    case .drawn: return drawn
    case .byClass:
      guard let labels = batch.views.labels else { return drawn }
      return drawn.sorted { (labels[$0], $0) < (labels[$1], $1) }
    case .byCluster: return clusterOrder(meanCosines, count: images)
    case .byHardness:
      let losses = losses(temperature: temperature)
      return drawn.sorted {
        let (a, b) = (losses[$0] + losses[$0 + images], losses[$1] + losses[$1 + images])
        return a == b || a.isNaN || b.isNaN ? $0 < $1 : a > b
      }
    }
  }

  /// The 2N views of images in order: partners side by side, or all first views before all second ones.
  func views(of images: [Int], interleaved: Bool) -> [Int] {
    interleaved ? images.flatMap { [$0, $0 + self.images] } : images + images.map { $0 + self.images }
  }

  /// The cosines in that order, row-major.
  func arranged(_ order: [Int]) -> [Float] {
    var arranged = [Float](repeating: 0, count: views * views)
    for (row, view) in order.enumerated() {
      for (column, other) in order.enumerated() { arranged[row * views + column] = cosines[view * views + other] }
    }
    return arranged
  }

  /// Of two images, the mean over the four pairs of their views [N, N].
  private var meanCosines: [Float] {
    var means = [Float](repeating: 0, count: images * images)
    for a in 0..<images {
      for b in 0..<images {
        means[a * images + b] =
          (cosine(a, b) + cosine(a, b + images) + cosine(a + images, b) + cosine(a + images, b + images)) / 4
      }
    }
    return means
  }
}

/// The leaves of average linkage (UPGMA), found by chains of nearest neighbours in O(n²); where two clusters meet, their
/// most similar ends touch.
/// - Parameter similarities: symmetric, row-major [n, n].
func clusterOrder(_ similarities: [Float], count n: Int) -> [Int] {
  var means = similarities
  var leaves: [[Int]?] = (0..<n).map { [$0] }
  var chain: [Int] = []

  func nearest(to a: Int, before previous: Int?) -> Int {
    var best = previous
    for b in 0..<n where b != a && leaves[b] != nil {
      if let known = best, !(means[a * n + b] > means[a * n + known]) { continue }
      best = b
    }
    return best!
  }

  func merge(_ a: Int, _ b: Int) {
    let (inA, inB) = (leaves[a]!, leaves[b]!)
    for c in 0..<n where leaves[c] != nil {
      let mean = (Float(inA.count) * means[a * n + c] + Float(inB.count) * means[b * n + c])
      means[a * n + c] = mean / Float(inA.count + inB.count)
      means[c * n + a] = means[a * n + c]
    }
    (leaves[a], leaves[b]) = (joined(inA, inB), nil)
  }

  func joined(_ a: [Int], _ b: [Int]) -> [Int] {
    let ways = [
      (a.last!, b.first!, false, false), (a.last!, b.last!, false, true), (a.first!, b.first!, true, false),
      (a.first!, b.last!, true, true),
    ]
    let best = ways.max { similarities[$0.0 * n + $0.1] < similarities[$1.0 * n + $1.1] }!
    return (best.2 ? a.reversed() : a) + (best.3 ? b.reversed() : b)
  }

  for _ in 1..<max(1, n) {
    if chain.isEmpty { chain = [leaves.firstIndex { $0 != nil }!] }
    while true {
      let end = chain[chain.count - 1]
      let previous = chain.count > 1 ? chain[chain.count - 2] : nil
      let next = nearest(to: end, before: previous)
      guard next == previous else {
        chain.append(next)
        continue
      }
      chain.removeLast(2)
      merge(next, end)
      break
    }
  }
  return leaves.compactMap { $0 }.first ?? []
}
