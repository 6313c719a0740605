/// Tensors that hold NaN or infinity: found before a checkpoint is written and before weights are used.
import Basics
import CKernels
import Tensors

extension Tensor {
  /// Returns false when an element is NaN or infinite.
  public var isFinite: Bool {
    scalars.withUnsafeBufferPointer { ck_is_finite($0.baseAddress, Int64($0.count)) != 0 }
  }
}

public enum NonFinite {
  /// Names of the tensors that hold NaN or infinity, in order.
  public static func names(_ tensors: [(name: String, tensor: Tensor)]) -> [String] {
    tensors.filter { !$0.tensor.isFinite }.map(\.name)
  }

  /// - Parameter isAllowed: `--allow-non-finite`.
  /// - Throws: `Trouble` that names the tensors.
  public static func check(
    _ tensors: [(name: String, tensor: Tensor)], at path: String, isAllowed: Bool
  ) throws {
    let names = isAllowed ? [] : names(tensors)
    guard !names.isEmpty else { return }
    throw Trouble(
      "\(list(names)) \(names.count == 1 ? "holds" : "hold") NaN or infinity", at: path, remedy: remedy)
  }

  static let remedy = "use finite weights, or --allow-non-finite to use these"

  /// "a, b, c and 59 more tensors"
  static func list(_ names: [String]) -> String {
    let shown = names.prefix(3).joined(separator: ", ")
    let rest = names.count - 3
    return rest > 0 ? "\(shown) and \(rest) more tensor\(rest == 1 ? "" : "s")" : shown
  }
}
