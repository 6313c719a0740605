/// The protocols on frozen features, timed.
import Basics
import Tensors

public struct ProbeMeasurement: Sendable {
  /// Logistic regression with λ given, and with λ chosen.
  public let linearSeconds: Double
  public let choosingSeconds: Double
  /// 10,000 queries by kNN.
  public let neighboursSeconds: Double
}

/// Measures each once, on noisy features of ten classes.
public func measureProbes(pictures: Int, features: Int, threads: Int) throws -> ProbeMeasurement {
  let workers = try WorkerPool(starting: threads)
  let (train, test) = (noisyClasses(pictures, features, seed: 1), noisyClasses(10_000, features, seed: 2))
  var clock = Stopwatch()
  var probe = LinearProbe()
  probe.weightDecay = 1e-4
  _ = try probe.fit(train, workers: workers) { _ in true }
  let linear = clock.lap()
  _ = try LinearProbe().fit(train, workers: workers) { _ in true }
  let choosing = clock.lap()
  _ = try NearestNeighbours(k: 200).classify(bank: train, queries: test, workers: workers)
  return ProbeMeasurement(linearSeconds: linear, choosingSeconds: choosing, neighboursSeconds: clock.lap())
}

/// Ten classes that overlap, on features that go together as an encoder's do.
private func noisyClasses(_ rows: Int, _ columns: Int, seed: UInt64) -> LabelledFeatures {
  var (centre, random) = (RandomStream(seed: 0, .test), RandomStream(seed: seed, .test))
  let centres = (0..<10 * columns).map { _ in centre.unit() }
  let labels = (0..<rows).map { $0 % 10 }
  var scalars: [Float] = []
  scalars.reserveCapacity(rows * columns)
  for label in labels {
    let shared = random.uniform(-2, 2)
    for k in 0..<columns { scalars.append(centres[label * columns + k] + shared + random.uniform(-2, 2)) }
  }
  return LabelledFeatures(Tensor([rows, columns], scalars), labels: labels, classes: 10)
}
