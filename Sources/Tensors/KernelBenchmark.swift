/// The speed of the hot loops on one thread, beside the most that the processor's arithmetic units give.
import Basics
import CKernels

/// Billions of floating-point operations a second in registers alone; bfloat16 is nil where there is no instruction.
public func measurePeak(seconds: Double) -> (float32: Double, bfloat16: Double?) {
  let rounds: Int64 = 1_000_000
  func measure(_ run: (Int64) -> Double) -> Double {
    var operations = 0.0
    return 1e-9 / medianTime(seconds: seconds) { operations = run(rounds) } * operations
  }
  return (measure(ck_peak_float32), ck_peak_bfloat16(1) > 0 ? measure(ck_peak_bfloat16) : nil)
}

/// Billions of floating-point operations a second of OpenBLAS in a square product.
public func measureProduct(size: Int, seconds: Double) -> Double {
  let operand = Tensor([size, size], (0..<size * size).map { Float($0 % 17) / 16 - 0.5 })
  let workers = WorkerPool(threads: 1)
  let time = medianTime(seconds: seconds) { _ = productWithTranspose(operand, operand, workers: workers) }
  return 2e-9 * Double(size * size * size) / time
}

/// A convolution of the residual networks on square maps, padded by half its kernel.
public struct ConvolutionCase: Sendable {
  public let inChannels: Int
  public let outChannels: Int
  /// Side of the input map.
  public let size: Int
  public let kernel: Int
  public let stride: Int

  init(_ inChannels: Int, _ outChannels: Int, at size: Int, kernel: Int = 3, stride: Int = 1) {
    (self.inChannels, self.outChannels, self.size) = (inChannels, outChannels, size)
    (self.kernel, self.stride) = (kernel, stride)
  }

  /// The stems have three channels in, and no gradient of the pictures.
  public var isStem: Bool { inChannels == 3 }
  var outSize: Int { (size - 1) / stride + 1 }
  /// Floating-point operations of one pass over an image as textbooks count them: every tap of every output, those on
  /// the padding too.
  var operations: Double {
    2 * Double(outSize * outSize) * Double(inChannels * outChannels) * Double(kernel * kernel)
  }

  /// The stride-1 bodies of resnet20 and its wider kin and of resnet18, their steps down, the shortcuts there and the
  /// narrow layers of bottlenecks, and the stems.
  public static let all = [
    ConvolutionCase(16, 16, at: 32), ConvolutionCase(32, 32, at: 16), ConvolutionCase(64, 64, at: 8),
    ConvolutionCase(64, 64, at: 32), ConvolutionCase(128, 128, at: 16), ConvolutionCase(256, 256, at: 8),
    ConvolutionCase(512, 512, at: 4),
    ConvolutionCase(16, 32, at: 32, stride: 2), ConvolutionCase(32, 64, at: 16, stride: 2),
    ConvolutionCase(64, 128, at: 32, stride: 2), ConvolutionCase(256, 512, at: 8, stride: 2),
    ConvolutionCase(16, 32, at: 32, kernel: 1, stride: 2), ConvolutionCase(64, 128, at: 32, kernel: 1, stride: 2),
    ConvolutionCase(256, 64, at: 32, kernel: 1), ConvolutionCase(64, 256, at: 32, kernel: 1),
    ConvolutionCase(3, 16, at: 32), ConvolutionCase(3, 64, at: 32),
    ConvolutionCase(3, 64, at: 96, kernel: 7, stride: 2),
  ]
}

/// Billions of textbook operations a second.
public struct ConvolutionMeasurement: Sendable {
  public let forward: Double
  /// nil for a stem.
  public let inputGradient: Double?
  public let weightGradient: Double
}

