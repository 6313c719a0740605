/// What is chosen on the map of pictures.
import Canvas
import Telemetry

public struct EmbeddingView: Sendable, Equatable {
  var space = EmbeddingMap.Space.h
  var method = EmbeddingMap.Method.pca
  /// Among the map's pictures.
  var chosen = 0

  var watching: Set<Watch> {
    switch method {
    case .pca: [.embedding]
    case .tsne: [.embedding, .tsne]
    case .umap: [.embedding, .umap]
    }
  }
}

extension EmbeddingMap.Method {
  var words: String {
    switch self {
    case .pca: "principal components"
    case .tsne: "t-SNE"
    case .umap: "UMAP"
    }
  }
}

public enum EmbeddingIntent: Sendable, Equatable {
  /// To the nearest picture in this direction on the map: columns to the right, rows down.
  case move(Int, Int)
  /// So many pictures further on in the data set.
  case step(Int)
  /// To the chosen one's nearest neighbour.
  case nearest
  case nextSpace, nextMethod
}

extension DashboardState {
  mutating func obey(_ intent: EmbeddingIntent) {
    switch intent {
    case .nextSpace: embedding.space = embedding.space.next
    case .nextMethod: embedding.method = embedding.method.next
    case .step(let pictures):
      let count = snapshot.embedding?.indices.count ?? 1
      embedding.chosen = ((embedding.chosen + pictures) % count + count) % count
    case .nearest:
      embedding.chosen =
        snapshot.embedding?.neighbours(of: embedding.chosen, in: embedding.space, count: 1).first?.place
        ?? embedding.chosen
    case .move(let columns, let rows): moveOnMap(Float(columns), Float(-rows))
    }
  }

  /// The points shown now; those of the method may still be on their way.
  var mapPoints: [EmbeddingMap.Point] {
    let points = snapshot.embedding?.points[embedding.space]
    return points?[embedding.method] ?? points?[.pca] ?? []
  }

  /// The nearest point whose direction is within 45° of the asked one.
  private mutating func moveOnMap(_ x: Float, _ y: Float) {
    let points = mapPoints
    guard points.indices.contains(embedding.chosen) else { return }
    let here = points[embedding.chosen]
    var best: (place: Int, distance: Float)?
    for (place, point) in points.enumerated() {
      let (dx, dy) = (point.x - here.x, point.y - here.y)
      let along = dx * x + dy * y
      let across = abs(dx * y - dy * x)
      guard along > 0, across <= along else { continue }
      // What lies straight ahead is preferred to what lies as near aside.
      let distance = along + 2 * across
      if distance < best?.distance ?? .infinity { best = (place, distance) }
    }
    if let best { embedding.chosen = best.place }
  }

  /// Numbers of the pictures that are shown small.
  public var thumbnailRequests: [Int] {
    guard screen == .panel(.embedding), let map = snapshot.embedding, !map.indices.isEmpty else { return [] }
    let chosen = min(embedding.chosen, map.indices.count - 1)
    let near = map.neighbours(of: chosen, in: embedding.space, count: Self.neighboursShown)
    return ([chosen] + near.map(\.place)).map { map.indices[$0] }
  }

  static let neighboursShown = 8
}

let embeddingBindings: [Binding] = [
  Binding(
    .map, "arrows", "move", "to the next picture in a direction (also h j k l)",
    [
      (.left, .embedding(.move(-1, 0))), (.right, .embedding(.move(1, 0))), (.up, .embedding(.move(0, -1))),
      (.down, .embedding(.move(0, 1))), (.character("h"), .embedding(.move(-1, 0))),
      (.character("l"), .embedding(.move(1, 0))), (.character("k"), .embedding(.move(0, -1))),
      (.character("j"), .embedding(.move(0, 1))),
    ], when: \.isOnMap),
  Binding(
    .map, "n p", "picture", "next or previous picture of the data set (N P by ten)",
    [
      (.character("n"), .embedding(.step(1))), (.character("p"), .embedding(.step(-1))),
      (.character("N"), .embedding(.step(10))), (.character("P"), .embedding(.step(-10))),
    ], when: \.isOnMap),
  Binding(
    .map, "f", "nearest", "follow to the nearest neighbour", [(.character("f"), .embedding(.nearest))],
    when: \.isOnMap),
  Binding(
    .map, "o", "h or z", "the representation h or the projection z", [(.character("o"), .embedding(.nextSpace))],
    when: \.isOnMap),
  Binding(
    .map, "x", "t-SNE, UMAP", "principal components, t-SNE or UMAP", [(.character("x"), .embedding(.nextMethod))],
    when: \.isOnMap),
]

extension DashboardState {
  var isOnMap: Bool { isFree && screen == .panel(.embedding) }
}

let embeddingActions = [
  Action("map-left", .embedding(.move(-1, 0))), Action("map-right", .embedding(.move(1, 0))),
  Action("map-up", .embedding(.move(0, -1))), Action("map-down", .embedding(.move(0, 1))),
  Action("map-next", .embedding(.step(1))), Action("map-previous", .embedding(.step(-1))),
  Action("map-nearest", .embedding(.nearest)), Action("map-space", .embedding(.nextSpace)),
  Action("map-method", .embedding(.nextMethod)),
]
