/// ReLU of vectors; that of feature maps is their batch norm's.
import CKernels

/// max(0, x), written over x. In training it is kept for backward.
public func relu(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
  if !workspace.isPlanning { ck_relu(workspace.pointer(x), workspace.pointer(x), Int64(x.count)) }
  if mode == .training { workspace.keep(x) }
  return x
}

/// The gradient of `relu`, written over dy; the y of forward is released.
public func reluBackward(_ dy: Activation, _ workspace: inout Workspace) -> Activation {
  let y = workspace.takeBack().map
  if !workspace.isPlanning { ck_relu_backward(workspace.pointer(y), workspace.pointer(dy), Int64(dy.count)) }
  workspace.release(y)
  return dy
}
