/// An encoder with a linear layer on h: what fine-tuning, supervised training and linear evaluation by SGD train.
import Basics
import Images
import Networks
import Tensors

struct Classifier: Parameterized {
  private(set) var encoder: ResNet
  private var head: Linear
  /// A frozen encoder has no part in training: batch norm in inference mode, no gradient, no parameter visited.
  private let isFrozen: Bool

  /// The linear layer starts from 0, so that the first steps learn it and leave the encoder nearly as it was.
  init(_ encoder: ResNet, classes: Int, isFrozen: Bool) {
    (self.encoder, self.isFrozen) = (encoder, isFrozen)
    var unused = RandomStream(seed: 0, .initialization)
    head = Linear(encoder.features, classes, hasBias: true, using: &unused)
    head.weight.value = Tensor(zeros: [classes, encoder.features])
    numberParameters()
  }

  /// Pictures → logits [n, classes].
  mutating func forward(_ pictures: Activation, _ workspace: inout Workspace) -> Activation {
    head.forward(encoder.forward(pictures, isFrozen ? .inference : .training, &workspace), .training, &workspace)
  }

  func backward(_ dlogits: Activation, _ workspace: inout Workspace) {
    let dh = head.backward(dlogits, &workspace)
    if !isFrozen { encoder.backward(dh, &workspace) }
  }

  mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    if !isFrozen { encoder.visitParameters("encoder", body) }
    head.visitParameters("classifier", body)
  }

  mutating func visitBuffers(_ prefix: String, _ body: (String, inout Tensor) -> Void) {
    if !isFrozen { encoder.visitBuffers("encoder", body) }
  }

  /// The linear layer by itself.
  var linear: LinearClassifier { LinearClassifier(weight: head.weight.value, bias: head.bias!.value.scalars) }
}
