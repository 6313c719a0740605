/// The end of a residual block: its branch and its shortcut become one. Batch norm's backward needs the convolutions'
/// outputs, but not this one: it is one pass away from them, so it may go after forward and be made again for backward.
import Basics
import CKernels

/// What a block's output is made of, and where it lies now, if anywhere.
struct Join: Sendable {
  let branch: Features
  let shortcut: Features
  var output: Activation?
}

/// relu(branch + shortcut), the end of a residual block, where branch is still to be normalised and shortcut may be: in
/// training in a new map, in inference over the branch's.
public func join(_ branch: Features, _ shortcut: Features, _ mode: Mode, _ workspace: inout Workspace) -> Features {
  guard mode == .training else {
    write(branch, shortcut, to: branch.map, workspace)
    if let origin = branch.origin { workspace.release(origin.statistics) }
    return Features(branch.map)
  }
  let y = workspace.allocate(like: branch.map)
  write(branch, shortcut, to: y, workspace)
  let origin = branch.origin.map { Normalization(input: $0.input, statistics: $0.statistics, relu: true) }
  return Features(y, origin: origin, join: workspace.keep(Join(branch: branch, shortcut: shortcut, output: y)))
}

private func write(_ branch: Features, _ shortcut: Features, to y: Activation, _ workspace: borrowing Workspace) {
  guard !workspace.isPlanning else { return }
  let (a, b, to) = (workspace.source(branch), workspace.source(shortcut), workspace.address(y))
  forEachGroup(of: y, workspace.workers) { _, first, images in
    withUnsafePointer(to: a) { a in
      withUnsafePointer(to: b) { b in
        ck_join(a, b, 1, to, Int64(first), Int64(images), Int64(y.blocks), Int64(y.pixels))
      }
    }
  }
}

extension Workspace {
  /// Channels of a map from which on it is made again: the pass costs about 2 % of a step beside convolutions that wide,
  /// 5 % beside those of resnet20 (2 cores, 2026-11).
  private static let widthToRemake = 64

  /// Says that nobody reads the features before backward. A wide output of a block gives up its place, and is made again
  /// of the same numbers when backward takes it back.
  public mutating func releaseUntilBackward(_ x: Features) {
    guard let index = x.join, let output = joins[index].output, output.channels >= Self.widthToRemake else { return }
    release(output)
    joins[index].output = nil
  }

  /// The features where they lie now; a block's output that gave up its place is made again, and so are those before it
  /// that it is made of.
  mutating func remade(_ x: Features) -> Features {
    guard let index = x.join else { return x }
    let output = joins[index].output ?? remake(joins[index])
    joins[index].output = output
    return Features(output, origin: x.origin, join: index)
  }

  private mutating func remake(_ join: Join) -> Activation {
    let shortcut = remade(join.shortcut)
    let y = allocate(like: join.branch.map)
    write(join.branch, shortcut, to: y, self)
    return y
  }
}
