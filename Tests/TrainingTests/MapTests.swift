// Maps of pictures: principal components, t-SNE, and how a map is turned to lie as the one before.
import Basics
import Foundation
import Images
import Telemetry
import Tensors
import Testing

@testable import Training

/// Rows a·u + b·v + c·w with orthonormal u, v, w, and a, b, c orthogonal to each other and of mean 0.
private func rows(_ scales: [Float], count n: Int = 64, width d: Int = 20) -> (x: Tensor, factors: [[Float]]) {
  var random = RandomStream(seed: 2, .test)
  var axes: [[Float]] = []
  for _ in scales {
    var axis = (0..<d).map { _ in random.uniform(-1, 1) }
    for other in axes {
      let share = zip(axis, other).reduce(Float(0)) { $0 + $1.0 * $1.1 }
      axis = zip(axis, other).map { $0 - share * $1 }
    }
    let length = axis.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
    axes.append(axis.map { $0 / length })
  }
  // Cosines of different whole frequencies are orthogonal over a period.
  let factors = scales.indices.map { k in
    (0..<n).map { scales[k] * Float(cos(2 * Double.pi * Double((k + 1) * $0) / Double(n))) }
  }
  var values = [Float](repeating: 0, count: n * d)
  for row in 0..<n {
    for k in 0..<d { values[row * d + k] = 5 + axes.indices.reduce(0) { $0 + factors[$1][row] * axes[$1][k] } }
  }
  return (Tensor([n, d], values), factors)
}

@Test func thePrincipalPlaneIsThatOfTheLargestVariances() {
  let (x, factors) = rows([2, 3, 1])
  let plane = PrincipalPlane(of: x)
  #expect(abs(plane.explained - 13.0 / 14) < 1e-4)
  for (axis, expected) in [(plane.points.map(\.x), factors[1]), (plane.points.map(\.y), factors[0])] {
    let sign: Float = zip(axis, expected).reduce(0) { $0 + $1.0 * $1.1 } < 0 ? -1 : 1
    #expect(zip(axis, expected).allSatisfy { abs(sign * $0 - $1) < 2e-3 })
  }
}

@Test func rowsThatAreAllAlikeHaveNoPlane() {
  let plane = PrincipalPlane(of: Tensor([5, 3], Array(repeating: 2, count: 15)))
  #expect(plane.explained == 0 && plane.points.allSatisfy { $0.x == 0 && $0.y == 0 })
}

@Test(arguments: [1.0, -1.0], [0.0, 0.7, 2.5, -1.9])
func aTurnedAndMirroredMapIsTurnedBack(mirror: Double, angle: Double) {
  let points = [(1.0, 0.2), (-2, 0.5), (0.3, -1.7), (0.7, 1)].map { EmbeddingMap.Point(Float($0.0), Float($0.1)) }
  let turned = points.map { point -> EmbeddingMap.Point in
    let (x, y) = (Double(point.x), mirror * Double(point.y))
    return EmbeddingMap.Point(Float(3 + cos(angle) * x - sin(angle) * y), Float(sin(angle) * x + cos(angle) * y - 4))
  }
  for (found, expected) in zip(turned.aligned(to: points), points) {
    #expect(abs(found.x - expected.x) < 1e-5 && abs(found.y - expected.y) < 1e-5)
  }
}

