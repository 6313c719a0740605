/// How well the two views of pictures are matched by colour alone.

/// - Parameters:
///   - views: [2N × pixels × 3] bytes: N first views, then N second views in the same order.
///   - pictures: N.
/// - Returns: the share of first views whose nearest second view is their own. The distance is that of histograms, of 16
///   bins for each channel, by the sum of differences; of equal distances the picture's own counts last.
func colorMatch(_ views: UnsafeBufferPointer<UInt8>, pictures n: Int) -> Double {
  guard n > 0 else { return 0 }
  let size = views.count / (2 * n)
  let histograms = (0..<2 * n).map { row -> [Int32] in
    var counts = [Int32](repeating: 0, count: 48)
    for place in 0..<size { counts[16 * (place % 3) + Int(views[row * size + place] >> 4)] += 1 }
    return counts
  }
  func distance(_ a: [Int32], _ b: [Int32]) -> Int32 { zip(a, b).reduce(0) { $0 + abs($1.0 - $1.1) } }
  let found = (0..<n).count { first in
    let own = distance(histograms[first], histograms[n + first])
    return (0..<n).allSatisfy { $0 == first || distance(histograms[first], histograms[n + $0]) > own }
  }
  return Double(found) / Double(n)
}
