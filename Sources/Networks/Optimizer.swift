/// SGD with momentum, LARS, and Adam: values that keep their state beside the model, not in it.
import Foundation
import Tensors

public struct Optimizer: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable { case lars, sgd, adam, adamw }

  /// What the live knobs may turn.
  public struct Settings: Sendable, Equatable {
    public var learningRate: Double
    /// Of SGD and LARS; β₁ of Adam.
    public var momentum: Double
    /// On weights only: biases and batch norm are left out.
    public var weightDecay: Double

    public init(learningRate: Double, momentum: Double, weightDecay: Double) {
      (self.learningRate, self.momentum, self.weightDecay) = (learningRate, momentum, weightDecay)
    }
  }

  public let kind: Kind
  /// Of SGD.
  public let nesterov: Bool
  /// Steps taken.
  public private(set) var steps = 0
  /// A parameter's momentum buffer (SGD, LARS) or first moment (Adam), and second moment (Adam), by slot.
  private var first: [[Float]] = []
  private var second: [[Float]] = []
  private var names: [String] = []

  public init(_ kind: Kind, nesterov: Bool = false) { (self.kind, self.nesterov) = (kind, nesterov) }

  /// Moves every parameter of the model against the gradient that backward left in the workspace.
  public mutating func step(_ model: inout some Layer, _ settings: Settings, _ workspace: borrowing Workspace) {
    prepare(for: &model)
    steps += 1
    model.visitParameters("") { _, parameter in
      let gradient = workspace.gradient(slot: parameter.slot)
      precondition(gradient.count == parameter.value.count, "no gradient for the parameter in slot \(parameter.slot)")
      update(&parameter, gradient, settings)
    }
  }

  private mutating func prepare(for model: inout some Layer) {
    guard first.isEmpty else { return }
    model.visitParameters("") { name, parameter in
      names.append(name)
      first.append([Float](repeating: 0, count: parameter.value.count))
      second.append([Float](repeating: 0, count: usesSecond ? parameter.value.count : 0))
    }
  }

  private var usesSecond: Bool { kind == .adam || kind == .adamw }

  private mutating func update(_ parameter: inout Parameter, _ gradient: Gradient, _ settings: Settings) {
    let slot = parameter.slot
    let decay = parameter.isWeight ? Float(settings.weightDecay) : 0
    switch kind {
    case .sgd: sgd(&parameter.value.scalars, gradient, &first[slot], decay, settings, nesterov: nesterov)
    case .lars:
      lars(&parameter.value.scalars, gradient, &first[slot], decay, settings, adapts: parameter.isWeight)
    case .adam, .adamw:
      adam(
        &parameter.value.scalars, gradient, &first[slot], &second[slot], decay, settings, steps: steps,
        decoupled: kind == .adamw)
    }
  }

  /// Its state under the parameters' names: `momentum.NAME`, or `mean.NAME` and `square.NAME` for Adam.
  public var state: [(name: String, tensor: Tensor)] {
    let word = usesSecond ? "mean" : "momentum"
    return names.indices.flatMap { slot in
      [("\(word).\(names[slot])", Tensor([first[slot].count], first[slot]))]
        + (usesSecond ? [("square.\(names[slot])", Tensor([second[slot].count], second[slot]))] : [])
    }
  }

  /// Takes up a state that `state` gave.
  /// - Parameter tensor: the tensor of a name; throws when it is missing or of another size.
  public mutating func restore(
    steps: Int, model: inout some Layer, _ tensor: (_ name: String, _ count: Int) throws -> Tensor
  ) throws {
    self.steps = steps
    guard steps > 0 else { return }
    prepare(for: &model)
    for slot in names.indices {
      first[slot] = try tensor((usesSecond ? "mean." : "momentum.") + names[slot], first[slot].count).scalars
      if usesSecond { second[slot] = try tensor("square." + names[slot], second[slot].count).scalars }
    }
  }
}

private typealias Gradient = UnsafeMutableBufferPointer<Float>

/// PyTorch's form: the rate is applied after the momentum, so that a new rate acts on the whole buffer at once.
private func sgd(
  _ weights: inout [Float], _ gradient: Gradient, _ velocity: inout [Float], _ decay: Float,
  _ settings: Optimizer.Settings, nesterov: Bool
) {
  let (rate, momentum) = (Float(settings.learningRate), Float(settings.momentum))
  for i in weights.indices {
    let g = gradient[i] + decay * weights[i]
    velocity[i] = momentum * velocity[i] + g
    weights[i] -= rate * (nesterov ? g + momentum * velocity[i] : velocity[i])
  }
}

/// LARS (You et al. 2017) as the reference code has it: g ← g + λw, trust 0.001·‖w‖/‖g‖, the rate inside the momentum
/// buffer; biases and batch norm take the raw rate.
private func lars(
  _ weights: inout [Float], _ gradient: Gradient, _ velocity: inout [Float], _ decay: Float,
  _ settings: Optimizer.Settings, adapts: Bool
) {
  var (weightSquares, gradientSquares) = (0.0, 0.0)
  for i in weights.indices {
    let g = gradient[i] + decay * weights[i]
    weightSquares += Double(weights[i]) * Double(weights[i])
    gradientSquares += Double(g) * Double(g)
  }
  let canAdapt = adapts && weightSquares > 0 && gradientSquares > 0
  let trust = canAdapt ? 0.001 * (weightSquares / gradientSquares).squareRoot() : 1
  let (rate, momentum) = (Float(settings.learningRate * trust), Float(settings.momentum))
  for i in weights.indices {
    velocity[i] = momentum * velocity[i] + rate * (gradient[i] + decay * weights[i])
    weights[i] -= velocity[i]
  }
}

/// Adam (Kingma and Ba 2015) with β₂ 0.999 and ε 1e-8. AdamW takes the decay off the weights, not into the gradient.
private func adam(
  _ weights: inout [Float], _ gradient: Gradient, _ mean: inout [Float], _ square: inout [Float], _ decay: Float,
  _ settings: Optimizer.Settings, steps: Int, decoupled: Bool
) {
  let (beta1, beta2) = (Float(settings.momentum), Float(0.999))
  let rate = settings.learningRate / (1 - pow(settings.momentum, Double(steps)))
  let correction = Float(1 / (1 - pow(0.999, Double(steps))).squareRoot())
  let shrink = decoupled ? 1 - Float(settings.learningRate) * decay : 1
  let coupled = decoupled ? 0 : decay
  for i in weights.indices {
    let g = gradient[i] + coupled * weights[i]
    mean[i] = beta1 * mean[i] + (1 - beta1) * g
    square[i] = beta2 * square[i] + (1 - beta2) * g * g
    weights[i] = shrink * weights[i] - Float(rate) * mean[i] / (square[i].squareRoot() * correction + 1e-8)
  }
}
