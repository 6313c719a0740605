// Blocks' outputs that give up their place after forward and are made again.
import Basics
import Testing

@testable import Networks
@testable import Tensors

/// A stem and blocks of the same width.
private struct Stage {
  var conv: Conv2d
  var bn: BatchNorm
  var blocks: [BasicBlock]

  init(_ channels: Int, blocks count: Int) {
    var random = RandomStream(seed: 21, .test)
    conv = Conv2d(16, channels, kernel: 3, using: &random)
    bn = BatchNorm(channels, relu: true)
    blocks = (0..<count).map { _ in
      var block = BasicBlock(channels, channels, stride: 1, branchGamma: 0, using: &random)
      for c in 0..<channels { block.bn2.gamma.value.scalars[c] = random.uniform(-1, 1) }
      return block
    }
  }

  /// Calls `body` with each block's output while it is there.
  mutating func forward(
    _ x: Activation, _ workspace: inout Workspace, _ body: (Features, inout Workspace) -> Void = { _, _ in }
  ) {
    var y = bn.forward(conv.forward(Features(x), .training, &workspace), .training, &workspace)
    for k in blocks.indices {
      y = blocks[k].forward(y, .training, &workspace)
      body(y, &workspace)
    }
  }
}

@Test(arguments: Activation.Element.allCases)
func anOutputIsMadeAgainNumberForNumber(element: Activation.Element) throws {
  var random = RandomStream(seed: 22, .test)
  let x = Tensor([5, 16, 9, 7], (0..<5 * 16 * 63).map { _ in random.uniform(-1, 1) })
  var (before, after): ([Tensor], [Tensor]) = ([], [])
  try withWorkspace(element, threads: 3) { workspace in
    (before, after) = ([], [])
    var (stage, outputs) = (Stage(64, blocks: 3), [Features]())
    stage.forward(workspace.loadMap(x), &workspace) { y, workspace in
      outputs.append(y)
      before.append(workspace.readMap(y))
    }
    workspace.releaseUntilBackward(outputs[2])
    // The last one first, as in backward: it needs those before it.
    outputs = outputs.reversed().map { workspace.remade($0) }.reversed()
    after = outputs.map { workspace.readMap($0) }
  }
  #expect(before.allSatisfy { $0.norm > 1 })
  #expect(after == before)
}

/// At the end of forward: the stem's map, two of convolutions a block, and the outputs: the last block's and, of a wide
/// stage, the one that it has just read; of a narrow stage all.
@Test(arguments: [(64, 1 + 2 * 4 + 2), (48, 1 + 2 * 4 + 4)])
func wideOutputsDoNotStayAfterForward(channels: Int, maps: Int) {
  let plan = Workspace.plan(workers: WorkerPool(threads: 1)) { workspace in
    var stage = Stage(channels, blocks: 4)
    stage.forward(workspace.allocate(images: 64, channels: 16, height: 32, width: 32), &workspace)
  }
  #expect(plan.holdings.first { $0.what == "64×\(channels)×32×32 float32" }?.count == maps)
}
