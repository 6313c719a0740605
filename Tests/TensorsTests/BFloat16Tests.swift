// Feature maps of bfloat16: what is stored of a number, and what is read again.
import Basics
import Testing

@testable import Tensors

/// Every upper half of a float32, among them subnormals, infinities and NaN, with lower halves around the tie and by
/// chance, against the definition.
@Test func numbersAreRoundedToTheNearestBFloat16() throws {
  var random = RandomStream(seed: 3, .test)
  let patterns = (0..<0x10000 as Range<UInt32>).flatMap { upper in
    ([0, 1, 0x7fff, 0x8000, 0x8001, 0xffff] + (0..<10).map { _ in UInt32(random.below(0x10000)) }).map {
      upper << 16 | $0
    }
  }
  let (stored, read) = try throughABFloat16Map(patterns.map(Float.init(bitPattern:)))
  let wrong = patterns.indices.filter { place in
    let x = Float(bitPattern: patterns[place])
    let widened = Float(bitPattern: UInt32(stored[place]) << 16)
    guard !x.isNaN else { return !widened.isNaN || !read[place].isNaN }
    // AVX-512's own instruction takes subnormals for zero.
    if x.isSubnormal, stored[place] == UInt16(x.sign == .minus ? 0x8000 : 0) { return read[place] != 0 }
    return stored[place] != nearest(x) || read[place].bitPattern != widened.bitPattern
  }
  #expect(wrong.isEmpty, "\(wrong.count) wrong, the first of \(String(patterns[wrong.first ?? 0], radix: 16))")
}

/// The nearer of the two bfloat16 numbers around x, in double precision; at a tie the one whose last bit is zero. What
/// would follow the largest is infinity.
private func nearest(_ x: Float) -> UInt16 {
  guard x.isFinite else { return UInt16(x.bitPattern >> 16) }
  func magnitude(_ number: UInt16) -> Double {
    let (exponent, fraction) = (Int(number >> 7), Double(number & 0x7f))
    return exponent == 0
      ? fraction * 0x1p-133 : (128 + fraction) * Double(sign: .plus, exponent: exponent - 134, significand: 1)
  }
  let sign = UInt16(x.sign == .minus ? 0x8000 : 0)
  let below = UInt16(x.bitPattern >> 16) & 0x7fff
  let (under, over) = (Double(x.magnitude) - magnitude(below), magnitude(below + 1) - Double(x.magnitude))
  return sign | (under < over || (under == over && below % 2 == 0) ? below : below + 1)
}

/// The bits in memory, and the numbers as they are read again.
private func throughABFloat16Map(_ numbers: [Float]) throws -> (stored: [UInt16], read: [Float]) {
  let workers = WorkerPool(threads: 2)
  let pixels = 64
  let images = numbers.count / (32 * pixels)
  precondition(images * 32 * pixels == numbers.count)
  func step(_ workspace: inout Workspace) -> ([UInt16], [Float]) {
    let map = workspace.allocate(.blocked, .bfloat16, images: images, channels: 32, height: 8, width: 8)
    let writer = BundleWriter(
      Destination(map, moments: false, slots: 0, &workspace), together: images, &workspace)
    let reader = BundleReader<Float>(Features(map), together: images, &workspace)
    guard !workspace.isPlanning else { return ([], []) }
    writer.write(0..<images, slot: 0, worker: 0) { $0.update(from: numbers, count: numbers.count) }
    let bits = UnsafeBufferPointer(start: workspace.address(map).assumingMemoryBound(to: UInt16.self), count: map.count)
    let read = UnsafeBufferPointer(start: reader.read(0..<images, worker: 0), count: map.count)
    return (Array(bits), Array(read))
  }
  var workspace = try Workspace(Workspace.plan(workers: workers) { _ = step(&$0) }, workers: workers)
  return step(&workspace)
}
