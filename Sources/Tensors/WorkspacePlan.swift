/// How a workspace is laid out: a dry run says what a step asks for and gives back, and when; then every place is chosen
/// knowing all the others.
extension Workspace {
  /// Where everything goes, and how much memory that takes.
  public struct Plan: Sendable {
    /// In the order in which the step asks for places.
    let offsets: [Int]
    let sizes: [Int]
    /// Floats in all.
    let extent: Int
    let element: Activation.Element
    /// What lies there when most does.
    let fullest: [Activation]
    public var bytes: Int { extent * MemoryLayout<Float>.stride }
  }

  /// What the dry run has asked for. A place's offset is its number, until the plan is made.
  struct Requests {
    private var places: [(map: Activation, size: Int, lives: Range<Int>)] = []

    mutating func place(_ map: Activation) -> Int {
      places.append((map, Workspace.size(map.extent), places.count..<Int.max))
      return places.count - 1
    }

    /// Its place is free for all that are asked for from now on.
    mutating func release(_ map: Activation) {
      precondition(places[map.offset].lives.upperBound == .max, "a place given back twice")
      places[map.offset].lives = map.offset..<places.count
    }

    /// The largest first, each as low as those it lives with let it: within a few percent of what lives together, where
    /// choosing in the order of asking takes a sixth more (resnet18 at batch 256).
    func plan(of element: Activation.Element) -> Plan {
      var offsets = places.map { _ in 0 }
      var done: [Int] = []  // by offset
      for index in places.indices.sorted(by: { (places[$1].size, $0) < (places[$0].size, $1) }) {
        let (_, size, lives) = places[index]
        var offset = 0
        for other in done where places[other].lives.overlaps(lives) {
          if offsets[other] >= offset + size { break }
          offset = max(offset, offsets[other] + places[other].size)
        }
        offsets[index] = offset
        done.insert(index, at: done.firstIndex { offsets[$0] > offset } ?? done.count)
      }
      return Plan(
        offsets: offsets, sizes: places.map(\.size),
        extent: places.indices.map { offsets[$0] + places[$0].size }.max() ?? 0,
        element: element, fullest: fullest)
    }

    private var fullest: [Activation] {
      var freed = Array(repeating: 0, count: places.count + 1)
      for place in places where place.lives.upperBound < freed.count { freed[place.lives.upperBound] += place.size }
      var (size, largest, time) = (0, 0, 0)
      for (now, place) in places.enumerated() {
        size += place.size - freed[now]
        if size > largest { (largest, time) = (size, now) }
      }
      return places.filter { $0.lives.contains(time) }.map(\.map)
    }
  }
}

extension Workspace.Plan {
  /// Places of one kind that lie in memory together.
  public struct Holding: Sendable, Equatable {
    /// [images × channels × height × width] and type of a map; vectors, scratch and parameters' gradients are one kind.
    public let what: String
    public let count: Int
    public let bytes: Int
  }

  /// What a step holds when it holds most, the largest first.
  public var holdings: [Holding] {
    Dictionary(grouping: fullest, by: \.kind)
      .map { kind, maps in
        Holding(
          what: kind, count: maps.count,
          bytes: maps.reduce(0) { $0 + $1.extent } * MemoryLayout<Float>.stride)
      }
      .sorted { ($0.bytes, $0.what) > ($1.bytes, $1.what) }
  }
}

extension Activation {
  fileprivate var kind: String {
    pixels > 1 ? "\(images)×\(channels)×\(height)×\(width) \(element)" : "vectors, scratch, parameters' gradients"
  }
}
