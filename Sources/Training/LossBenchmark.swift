/// The loss alone, timed.
import Basics
import Foundation
import Telemetry
import Tensors

public struct LossMeasurement: Sendable {
  /// Of a loss with its gradient: median.
  public let milliseconds: Double
  /// Memory beyond z and its gradient.
  public let bytes: Int
}

/// Measures loss and gradient of random z for about this long; the first time is not counted.
/// - Parameters:
///   - images: N, so 2N views.
///   - dimension: d of z.
public func measureLoss(_ objective: Objective, images: Int, dimension: Int, seconds: Double, threads: Int)
  throws -> LossMeasurement
{
  let workers = try WorkerPool(starting: threads)
  var random = RandomStream(seed: 1, .test)
  let z = Tensor([2 * images, dimension], (0..<2 * images * dimension).map { _ in random.uniform(-1, 1) })
  let plan = Workspace.plan(workers: workers) { workspace in
    _ = contrastiveLoss(workspace.load(z), objective, temperature: 0.5, &workspace)
  }
  var workspace = try Workspace(plan, workers: workers)
  var milliseconds: [Double] = []
  let start = ContinuousClock.now
  repeat {
    workspace.restart()
    let activation = workspace.load(z)
    var clock = Stopwatch()
    _ = contrastiveLoss(activation, objective, temperature: 0.5, &workspace)
    milliseconds.append(clock.lap() * 1000)
  } while milliseconds.count < 4 || start.duration(to: .now) < .seconds(seconds)
  let counted = milliseconds.dropFirst().sorted()
  let ofVectors = 2 * images * ((dimension + 15) / 16 * 16) * MemoryLayout<Float>.stride
  return LossMeasurement(milliseconds: counted[counted.count / 2], bytes: plan.bytes - 2 * ofVectors)
}