@Test func affinitiesHaveTheAskedPerplexity() {
  let n = 40
  var random = RandomStream(seed: 3, .test)
  let x = unitRows(Tensor([n, 6], (0..<n * 6).map { _ in random.uniform(-1, 1) }))
  var tsne = NeighbourEmbedding()
  tsne.perplexity = 8
  let p = tsne.affinities(of: x)
  #expect(abs(p.reduce(0, +) - 1) < 1e-4)
  for i in 0..<n { for j in 0..<n { #expect(p[i * n + j] == p[j * n + i]) } }
  // Of one row's distribution, by a scan of precisions instead of a bisection.
  let distances = (1..<n).map { j in
    (0..<6).reduce(0.0) { $0 + pow(Double(x.row(0)[$1]) - Double(x.row(j)[j * 6 + $1]), 2) }
  }
  func perplexity(_ beta: Double) -> (Double, [Double]) {
    let weights = distances.map { exp(-beta * $0) }
    let shares = weights.map { $0 / weights.reduce(0, +) }
    return (exp(-shares.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) }), shares)
  }
  let beta = stride(from: 0.01, to: 60, by: 0.002).min { abs(perplexity($0).0 - 8) < abs(perplexity($1).0 - 8) }!
  // p holds the mean of both directions; the largest of this one is never more than what both come to.
  let shares = perplexity(beta).1
  for j in 1..<n { #expect(Double(p[j]) >= shares[j - 1] / Double(2 * n) - 1e-5) }
}

/// Against central differences of Σ p log(p/q).
@Test func theGradientOfNeighbourEmbeddingIsTheSlopeOfItsDivergence() {
  let n = 7
  var random = RandomStream(seed: 4, .test)
  var p = [Float](repeating: 0, count: n * n)
  for i in 0..<n { for j in 0..<i { p[i * n + j] = random.uniform(0.1, 1); p[j * n + i] = p[i * n + j] } }
  let total = p.reduce(0, +)
  p = p.map { $0 / total }
  let y = (0..<2 * n).map { _ in random.uniform(-2, 2) }
  func divergence(_ y: [Double]) -> Double {
    var q = [Double](repeating: 0, count: n * n)
    for i in 0..<n {
      for j in 0..<n where i != j {
        q[i * n + j] = 1 / (1 + pow(y[2 * i] - y[2 * j], 2) + pow(y[2 * i + 1] - y[2 * j + 1], 2))
      }
    }
    let sum = q.reduce(0, +)
    return (0..<n * n).reduce(0) { $0 + (p[$1] > 0 ? Double(p[$1]) * log(Double(p[$1]) * sum / q[$1]) : 0) }
  }
  let found = NeighbourEmbedding.gradient(y, p, 1)
  for k in y.indices {
    var (up, down) = (y.map(Double.init), y.map(Double.init))
    up[k] += 1e-5
    down[k] -= 1e-5
    #expect(abs(Double(found[k]) - (divergence(up) - divergence(down)) / 2e-5) < 1e-5)
  }
}

// MARK: UMAP

/// As umap-learn 0.5 has it: `fuzzy_simplicial_set(x, n_neighbors=5, metric="euclidean")`.
@Test func theFuzzyGraphIsThatOfTheReference() {
  let n = 12
  var values: [Float] = []
  for i in 0..<n {
    for j in 0..<3 {
      let whole = (7 * i + 3 * j * j + 5 * i * j) % 11
      values.append(Float(whole - 5) + 0.1 * Float(i))
    }
  }
  var umap = ManifoldEmbedding()
  umap.neighbours = 5
  let edges = umap.edges(of: unitRows(Tensor([n, 3], values)))
  #expect(edges.count == 56)
  #expect(abs(edges.reduce(0) { $0 + $1.weight } - 37.257645) < 1e-3)
  let expected: [[Int: Double]] = [
    [2: 0.97010, 8: 0.81996, 9: 0.24361, 11: 1], [3: 1, 6: 0.49690, 7: 0.58067, 9: 0.33276, 10: 1],
    [0: 0.97010, 4: 0.55770, 8: 0.11564, 9: 0.70096, 11: 1],
    [1: 1, 4: 0.58511, 5: 0.45474, 6: 0.85532, 7: 0.73791, 10: 0.22991],
  ]
  for (i, row) in expected.enumerated() {
    let found = Dictionary(uniqueKeysWithValues: edges.filter { $0.from == i }.map { ($0.to, $0.weight) })
    #expect(found.keys.sorted() == row.keys.sorted())
    for (j, weight) in row { #expect(abs((found[j] ?? 0) - weight) < 1e-4) }
  }
}

@Test func rowsThatAreAllAlikeAreNeighboursAndStay() {
  let x = unitRows(Tensor([20, 3], Array(repeating: 1, count: 60)))
  #expect(ManifoldEmbedding().edges(of: x).allSatisfy { $0.weight == 1 })
  let points = ManifoldEmbedding().points(of: x, from: Array(repeating: EmbeddingMap.Point(0, 0), count: 20))
  #expect(points.count == 20 && points.allSatisfy { $0.x.isFinite && $0.y.isFinite })
}

/// Against central differences of log φ and log (1 − φ).
@Test(arguments: [0.05, 0.3, 1, 4, 30]) func theForcesOfTheManifoldAreSlopes(distance: Double) {
  func nearness(_ d: Double) -> Double { 1 / (1 + ManifoldEmbedding.a * pow(d, 2 * ManifoldEmbedding.b)) }
  let (up, down) = (nearness(distance + 1e-6), nearness(distance - 1e-6))
  let square = distance * distance
  let pull = (log(up) - log(down)) / 2e-6
  #expect(abs(ManifoldEmbedding.attraction(square) * distance - pull) < 1e-6 * max(1, abs(pull)))
  let push = (log(1 - up) - log(1 - down)) / 2e-6 * square / (0.001 + square)
  #expect(abs(ManifoldEmbedding.repulsion(square) * distance - push) < 1e-6 * max(1, abs(push)))
}

/// The curve of nearness is the nearest one in the sense of least squares.
@Test func theCurveOfNearnessIsTheBestFit() {
  func error(_ a: Double, _ b: Double) -> Double {
    (0..<300).reduce(0) { sum, i in
      let d = 3 * Double(i) / 299
      return sum + pow((d < 0.1 ? 1 : exp(0.1 - d)) - 1 / (1 + a * pow(d, 2 * b)), 2)
    }
  }
  let best = error(ManifoldEmbedding.a, ManifoldEmbedding.b)
  for (a, b) in [(0.001, 0.0), (-0.001, 0), (0, 0.001), (0, -0.001)] {
    #expect(error(ManifoldEmbedding.a + a, ManifoldEmbedding.b + b) > best)
  }
}

@Test(arguments: EmbeddingMap.Method.allCases) func clustersStayTogetherOnTheMap(method: EmbeddingMap.Method) {
  let (clusters, each, d) = (4, 15, 10)
  var random = RandomStream(seed: 5, .test)
  let centres = (0..<clusters).map { _ in (0..<d).map { _ in random.uniform(-1, 1) } }
  let values = (0..<clusters * each).flatMap { i in centres[i % clusters].map { $0 + random.uniform(-0.05, 0.05) } }
  let x = unitRows(Tensor([clusters * each, d], values))
  let plane = PrincipalPlane(of: x).points
  var (tsne, umap) = (NeighbourEmbedding(), ManifoldEmbedding())
  (tsne.perplexity, umap.neighbours) = (8, 8)
  let points =
    switch method {
    case .pca: plane
    case .tsne: tsne.points(of: x, from: plane)
    case .umap: umap.points(of: x, from: plane)
    }
  #expect(points.allSatisfy { $0.x.isFinite && $0.y.isFinite })
  for (i, point) in points.enumerated() {
    let nearest = points.indices.filter { $0 != i }.min {
      hypot(points[$0].x - point.x, points[$0].y - point.y) < hypot(points[$1].x - point.x, points[$1].y - point.y)
    }!
    #expect(nearest % clusters == i % clusters)
  }
}

@Test func neighboursAreTheNearestByCosine() {
  let rows: [Float] = [1, 0, 0.8, 0.6, 0, 1, -1, 0]
  let map = EmbeddingMap(step: 1, indices: [4, 8, 15, 16], labels: nil, rows: [.h: rows])
  let near = map.neighbours(of: 0, in: .h, count: 2)
  #expect(near.map(\.place) == [1, 2] && near[0].cosine == 0.8 && near[1].cosine == 0)
  #expect(map.neighbours(of: 0, in: .z, count: 2).isEmpty && map.neighbours(of: 9, in: .h, count: 2).isEmpty)
}

/// What a screen watches is told, and nothing of the run is changed by it.
@Test func watchingChangesNothing() throws {
  let scratch = try Scratch()
  let data = scratch.path + "/data"
  try writePictures(data)
  func train(_ name: String, _ shown: Set<Watch>) throws -> (Link, Configuration) {
    let configuration = small(data, run: scratch.path + "/" + name) { $0.optimizer = .lars }
    let link = Link()
    link.send(.watch(shown))
    _ = try runToEnd(configuration, link: link)
    return (link, configuration)
  }
  let (_, alone) = try train("alone", [])
  let (link, watched) = try train("watched", [.layers, .embedding, .tsne, .umap])
  #expect(bytes(alone.run!, step: 16) != nil && bytes(alone.run!, step: 16) == bytes(watched.run!, step: 16))
  let snapshot = try #require(link.newest(after: -1)?.snapshot)
  let layers = try #require(snapshot.layers.last?.layers)
  #expect(layers.map(\.name).contains("encoder.layer3.0.conv2") && layers.last?.name == "head.3")
  #expect(layers.allSatisfy { ($0.trustRatio ?? -1) > 0 && $0.weightNorm > 0 && ($0.deadShare ?? 0) <= 1 })
  let map = try #require(try link.wait(for: "the map") { $0.embedding != nil }.embedding)
  #expect(map.indices == Array(0..<map.indices.count) && map.labels?.count == map.indices.count)
  for space in EmbeddingMap.Space.allCases {
    for method in EmbeddingMap.Method.allCases { #expect(map.points[space]?[method]?.count == map.indices.count) }
    #expect((map.explained[space] ?? 0) > 0)
  }
}
