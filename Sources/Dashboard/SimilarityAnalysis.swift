/// The numbers behind the similarity explorer, computed once a batch: all its cosines, and each view's hardest negatives.
import Foundation
import Telemetry

struct SimilarityAnalysis: Sendable {
  let batch: SimilarityBatch
  let objective: Objective
  /// N and 2N.
  let images: Int
  let views: Int
  /// Of all pairs, row-major [2N, 2N].
  let cosines: [Float]
  /// What the softmax takes before it is divided by τ: the cosines, or the products of z as it is.
  let similarities: [Float]
  /// A hundredth of a view's 2N − 2 negatives, rounded up.
  let hardestCount: Int
  /// The most similar negatives of each view, the hardest first, `hardestCount` a view.
  let hardest: [Int]
  /// Share of views that are less similar to every negative than to their partner.
  let top1: Double
  /// How many cosines lie in each of `bins` equal parts of −1…1: of the N positive pairs, of the negative ones.
  let positiveCounts: [Int]
  let negativeCounts: [Int]

  static let bins = 400

  /// Nil for one image: it has no negatives.
  init?(_ batch: SimilarityBatch, _ objective: Objective) {
    guard batch.images >= 2 else { return nil }
    let (images, views) = (batch.images, 2 * batch.images)
    let cosines = Self.products(batch.z, rows: views)
    let similarities =
      objective.similarity == .cosine ? cosines : Self.scaled(cosines, by: batch.lengths)
    let count = (2 * images - 2 + 99) / 100
    var hardest: [Int] = []
    var isFound = 0
    for view in 0..<views {
      let partner = (view + images) % views
      let top = Self.largest(count, of: similarities, row: view, of: views, besides: partner)
      hardest += top
      if similarities[view * views + top[0]] < similarities[view * views + partner] { isFound += 1 }
    }
    (self.batch, self.objective, self.images, self.views) = (batch, objective, images, views)
    (self.cosines, self.similarities, self.hardest, hardestCount) = (cosines, similarities, hardest, count)
    top1 = Double(isFound) / Double(views)
    (positiveCounts, negativeCounts) = Self.counts(cosines, images)
  }

  func partner(of view: Int) -> Int { (view + images) % views }
  func cosine(_ view: Int, _ other: Int) -> Float { cosines[view * views + other] }
  func label(of view: Int) -> Int? { batch.views.labels?[view % images] }
}

// MARK: - The matrix

extension SimilarityAnalysis {
  /// The products of all rows, each once, eight columns at a time.
  private static func products(_ z: [Float], rows: Int) -> [Float] {
    let width = z.count / rows
    let parts = (width + 7) / 8
    var packed = [SIMD8<Float>](repeating: .zero, count: rows * parts)
    for row in 0..<rows { for k in 0..<width { packed[row * parts + k / 8][k % 8] = z[row * width + k] } }
    var products = [Float](repeating: 0, count: rows * rows)
    packed.withUnsafeBufferPointer { packed in
      products.withUnsafeMutableBufferPointer { products in
        for row in 0..<rows {
          for other in 0...row {
            var sum = SIMD8<Float>.zero
            for k in 0..<parts { sum += packed[row * parts + k] * packed[other * parts + k] }
            let product = sum.sum().clampedCosine
            products[row * rows + other] = product
            products[other * rows + row] = product
          }
        }
      }
    }
    return products
  }

  /// Cosines times both lengths.
  private static func scaled(_ cosines: [Float], by lengths: [Float]) -> [Float] {
    let count = lengths.count
    return cosines.enumerated().map { $1 * lengths[$0 / count] * lengths[$0 % count] }
  }

  /// The columns of a row's largest values, the largest first, without the row's own column and one more; of equals the
  /// first.
  private static func largest(
    _ count: Int, of values: [Float], row: Int, of width: Int, besides other: Int
  ) -> [Int] {
    var top: [Int] = []
    values.withUnsafeBufferPointer { values in
      let line = UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width])
      for column in 0..<width where column != row && column != other {
        guard top.count < count || line[column] > line[top[count - 1]] else { continue }
        if top.count == count { top.removeLast() }
        let place = top.firstIndex { line[column] > line[$0] } ?? top.count
        top.insert(column, at: place)
      }
    }
    return top
  }

  private static func counts(_ cosines: [Float], _ images: Int) -> (positive: [Int], negative: [Int]) {
    var counts = ([Int](repeating: 0, count: bins), [Int](repeating: 0, count: bins))
    for row in 1..<2 * images {
      for column in 0..<row {
        let cosine = cosines[row * 2 * images + column]
        guard cosine.isFinite else { continue }
        let bin = min(max(Int((cosine + 1) / 2 * Float(bins)), 0), bins - 1)
        if row - column == images { counts.0[bin] += 1 } else { counts.1[bin] += 1 }
      }
    }
    return counts
  }
}

// MARK: - One view and its negatives

extension SimilarityAnalysis {
  /// Of the softmax over a view's 2N − 1 others at a temperature, the share of one of them; nil for the view itself.
  func weight(of other: Int, for view: Int, temperature: Double) -> Double? {
    guard other != view else { return nil }
    let row = similarities[view * views..<(view + 1) * views].map { Double($0) / temperature }
    let largest = row.indices.filter { $0 != view }.map { row[$0] }.max() ?? 0
    let sum = row.indices.reduce(0.0) { $1 == view ? $0 : $0 + exp(row[$1] - largest) }
    return exp(row[other] - largest) / sum
  }

  /// All negatives of a view, the hardest first; of equals the first.
  func negatives(of view: Int) -> [Int] {
    let partner = partner(of: view)
    return (0..<views).filter { $0 != view && $0 != partner }.sorted {
      let (a, b) = (similarities[view * views + $0], similarities[view * views + $1])
      return a == b || a.isNaN || b.isNaN ? $0 < $1 : a > b
    }
  }

  /// How many of the hardest negatives have their view's own label: of a view, of all views on average, and of all
  /// negatives, hard or not. Nil without labels.
  struct FalseNegatives: Equatable {
    var ofView: Int
    var ofBatch: Double
    var ofAll: Double
  }

  func falseNegatives(of view: Int) -> FalseNegatives? {
    guard batch.views.labels != nil else { return nil }
    func count(_ view: Int) -> Int {
      hardest[view * hardestCount..<(view + 1) * hardestCount].count { label(of: $0) == label(of: view) }
    }
    var sizes: [Int: Int] = [:]
    for image in 0..<images { sizes[label(of: image)!, default: 0] += 1 }
    // Of the images of a class, each has all others in both views.
    let same = sizes.values.reduce(0) { $0 + $1 * ($1 - 1) }
    return FalseNegatives(
      ofView: count(view), ofBatch: Double((0..<views).reduce(0) { $0 + count($1) }) / Double(hardest.count),
      ofAll: Double(same) / Double(images * (images - 1)))
  }
}
