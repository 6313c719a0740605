// The workspace: laid out by a dry run, used again, never overlapping.
import Basics
import TestSupport
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

/// Places of random size and life: those that live together lie apart, and all in little more than what lives together.
@Test func placesThatLiveTogetherLieApart() throws {
  var random = RandomStream(seed: 5, .test)
  // What is asked for (floats), and after how many more it is given back.
  let asked = (0..<300).map { _ in
    (count: 16 << random.below(12), life: 1 + random.below(random.below(8) == 0 ? 200 : 9))
  }
  var places: [Activation] = []
  func step(_ workspace: inout Workspace) {
    places = []
    for now in asked.indices {
      for old in 0..<now where old + asked[old].life == now { workspace.release(places[old]) }
      places.append(workspace.scratch(asked[now].count))
    }
  }
  let plan = Workspace.plan(workers: workers) { step(&$0) }
  var workspace = try Workspace(plan, workers: workers)
  step(&workspace)
  var most = 0
  for now in asked.indices {
    let living = (0...now).filter { now < $0 + asked[$0].life }
    most = max(most, living.reduce(0) { $0 + asked[$1].count })
    for other in living where other != now {
      let apart =
        places[now].offset >= places[other].offset + asked[other].count
        || places[other].offset >= places[now].offset + asked[now].count
      #expect(apart, "\(now) and \(other)")
    }
  }
  #expect(plan.holdings.reduce(0) { $0 + $1.bytes } == 4 * most)
  #expect(plan.bytes >= 4 * most && plan.bytes < 4 * most * 5 / 4)
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
      let terms = (0..<k).map { Double(a.scalars[i * k + $0]) * Double(b.scalars[$0 * n + j]) }
      let bound = rounding(ofSums: k) * terms.reduce(0) { $0 + abs($1) }
      #expect(abs(Double(result.scalars[i * n + j]) - terms.reduce(0, +)) <= bound)
    }
  }
}
