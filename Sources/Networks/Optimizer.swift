/// SGD with momentum, LARS, and Adam: values that keep their state beside the model, not in it.
import Basics
import CKernels
import Foundation
import Tensors

public struct Optimizer: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    case lars, sgd, adam, adamw

    /// Numbers kept for each number of the model: momentum, or both moments of Adam.
    public var numbersPerParameter: Int { usesSecond ? 2 : 1 }
    fileprivate var usesSecond: Bool { self == .adam || self == .adamw }
  }

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
  /// - Returns: the L2 norm of the gradient of all parameters.
  @discardableResult
  public mutating func step(_ model: inout some Parameterized, _ settings: Settings, _ workspace: borrowing Workspace)
    -> Double
  {
    prepare(for: &model)
    steps += 1
    var squares = 0.0
    model.visitParameters("") { _, parameter in
      let gradient = workspace.gradient(slot: parameter.slot)
      precondition(gradient.count == parameter.value.count, "no gradient for the parameter in slot \(parameter.slot)")
      let decay = parameter.isWeight ? Float(settings.weightDecay) : 0
      let (slot, adapts) = (parameter.slot, parameter.isWeight)
      parameter.value.scalars.withUnsafeMutableBufferPointer { weights in
        let weights = Numbers(weights: weights.baseAddress!, gradient: gradient.baseAddress!, count: weights.count)
        squares += weights.sum(workspace.workers) { ck_sum_of_squares($0.gradient, $0.count) }
        move(weights, slot, decay, adapts: adapts, settings, workspace.workers)
      }
    }
    return squares.squareRoot()
  }

  private mutating func prepare(for model: inout some Parameterized) {
    guard first.isEmpty else { return }
    model.visitParameters("") { name, parameter in
      names.append(name)
      first.append([Float](repeating: 0, count: parameter.value.count))
      second.append([Float](repeating: 0, count: usesSecond ? parameter.value.count : 0))
    }
  }

  private var usesSecond: Bool { kind.usesSecond }

  private mutating func move(
    _ numbers: Numbers, _ slot: Int, _ decay: Float, adapts: Bool, _ settings: Settings, _ workers: WorkerPool
  ) {
    switch kind {
    case .sgd: sgd(numbers, &first[slot], decay, settings, nesterov: nesterov, workers)
    case .lars: lars(numbers, &first[slot], decay, settings, adapts: adapts, workers)
    case .adam, .adamw:
      adam(
        numbers, &first[slot], &second[slot], decay, settings, steps: steps, decoupled: kind == .adamw, workers)
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
    steps: Int, model: inout some Parameterized, _ tensor: (_ name: String, _ count: Int) throws -> Tensor
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

/// A parameter's weights and their gradient.
private struct Numbers {
  let weights: UnsafeMutablePointer<Float>
  let gradient: UnsafeMutablePointer<Float>
  let count: Int

  /// Parts so large that handing one out costs little, and so few that their sums stand on the stack; both depend on
  /// the count alone, so that sums come out the same on any number of threads.
  private var parts: Int { min(32, (count + 16383) / 16384) }

  struct Part {
    let weights: UnsafeMutablePointer<Float>
    let gradient: UnsafeMutablePointer<Float>
    let count: Int64
    /// Numbers before it.
    let start: Int
  }

  private func part(_ index: Int) -> Part {
    // A multiple of 16, so that only the last part has less than whole vectors.
    let size = (count + 16 * parts - 1) / (16 * parts) * 16
    let start = min(index * size, count)
    return Part(
      weights: weights + start, gradient: gradient + start, count: Int64(min(size, count - start)), start: start)
  }

  func forEachPart(_ workers: WorkerPool, _ body: (Part) -> Void) {
    workers.run(parts) { index, _ in body(part(index)) }
  }

  func sum(_ workers: WorkerPool, _ body: (Part) -> Double) -> Double {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: parts) { sums in
      workers.run(parts) { index, _ in sums[index] = body(part(index)) }
      return sums.reduce(0, +)
    }
  }
}

/// PyTorch's form: the rate is applied after the momentum, so that a new rate acts on the whole buffer at once.
private func sgd(
  _ numbers: Numbers, _ velocity: UnsafeMutablePointer<Float>, _ decay: Float, _ settings: Optimizer.Settings,
  nesterov: Bool, _ workers: WorkerPool
) {
  let (rate, momentum) = (Float(settings.learningRate), Float(settings.momentum))
  numbers.forEachPart(workers) { part in
    ck_momentum_step(
      part.weights, part.gradient, velocity + part.start, rate, momentum, decay, 1, nesterov ? 1 : 0, part.count)
  }
}

/// LARS (You et al. 2017) as the reference code has it: g ← g + λw, trust 0.001·‖w‖/‖g‖, the rate inside the momentum
/// buffer; biases and batch norm take the raw rate.
private func lars(
  _ numbers: Numbers, _ velocity: UnsafeMutablePointer<Float>, _ decay: Float, _ settings: Optimizer.Settings,
  adapts: Bool, _ workers: WorkerPool
) {
  var trust = 1.0
  if adapts {
    let weightSquares = numbers.sum(workers) { ck_sum_of_squares($0.weights, $0.count) }
    let gradientSquares = numbers.sum(workers) {
      ck_sum_of_decayed_squares($0.weights, $0.gradient, decay, $0.count)
    }
    if weightSquares > 0 && gradientSquares > 0 { trust = 0.001 * (weightSquares / gradientSquares).squareRoot() }
  }
  let (rate, momentum) = (Float(settings.learningRate * trust), Float(settings.momentum))
  numbers.forEachPart(workers) { part in
    ck_momentum_step(part.weights, part.gradient, velocity + part.start, 1, momentum, decay, rate, 0, part.count)
  }
}

/// Adam (Kingma and Ba 2015) with β₂ 0.999 and ε 1e-8. AdamW takes the decay off the weights, not into the gradient.
private func adam(
  _ numbers: Numbers, _ mean: UnsafeMutablePointer<Float>, _ square: UnsafeMutablePointer<Float>, _ decay: Float,
  _ settings: Optimizer.Settings, steps: Int, decoupled: Bool, _ workers: WorkerPool
) {
  var adam = ck_adam()
  (adam.beta1, adam.beta2) = (Float(settings.momentum), 0.999)
  adam.rate = Float(settings.learningRate / (1 - pow(settings.momentum, Double(steps))))
  adam.correction = Float(1 / (1 - pow(0.999, Double(steps))).squareRoot())
  adam.shrink = decoupled ? 1 - Float(settings.learningRate) * decay : 1
  adam.decay = decoupled ? 0 : decay
  withUnsafePointer(to: adam) { adam in
    numbers.forEachPart(workers) { part in
      ck_adam_step(part.weights, part.gradient, mean + part.start, square + part.start, adam, part.count)
    }
  }
}
