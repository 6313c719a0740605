/// How a workspace is laid out: by a dry run that asks for places and gives them back as the step itself will.
extension Workspace {
  /// Where everything goes, and how much memory that takes.
  public struct Plan: Sendable {
    var offsets: [Int] = []
    var sizes: [Int] = []
    /// Floats in all.
    var extent = 0
    var element = Activation.Element.float32
    /// What lies there together when most does; gradients of parameters always count.
    var fullest: [Activation] = []
    public var bytes: Int { extent * MemoryLayout<Float>.stride }
  }

  /// A plan while the dry run fills it in. What stays lies behind all other places, so that the gaps between those stay
  /// whole (resnet18 at batch 256 takes a fifth less).
  struct Layout {
    private var plan = Plan()
    private var gaps = Gaps()
    /// Floats of what stays.
    private var lasting = 0
    private var staying: [Activation] = []
    /// What else lies there, by its offset, and its floats.
    private var living: [Int: Activation] = [:]
    private var size = 0
    private var largestSize = 0

    /// Returns the offset, which of what stays is known only in the end.
    mutating func place(_ map: Activation, staying stays: Bool) -> Int {
      let own = Workspace.size(map.extent)
      plan.sizes.append(own)
      if stays {
        plan.offsets.append(-1 - lasting)
        lasting += own
        staying.append(map)
        return 0
      }
      let offset = gaps.take(own)
      plan.offsets.append(offset)
      plan.extent = max(plan.extent, offset + own)
      living[offset] = map
      size += own
      if size > largestSize {
        largestSize = size
        plan.fullest = Array(living.values)
      }
      return offset
    }

    mutating func release(_ map: Activation) {
      let own = Workspace.size(map.extent)
      gaps.give(own, at: map.offset)
      living[map.offset] = nil
      size -= own
    }

    func plan(of element: Activation.Element) -> Plan {
      var whole = plan
      for index in whole.offsets.indices where whole.offsets[index] < 0 {
        whole.offsets[index] = whole.extent - 1 - whole.offsets[index]
      }
      whole.extent += lasting
      whole.element = element
      whole.fullest += staying
      return whole
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
          bytes: maps.reduce(0) { $0 + Workspace.size($1.extent) } * MemoryLayout<Float>.stride)
      }
      .sorted { ($0.bytes, $0.what) > ($1.bytes, $1.what) }
  }
}

extension Activation {
  fileprivate var kind: String {
    pixels > 1 ? "\(images)×\(channels)×\(height)×\(width) \(element)" : "vectors, scratch, parameters' gradients"
  }
}

/// The free places of a block while it is laid out: first fit, neighbours merged.
private struct Gaps {
  /// Sorted by offset; everything from `end` on is free as well.
  private var gaps: [(offset: Int, size: Int)] = []
  private var end = 0

  mutating func take(_ size: Int) -> Int {
    if let index = gaps.firstIndex(where: { $0.size >= size }) {
      let offset = gaps[index].offset
      if gaps[index].size == size {
        gaps.remove(at: index)
      } else {
        gaps[index] = (offset + size, gaps[index].size - size)
      }
      return offset
    }
    defer { end += size }
    return end
  }

  mutating func give(_ size: Int, at offset: Int) {
    guard size > 0 else { return }
    var merged = (offset: offset, size: size)
    let index = gaps.firstIndex { $0.offset > offset } ?? gaps.count
    precondition(index == gaps.count || offset + size <= gaps[index].offset, "a place given back twice")
    var range = index..<index
    if index < gaps.count, merged.offset + merged.size == gaps[index].offset {
      merged.size += gaps[index].size
      range = index..<index + 1
    }
    if index > 0, gaps[index - 1].offset + gaps[index - 1].size == offset {
      merged = (gaps[index - 1].offset, gaps[index - 1].size + merged.size)
      range = index - 1..<range.upperBound
    }
    gaps.replaceSubrange(range, with: [merged])
    if let last = gaps.last, last.offset + last.size == end {
      end = last.offset
      gaps.removeLast()
    }
  }
}
