/// A growing list whose copies are cheap: a copy and its original share all full chunks, so that a snapshot of a
/// million steps costs the trainer one chunk.
public struct ChunkedArray<Element: Sendable>: Sendable {
  private let shift: Int
  private var chunks: [[Element]] = []
  public private(set) var count = 0

  /// - Parameter chunk: how many elements the first change after a copy costs; a power of two.
  public init(chunk: Int = 1024) {
    precondition(chunk > 0 && chunk & (chunk - 1) == 0, "a chunk of \(chunk) is no power of two")
    shift = chunk.trailingZeroBitCount
  }

  public mutating func append(_ element: Element) {
    if count & (1 << shift - 1) == 0 {
      chunks.append([])
      chunks[chunks.count - 1].reserveCapacity(1 << shift)
    }
    chunks[chunks.count - 1].append(element)
    count += 1
  }

  public subscript(index: Int) -> Element {
    get { chunks[index >> shift][index & (1 << shift - 1)] }
    set { chunks[index >> shift][index & (1 << shift - 1)] = newValue }
  }

  public var last: Element? { count == 0 ? nil : self[count - 1] }

  /// The newest `limit` elements, oldest first.
  public func suffix(_ limit: Int) -> [Element] { (max(0, count - limit)..<count).map { self[$0] } }

  /// The first `count` elements; full chunks are shared.
  public func prefix(_ count: Int) -> ChunkedArray {
    guard count < self.count else { return self }
    var prefix = self
    prefix.count = max(0, count)
    let (whole, rest) = prefix.count.quotientAndRemainder(dividingBy: 1 << shift)
    prefix.chunks.removeLast(chunks.count - whole - (rest > 0 ? 1 : 0))
    if rest > 0 { prefix.chunks[whole].removeLast(prefix.chunks[whole].count - rest) }
    return prefix
  }

  /// The first index in a range from which on `holds` is true; the range's end when it never is. Before that index
  /// `holds` must be false.
  func firstIndex(in range: Range<Int>, where holds: (Element) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
