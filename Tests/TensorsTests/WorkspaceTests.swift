// The workspace: laid out by a dry run, used again, never overlapping.
import Basics
import Testing

@testable import Tensors

private let workers = WorkerPool(threads: 1)

@Test func whatLivesTogetherDoesNotOverlap() throws {
  func step(_ workspace: inout Workspace) -> [Activation] {
    let a = workspace.allocate(images: 2, channels: 20, height: 3, width: 3)
    let b = workspace.allocate(images: 1, channels: 16)
    workspace.release(a)
    let c = workspace.allocate(images: 1, channels: 32, height: 2, width: 2)
    let d = workspace.allocate(images: 4, channels: 16, height: 4, width: 4)
    return [b, c, d]
  }
  let plan = Workspace.plan(workers: workers) { _ = step(&$0) }
  var workspace = try Workspace(plan, workers: workers)
  for _ in 0..<3 {
    workspace.restart()
    let living = step(&workspace).map { $0.offset..<$0.offset + $0.count }
    for (i, range) in living.enumerated() {
      #expect(range.upperBound * 4 <= plan.bytes)
      for other in living[..<i] { #expect(!range.overlaps(other)) }
    }
  }
}

@Test func releasedPlacesAreUsedAgain() {
  let plan = Workspace.plan(workers: workers) { workspace in
    for _ in 0..<100 {
      let scratch = workspace.allocate(images: 1, channels: 1024)
      workspace.release(scratch)
    }
  }
  #expect(plan.bytes == Workspace.plan(workers: workers) { _ = $0.allocate(images: 1, channels: 1024) }.bytes)
}

@Test func tensorsComeBackAsTheyWereStored() throws {
  let x = Tensor([2, 19, 3, 5], (0..<570).map(Float.init))
  for format in [Activation.Format.blocked, .pixels] {
    func step(_ workspace: inout Workspace) -> Tensor { workspace.read(workspace.load(x, as: format)) }
    var workspace = try Workspace(Workspace.plan(workers: workers) { _ = step(&$0) }, workers: workers)
    #expect(step(&workspace) == x)
  }
}

@Test func aLargerPlanIsTakenUpAndASmallerOneKeepsTheBlock() throws {
  func plan(_ channels: Int) -> Workspace.Plan {
    Workspace.plan(workers: workers) { _ = $0.allocate(images: 1, channels: channels) }
  }
  var workspace = try Workspace(plan(16), workers: workers)
  for channels in [1 << 20, 64, 1 << 22] {
    try workspace.adopt(plan(channels))
    let x = workspace.allocate(images: 1, channels: channels)
    workspace[x].update(repeating: 1)
    #expect(workspace[x].allSatisfy { $0 == 1 })
  }
}

@Test func memoryThatIsNotThereIsATrouble() {
  let plan = Workspace.plan(workers: workers) { _ = $0.allocate(images: 1 << 30, channels: 1 << 20) }
  #expect(throws: Trouble.self) { _ = try Workspace(plan, workers: workers) }
}

@Test(arguments: [(3, 4, 5), (70, 33, 17), (200, 1, 64)])
func productsAreTheNaiveLoops(m: Int, k: Int, n: Int) {
  var random = RandomStream(seed: 1, .test)
  func matrix(_ rows: Int, _ columns: Int) -> Tensor {
    Tensor([rows, columns], (0..<rows * columns).map { _ in random.uniform(-1, 1) })
  }
  let (a, b) = (matrix(m, k), matrix(k, n))
  let bT = Tensor([n, k], (0..<n * k).map { b.scalars[$0 % k * n + $0 / k] })
  let result = productWithTranspose(a, bT, workers: WorkerPool(threads: 3))
  for i in 0..<m {
    for j in 0..<n {
      let expected = (0..<k).reduce(0.0) { $0 + Double(a.scalars[i * k + $1]) * Double(b.scalars[$1 * n + j]) }
      #expect(abs(Double(result.scalars[i * n + j]) - expected) < 1e-5)
    }
  }
}
