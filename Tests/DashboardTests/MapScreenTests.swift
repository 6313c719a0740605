// The screens of layers and of the map.
import Canvas
import Telemetry
import Testing

@testable import Dashboard

private func press(_ keys: [Key], _ state: inout DashboardState) {
  for key in keys { _ = intent(for: key, in: state).map { update(&state, $0) } }
}

/// A cross: one picture in the middle and one on each side.
private func cross() -> EmbeddingMap {
  let places: [(Float, Float)] = [(0, 0), (2, 0.1), (-2, 0), (0.1, 2), (0, -2)]
  let points = places.map { EmbeddingMap.Point($0.0, $0.1) }
  return EmbeddingMap(
    step: 9, indices: [10, 20, 30, 40, 50], labels: [0, 1, 0, 2, 0],
    rows: [.h: [1, 0, 0.6, 0.8, 0, 1, -1, 0, 0.8, 0.6], .z: [0, 1, 1, 0, 0, 1, 1, 0, 1, 0]],
    points: [.h: [.pca: points], .z: [.pca: points.reversed()]], explained: [.h: 0.5, .z: 0.25])
}

@Test func arrowsGoToTheNearestPictureThatWay() {
  var state = FakeRun.state()
  press([.function(5)], &state)
  #expect(state.screen == .panel(.embedding) && state.watching == [.embedding])
  state.snapshot.embedding = cross()
  for (key, place) in [(Key.right, 1), (.left, 2), (.up, 3), (.down, 4)] {
    state.embedding.chosen = 0
    press([key], &state)
    #expect(state.embedding.chosen == place)
  }
  // There is nothing farther out.
  press([.down], &state)
  #expect(state.embedding.chosen == 4)
  press([.character("n")], &state)
  #expect(state.embedding.chosen == 0)
  press([.character("f")], &state)
  #expect(state.embedding.chosen == 4)
}

@Test func theMapsPicturesAreAskedForWithTheirNeighbours() {
  var state = FakeRun.state()
  state.snapshot.embedding = cross()
  #expect(state.thumbnailRequests.isEmpty)
  press([.function(5)], &state)
  #expect(state.thumbnailRequests == [10, 50, 20, 30, 40])
  press([.character("o"), .character("x")], &state)
  #expect(state.thumbnailRequests.prefix(2) == [10, 30] && state.watching == [.embedding, .tsne])
  press([.escape], &state)
  #expect(state.screen == .overview && state.watching.isEmpty && state.focus == .loss)
}

@Test func anEmptyMapIsNoTrouble() {
  var state = FakeRun.state()
  press([.function(5), .right, .character("n"), .character("f"), .character("o")], &state)
  for (columns, rows) in [(1, 1), (20, 5), (40, 12), (80, 24), (200, 60)] {
    _ = view(state, columns: columns, rows: rows)
    state.snapshot.embedding = state.snapshot.embedding == nil ? cross() : nil
    _ = view(state, columns: columns, rows: rows)
  }
}
