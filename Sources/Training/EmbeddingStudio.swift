/// Maps a fixed set of pictures while a run trains, on a thread of its own that steps back behind the trainer's: about a
/// hundredth of two cores' time.
import Basics
import Foundation
import Images
import Synchronization
import Telemetry
import Tensors

final class EmbeddingStudio: Sendable {
  /// Pictures on the map at most.
  private static let most = 500
  /// A map is made again after so many times the time that it took.
  private static let rest = 50.0

  private struct Desk {
    var isBusy = false
    var readyAt = ContinuousClock.now
    var last: EmbeddingMap?
  }

  private let data: DataSet
  private let indices: [Int]
  private let configuration: Configuration
  private let link: Link
  private let desk = Mutex(Desk())

  init(_ data: DataSet, _ configuration: Configuration, _ link: Link) {
    (self.data, self.configuration, self.link) = (data, configuration, link)
    indices = evenly(data.count, atMost: Self.most)
  }

  /// Whether another map is due.
  /// - Parameter waits: false for a run that does not train now, so that nothing is taken from it.
  func isDue(_ methods: Set<EmbeddingMap.Method>, step: Int, waits: Bool) -> Bool {
    desk.withLock { desk in
      guard !desk.isBusy, let last = desk.last else { return !desk.isBusy }
      let lacks = methods.contains { method in !last.points.values.allSatisfy { $0[method] != nil } }
      return lacks || (last.step != step && (!waits || .now >= desk.readyAt))
    }
  }

  /// Maps the pictures by this model and tells the link. Where no thread can be started, a warning says so once.
  func map(_ model: SimCLR, step: Int, _ methods: Set<EmbeddingMap.Method>) {
    let earlier: EmbeddingMap?? = desk.withLock { desk in
      guard !desk.isBusy else { return .none }
      desk.isBusy = true
      return .some(desk.last)
    }
    guard let earlier else { return }
    let work = { @Sendable [self] in
      stepBack(niceness: 10)
      let start = ContinuousClock.now
      let map = make(model, step: step, methods, after: earlier)
      if let map { link.publish(map) }
      let now = ContinuousClock.now
      desk.withLock {
        $0.isBusy = false
        $0.last = map ?? $0.last
        $0.readyAt = now + (now - start) * Self.rest
      }
    }
    do {
      try startThread("map", work)
    } catch {
      // Stays busy: the next map would fail as well.
      link.send(.report(.warning("the map of the embedding is left out: \(error)")))
    }
  }

  /// Map of one model; nil when it is to stop, or the model's outputs are not finite.
  func make(
    _ model: SimCLR, step: Int, _ methods: Set<EmbeddingMap.Method>, after earlier: EmbeddingMap?
  ) -> EmbeddingMap? {
    guard
      var embedder = try? Embedder(
        model, imageSize: configuration.imageSize!, normalization: configuration.normalize,
        workers: WorkerPool(threads: 1)),
      let (h, z) = embedder.embed(data, indices, progress: { _ in !link.stopIsAsked })
    else { return nil }
    var map = EmbeddingMap(
      step: step, indices: indices, labels: data.labels.map { labels in indices.map { labels[$0] } })
    let spaces = [(EmbeddingMap.Space.h, unitRows(h)), (.z, unitRows(z))]
    // A model that has diverged has no map; the one before it stays.
    guard spaces.allSatisfy({ $0.1.scalars.allSatisfy(\.isFinite) }) else { return nil }
    for (space, rows) in spaces {
      let before = earlier?.points[space] ?? [:]
      let plane = PrincipalPlane(of: rows)
      map.rows[space] = rows.scalars
      map.explained[space] = plane.explained
      let flat = plane.points.aligned(to: before[.pca] ?? [])
      map.points[space] = [.pca: flat]
      for method in methods {
        let start = before[method] ?? flat
        guard let found = points(of: rows, from: start, method) else { continue }
        map.points[space]![method] = found.aligned(to: start)
      }
    }
    return map
  }

  /// nil for principal components, which are there already.
  private func points(
    of rows: Tensor, from start: [EmbeddingMap.Point], _ method: EmbeddingMap.Method
  ) -> [EmbeddingMap.Point]? {
    switch method {
    case .pca: nil
    case .tsne: NeighbourEmbedding().points(of: rows, from: start) { !link.stopIsAsked }
    case .umap: ManifoldEmbedding().points(of: rows, from: start) { !link.stopIsAsked }
    }
  }
}
