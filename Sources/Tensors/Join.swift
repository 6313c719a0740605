/// The end of a residual block. Its output is a map as large as the convolutions' that it is made of, and costs one pass
/// to make: so it need not stay for backward, which makes it again.
import Basics
import CKernels

/// What a block's output is made of, and where it lies now.
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
  /// Says that nobody reads the features before backward. A block's output gives up its place, and is made again from
  /// what it was made of, number for number, when backward takes it back.
  public mutating func rest(_ x: Features) {
    guard let index = x.join, let output = joins[index].output else { return }
    release(output)
    joins[index].output = nil
  }

  /// The features with a map that holds them; where a block's output rested, it and those before it are made again.
  mutating func awake(_ x: Features) -> Features {
    guard let index = x.join else { return x }
    let made = joins[index].output ?? remake(joins[index])
    joins[index].output = made
    return Features(made, origin: x.origin, join: index)
  }

  private mutating func remake(_ join: Join) -> Activation {
    let shortcut = awake(join.shortcut)
    let y = allocate(like: join.branch.map)
    write(join.branch, shortcut, to: y, self)
    return y
  }
}