/// Forward and backward over `images` views on one thread, between maps of this type. The gradient of x is what backward
/// takes beyond the gradient of the weight alone.
/// - Throws: `Trouble` when there is not the memory.
public func measureConvolution(
  _ shape: ConvolutionCase, _ element: Activation.Element, images: Int, seconds: Double
) throws -> ConvolutionMeasurement {
  let bench = ConvolutionBench(shape, images: images)
  let workers = WorkerPool(threads: 1)
  let plan = Workspace.plan(workers: workers, element: element) { _ = bench.round(&$0) }
  var workspace = try Workspace(plan, workers: workers)
  let rounds = max(3, Int(seconds / bench.round(&workspace).total))
  let times = (0..<rounds).map { _ in bench.round(&workspace) }
  func speed(_ part: (ConvolutionBench.Round) -> Double) -> Double {
    1e-9 * shape.operations * Double(images) / times.map(part).sorted()[rounds / 2]
  }
  return ConvolutionMeasurement(
    forward: speed { $0.forward }, inputGradient: shape.isStem ? nil : speed { $0.backward - $0.weightGradient },
    weightGradient: speed { $0.weightGradient })
}

private struct ConvolutionBench {
  /// Seconds.
  struct Round {
    var forward = 0.0
    /// Of the weight and, but for a stem, of x.
    var backward = 0.0
    /// Of the weight alone.
    var weightGradient = 0.0
    var total: Double { forward + backward + weightGradient }
  }

  private let shape: ConvolutionCase
  private let images: Int
  private let weight: Tensor

  init(_ shape: ConvolutionCase, images: Int) {
    (self.shape, self.images) = (shape, images)
    weight = Tensor(
      [shape.outChannels, shape.inChannels, shape.kernel, shape.kernel],
      (0..<shape.outChannels * shape.inChannels * shape.kernel * shape.kernel).map { Float($0 % 17) / 64 - 0.125 })
  }

  func round(_ workspace: inout Workspace) -> Round {
    workspace.restart()
    var round = Round()
    round.forward = forward(&workspace)
    round.weightGradient = backward(slot: 0, needsInput: false, &workspace)
    guard !shape.isStem else { return round }
    _ = forward(&workspace)
    round.backward = backward(slot: 1, needsInput: true, &workspace)
    return round
  }

  private func forward(_ workspace: inout Workspace) -> Double {
    let x = workspace.filled(
      shape.isStem ? .pixels : .blocked, shape.isStem ? .float32 : workspace.element, images: images,
      channels: shape.inChannels, size: shape.size)
    return time {
      let y = convolution(
        Features(x), weight: weight, stride: shape.stride, padding: shape.kernel / 2, .training, &workspace)
      workspace.release(y.map)
    }
  }

  /// Takes back what the last forward kept.
  private func backward(slot: Int, needsInput: Bool, _ workspace: inout Workspace) -> Double {
    let dy = workspace.filled(
      .blocked, workspace.element, images: images, channels: shape.outChannels, size: shape.outSize)
    return time {
      let dx = convolutionBackward(
        dy, weight: weight, slot: slot, stride: shape.stride, padding: shape.kernel / 2,
        needsInput ? .whole(adding: nil) : .none, &workspace)
      if let dx { workspace.release(dx.map) }
    }
  }

  private func time(_ body: () -> Void) -> Double {
    let start = ContinuousClock.now
    body()
    return start.duration(to: .now) / .seconds(1)
  }
}

extension Workspace {
  /// A square map of numbers between −½ and ½.
  fileprivate mutating func filled(
    _ format: Activation.Format, _ element: Activation.Element, images: Int, channels: Int, size: Int
  ) -> Activation {
    let map = allocate(format, element, images: images, channels: channels, height: size, width: size)
    guard !isPlanning else { return map }
    let place = address(map)
    for i in 0..<map.count {
      let number = Float(i % 31) / 30 - 0.5
      switch element {
      case .float32: place.storeBytes(of: number, toByteOffset: 4 * i, as: Float.self)
      case .bfloat16:
        place.storeBytes(of: UInt16(number.bitPattern >> 16), toByteOffset: 2 * i, as: UInt16.self)
      }
    }
    return map
  }
}
