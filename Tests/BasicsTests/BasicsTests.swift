// Workers, random streams, files that are whole or not there, spelling.
import Basics
import Foundation
import Testing

@Test(arguments: [1, 2, 5])
func everyTaskRunsOnce(threads: Int) {
  let pool = WorkerPool(threads: threads)
  for count in [0, 1, 2, 7, 1000] {
    var hits = [Int32](repeating: 0, count: count)
    hits.withUnsafeMutableBufferPointer { hits in
      pool.run(count) { task, worker in
        hits[task] += worker < threads ? 1 : 100
      }
    }
    #expect(hits.allSatisfy { $0 == 1 })
  }
}

@Test func aPoolServesManyCallersInTurn() async {
  let pool = WorkerPool(threads: 3)
  await withTaskGroup(of: Int.self) { group in
    for _ in 0..<8 {
      group.addTask {
        var sums = [Int](repeating: 0, count: 64)
        sums.withUnsafeMutableBufferPointer { sums in pool.run(64) { task, _ in sums[task] = task } }
        return sums.reduce(0, +)
      }
    }
    for await sum in group { #expect(sum == 2016) }
  }
}

@Test func streamsDependOnEveryCoordinate() {
  func first(_ seed: UInt64, _ purpose: RandomStream.Purpose, _ a: Int, _ b: Int, _ c: Int) -> UInt64 {
    var stream = RandomStream(seed: seed, purpose, a, b, c)
    return stream.next()
  }
  let base = first(1, .view, 2, 3, 0)
  #expect(base == first(1, .view, 2, 3, 0))
  let others = [
    first(2, .view, 2, 3, 0), first(1, .shuffle, 2, 3, 0), first(1, .view, 3, 3, 0), first(1, .view, 2, 4, 0),
    first(1, .view, 2, 3, 1), first(1, .view, 3, 2, 0),
  ]
  #expect(Set(others + [base]).count == 7)
}

@Test func unitNumbersAreUniform() {
  var stream = RandomStream(seed: 7, .test)
  let numbers = (0..<100_000).map { _ in Double(stream.unit()) }
  let mean = numbers.reduce(0, +) / 100_000
  let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000
  #expect(abs(mean - 0.5) < 0.004 && abs(variance - 1 / 12) < 0.001)
  #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
}

@Test func aFileIsReplacedWhole() throws {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
  defer { try? FileManager.default.removeItem(atPath: path) }
  try SafeFile.write([1, 2, 3], to: path)
  try SafeFile.write([4], to: path)
  #expect(FileManager.default.contents(atPath: path) == Data([4]))
  #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
}

@Test func aFileThatCannotBeWrittenSaysWhereAndWhatToDo() {
  #expect {
    try SafeFile.write([1], to: "/dev/full/x")
  } throws: { error in
    "\(error)".contains("/dev/full/x")
  }
}

@Test func spellingIsGuessedWhenItIsClose() {
  #expect(nearestSpelling(of: "temprature", in: ["temperature", "strength"]) == "temperature")
  #expect(nearestSpelling(of: "zzz", in: ["temperature", "strength"]) == nil)
}

@Test func aChecksumSeesEveryBitTheLengthAndTheStart() {
  let bytes = (0..<77).map { UInt8($0) }
  func sum(_ bytes: [UInt8], _ start: UInt64 = 0) -> UInt64 {
    var sum = Checksum(start)
    sum.add(bytes)
    return sum.value
  }
  var seen: Set<UInt64> = [sum(bytes), sum(bytes, 1), sum(bytes + [0])]
  for bit in 0..<77 * 8 {
    var flipped = bytes
    flipped[bit / 8] ^= 1 << (bit % 8)
    seen.insert(sum(flipped))
  }
  #expect(seen.count == 3 + 77 * 8)
}

@Test func aChecksumIsTheOneThatIsOnDisksAlready() {
  // In Python from the definition: m(s, w) = p ^ (p >> 32), p = (s ^ w) · 0x9e3779b97f4a7c15 mod 2⁶⁴.
  var sum = Checksum()
  sum.add([1, 2, 3, 4, 5, 6, 7, 8, 9])
  #expect(sum.value == 0xbe863644e27312e)
}

@Test func aChecksumOfPiecesIsThatOfTheWhole() {
  let bytes = (0..<77).map { UInt8(truncatingIfNeeded: $0 * 37) }
  var whole = Checksum(3)
  whole.add(bytes)
  whole.add(5)
  for length in 1...20 {
    var pieces = Checksum(3)
    pieces.begin(bytes.count)
    for start in stride(from: 0, to: bytes.count, by: length) {
      bytes[start..<min(bytes.count, start + length)].withUnsafeBytes { pieces.append($0) }
    }
    pieces.add(5)
    #expect(pieces.value == whole.value, "pieces of \(length)")
  }
}

/// Lines of `/proc/cpuinfo` as Linux writes them.
@Test(arguments: [
  (
    "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz\n"
      + "flags\t\t: fpu avx512f avx512_bf16 amx_bf16 avx512_fp16 amx_tile amx_int8 bf16x\nbogomips\t: 5400.00\n",
    "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz", ["avx512_bf16", "amx_bf16", "amx_tile", "amx_int8"]
  ),
  (
    "model name\t: AMD EPYC 7B12: x\nflags\t: sse avx2\n\nmodel name\t: other\nflags\t: amx_tile\n", "AMD EPYC 7B12: x",
    []
  ),
  ("Features\t: fp asimd bf16\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n", "ARM implementer 0x41, part 0xd40", []),
  ("", "unknown processor", []),
])
func processorsAreReadFromCpuinfo(text: String, model: String, flags: [String]) {
  let found = Processor(cpuinfo: text)
  #expect(found.model == model && found.matrixFlags == flags, "\(found)")
}
