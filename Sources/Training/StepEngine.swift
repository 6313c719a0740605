/// One training step: views in, parameters moved. Owns the workspace, planned for one batch size.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Tensors

struct StepEngine: ~Copyable {
  /// N it is planned for.
  private(set) var batchSize: Int
  private let imageSize: Int
  private let normalization: PixelNormalization
  private let workers: WorkerPool
  private var workspace: Workspace

  /// What a step found.
  struct Outcome {
    var loss: ContrastiveLoss
    var gradientNorm: Double
    var h: Tensor
    var z: Tensor
    var timing: StepTiming
  }

  /// Memory of a step at this batch size, in bytes: the workspace, and the square matrices of the loss.
  static func plan(_ model: SimCLR, batchSize: Int, imageSize: Int, workers: WorkerPool) -> (
    plan: Workspace.Plan, bytes: Int
  ) {
    let plan = Workspace.plan(workers: workers) { workspace in
      var copy = model
      let input = workspace.input(
        UnsafeBufferPointer(start: nil, count: 0), images: 2 * batchSize, size: imageSize, mean: [],
        standardDeviation: [])
      let z = copy.forward(input, .training, &workspace)
      let dz = workspace.load(Tensor(zeros: [2 * batchSize, z.channels]))
      _ = copy.backward(dz, &workspace)
    }
    return (plan, plan.bytes + 2 * 4 * (2 * batchSize) * (2 * batchSize))
  }

  init(
    _ plan: Workspace.Plan, batchSize: Int, imageSize: Int, normalization: PixelNormalization, workers: WorkerPool
  ) throws {
    (self.batchSize, self.imageSize) = (batchSize, imageSize)
    (self.normalization, self.workers) = (normalization, workers)
    workspace = try Workspace(plan, workers: workers)
  }

  /// Takes up the plan for another batch size.
  mutating func adopt(_ plan: Workspace.Plan, batchSize: Int) throws {
    self.batchSize = batchSize
    try workspace.adopt(plan)
  }

  /// Forward over both views of the batch at once, NT-Xent, backward, one move of the optimizer.
  mutating func step(
    _ model: inout SimCLR, _ optimizer: inout Optimizer, _ batch: ViewBatch, temperature: Double,
    _ settings: Optimizer.Settings
  ) -> Outcome {
    var clock = Stopwatch()
    var timing = StepTiming()
    workspace.restart()
    let views = batch.bytes.withUnsafeBufferPointer {
      workspace.input(
        $0, images: 2 * batchSize, size: imageSize, mean: normalization.mean,
        standardDeviation: normalization.standardDeviation)
    }
    let (h, z) = model.forwardBoth(views, .training, &workspace)  // [2N, D], [2N, d]
    let (hs, zs) = (workspace.read(h), workspace.read(z))
    timing.forward = clock.lap()
    let loss = ntXent(zs, temperature: temperature, workers: workers)
    timing.loss = clock.lap()
    _ = model.backward(workspace.load(loss.dz), &workspace)
    timing.backward = clock.lap()
    optimizer.step(&model, settings, workspace)
    let norm = gradientNorm(of: &model)
    timing.optimizer = clock.lap()
    return Outcome(loss: loss, gradientNorm: norm, h: hs, z: zs, timing: timing)
  }

  private func gradientNorm(of model: inout SimCLR) -> Double {
    var squares = 0.0
    model.visitParameters("") { _, parameter in
      // Four sums side by side, so that additions need not wait for each other.
      var sums = SIMD4<Double>()
      let gradient = workspace.gradient(slot: parameter.slot)
      for i in stride(from: 0, to: gradient.count - 3, by: 4) {
        let g = SIMD4<Double>(
          Double(gradient[i]), Double(gradient[i + 1]), Double(gradient[i + 2]), Double(gradient[i + 3]))
        sums += g * g
      }
      for i in gradient.count / 4 * 4..<gradient.count { sums[0] += Double(gradient[i]) * Double(gradient[i]) }
      squares += sums.sum()
    }
    return squares.squareRoot()
  }
}

/// Seconds between laps.
struct Stopwatch {
  private var last = ContinuousClock.now

  mutating func lap() -> Double {
    let now = ContinuousClock.now
    defer { last = now }
    return last.duration(to: now) / .seconds(1)
  }
}
