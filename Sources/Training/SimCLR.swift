/// The model: encoder f and projection head g as one layer.
import Basics
import Networks
import Tensors

public struct SimCLR: Parameterized, Equatable {
  public var encoder: ResNet
  public var head: ProjectionHead

  /// Fresh parameters from the configuration's seed.
  public init(_ configuration: Configuration) {
    var random = RandomStream(seed: configuration.seed, .initialization)
    encoder = ResNet(
      configuration.encoder, width: configuration.width, stem: configuration.resolvedStem,
      zeroInitResidual: configuration.zeroInitResidual, using: &random)
    let hidden = configuration.headHidden ?? encoder.features
    head = ProjectionHead(
      configuration.head, features: encoder.features, layers: configuration.headLayers, hidden: hidden,
      out: configuration.projectionDim, norm: configuration.headNorm, using: &random)
    numberParameters()
  }

  /// Pictures → h and z. In training both share one forward pass over the 2N views, so batch norm sees both.
  mutating func forwardBoth(_ pictures: Activation, _ mode: Mode, _ workspace: inout Workspace) -> (
    h: Activation, z: Activation
  ) {
    let h = encoder.forward(pictures, mode, &workspace)
    return (h, head.forward(h, mode, &workspace))
  }

  public mutating func forward(_ pictures: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
    forwardBoth(pictures, mode, &workspace).z
  }

  public func backward(_ dz: Activation, _ workspace: inout Workspace) {
    encoder.backward(head.backward(dz, &workspace), &workspace)
  }

  public mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    encoder.visitParameters(prefix.isEmpty ? "encoder" : prefix + ".encoder", body)
    head.visitParameters(prefix.isEmpty ? "head" : prefix + ".head", body)
  }

  public mutating func visitBuffers(_ prefix: String, _ body: (String, inout Tensor) -> Void) {
    encoder.visitBuffers(prefix.isEmpty ? "encoder" : prefix + ".encoder", body)
    head.visitBuffers(prefix.isEmpty ? "head" : prefix + ".head", body)
  }
}
