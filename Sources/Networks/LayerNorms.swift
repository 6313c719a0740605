/// How a step moved each layer: lengths of weights, gradients and moves.
import CKernels
import Tensors

public struct LayerNorms: Sendable {
  /// Of the weight, without ".weight".
  public let name: String
  /// ‖w‖ before and after the step, ‖g‖, ‖g + λw‖ with w before it, ‖Δw‖.
  public let before: Double
  public let weight: Double
  public let gradient: Double
  public let decayedGradient: Double
  public let move: Double
  /// Channels, and those whose batch norm or bias behind the weight has a gradient of exactly 0; 0 of 0 without them.
  public fileprivate(set) var silent = (channels: 0, of: 0)
}

extension Parameterized {
  /// Of each layer after a step of the optimizer.
  /// - Parameters:
  ///   - before: the same model before the step.
  ///   - workspace: with the gradients of the step.
  public func layerNorms(since before: Self, weightDecay: Double, _ workspace: borrowing Workspace) -> [LayerNorms] {
    var (before, after) = (before, self)
    var old: [Tensor] = []
    before.visitParameters("") { _, parameter in old.append(parameter.value) }
    var found: [LayerNorms] = []
    var isSilent: [Bool] = []
    var place = 0
    after.visitParameters("") { name, parameter in
      let gradient = workspace.gradient(slot: parameter.slot)
      if parameter.isWeight {
        found.append(
          LayerNorms(
            String(name.dropLast(name.hasSuffix(".weight") ? 7 : 0)), old[place], parameter.value, gradient,
            Float(weightDecay)))
        isSilent = []
      } else if !found.isEmpty {
        if isSilent.isEmpty { isSilent = Array(repeating: true, count: gradient.count) }
        for channel in isSilent.indices where gradient[channel] != 0 { isSilent[channel] = false }
        found[found.count - 1].silent = (isSilent.count { $0 }, isSilent.count)
      }
      place += 1
    }
    return found
  }
}

extension LayerNorms {
  fileprivate init(
    _ name: String, _ before: Tensor, _ after: Tensor, _ gradient: UnsafeMutableBufferPointer<Float>, _ decay: Float
  ) {
    self.name = name
    let count = Int64(after.count)
    let slope = gradient.baseAddress!
    self.gradient = ck_sum_of_squares(slope, count).squareRoot()
    (self.before, decayedGradient) = before.scalars.withUnsafeBufferPointer {
      (
        ck_sum_of_squares($0.baseAddress!, count).squareRoot(),
        ck_sum_of_decayed_squares($0.baseAddress!, slope, decay, count).squareRoot()
      )
    }
    (weight, move) = before.scalars.withUnsafeBufferPointer { old in
      after.scalars.withUnsafeBufferPointer { new in
        (
          ck_sum_of_squares(new.baseAddress!, count).squareRoot(),
          ck_sum_of_decayed_squares(old.baseAddress!, new.baseAddress!, -1, count).squareRoot()
        )
      }
    }
  }
}
