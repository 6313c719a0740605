// Runs whose loss, gradient or weights become NaN or infinite.
import Basics
import Foundation
import Networks
import Telemetry
import Tensors
import Testing

@testable import Training

/// A run that diverges within a few steps, a checkpoint every four.
private func diverging(
  _ scratch: Scratch, _ change: (inout Configuration) -> Void = { _ in }
) throws -> Configuration {
  let data = scratch.path + "/data"
  if !Files.exists(data) { try writePictures(data) }
  return small(data, run: scratch.path + "/run") {
    $0.width = 0.25
    $0.threads = 1
    $0.optimizer = .sgd
    $0.objective.similarity = .dot
    $0.knobs.temperature = 0.01
    $0.knobs.learningRate = 100
    $0.given.insert("learning_rate")
    $0.epochs = 6
    change(&$0)
  }
}

/// Steps of the lines whose loss or gradient norm is written as a string: NaN and infinity.
private func nonFiniteSteps(_ run: String) -> [Int] {
  objects(run + "/metrics.jsonl").filter { $0["loss"] is String || $0["gradient_norm"] is String }.compactMap {
    $0["step"] as? Int
  }
}

/// Whether a file holds a non-finite number, by the numbers themselves.
private func isFinite(_ run: String, step: Int) throws -> Bool {
  try TensorFile(reading: RunFolder.checkpointPath(run, step: step)).tensors.allSatisfy {
    $0.tensor.scalars.allSatisfy(\.isFinite)
  }
}

private func events(_ run: String, _ kind: String) -> [[String: Any]] {
  objects(run + "/events.jsonl").filter { $0["kind"] as? String == kind }
}

@Test func aDivergedRunStopsAndNamesTheLastFiniteCheckpoint() throws {
  let scratch = try Scratch()
  let configuration = try diverging(scratch)
  let run = configuration.run!
  guard case .failed(let trouble) = try runToEnd(configuration) else {
    Issue.record("the run did not fail")
    return
  }
  let first = try #require(nonFiniteSteps(run).first)
  let finite = try #require(RunFolder.checkpointSteps(run).last)
  #expect(finite < first)
  #expect(try isFinite(run, step: finite))
  #expect(trouble.what.contains("diverged at step \(first)"))
  #expect(trouble.remedy.contains("simscope resume \(run) --rewind \(finite) --learning-rate 10"))
  let event = try #require(events(run, "diverged").first)
  #expect(event["step"] as? Int == first && event["finite_step"] as? Int == finite)
  #expect((event["non_finite"] as? String)?.contains("gradient") == true)
  #expect(events(run, "diverged").count == 1 && events(run, "finished").isEmpty)
  // No step was made after it.
  #expect(nonFiniteSteps(run).count == 1)
}

@Test func theLastFiniteCheckpointIsNeverPrunedEvenOverResumes() throws {
  let scratch = try Scratch()
  var configuration = try diverging(scratch) {
    $0.onDivergence = .continue
    $0.keepCheckpoints = 2
    $0.epochs = 8
    $0.stopAfter = 20
  }
  let run = configuration.run!
  guard case .finished = try runToEnd(configuration) else {
    Issue.record("the run did not continue")
    return
  }
  let first = try #require(nonFiniteSteps(run).first)
  let finite = try #require(RunFolder.checkpointSteps(run).last { $0 < first })
  #expect(RunFolder.checkpointSteps(run) == [finite, 16, 20])
  #expect(try isFinite(run, step: finite) && !isFinite(run, step: 16))
  // What is not finite is marked.
  let marked = try TensorFile(reading: RunFolder.checkpointPath(run, step: 20)).metadata["non_finite"]
  #expect(marked?.contains("encoder.conv1.weight") == true)
  #expect(try TensorFile(reading: RunFolder.checkpointPath(run, step: finite)).metadata["non_finite"] == nil)
  // One event, however many steps.
  #expect(events(run, "diverged").count == 1)

  configuration = try RunFolder.configuration(of: run)
  (configuration.stopAfter, configuration.allowsNonFinite) = (28, true)
  try runToEnd(configuration, resuming: run)
  #expect(RunFolder.checkpointSteps(run) == [finite, 24, 28])
  // Without the flag the run resumes from the finite one, and says which tensors kept it from the newer ones.
  let (point, refused) = try Checkpoint.newest(of: run, try RunFolder.configuration(of: run))
  #expect(point.step == finite && refused.count == 2)
  #expect(refused[0].what.contains("encoder.conv1.weight"))
}

@Test func withoutAFiniteCheckpointTheTensorsAreNamed() throws {
  let scratch = try Scratch()
  let configuration = try diverging(scratch) { $0.onDivergence = .continue }
  let run = configuration.run!
  try runToEnd(configuration)
  for step in RunFolder.checkpointSteps(run) where try isFinite(run, step: step) {
    Files.remove(RunFolder.checkpointPath(run, step: step))
  }
  #expect {
    _ = try Checkpoint.newest(of: run, configuration)
  } throws: {
    "\($0)".contains("encoder.conv1.weight") && "\($0)".contains("--allow-non-finite")
  }
  var allowing = configuration
  allowing.allowsNonFinite = true
  #expect(try Checkpoint.newest(of: run, allowing).0.step == RunFolder.checkpointSteps(run).last)
}

@Test func aPausedRunThatDivergedRewindsToTheLastFiniteCheckpoint() throws {
  let scratch = try Scratch()
  let configuration = try diverging(scratch) { $0.onDivergence = .pause }
  let run = configuration.run!
  let link = Link()
  link.send(.turn("momentum", to: 0.5))
  let done = DispatchSemaphore(value: 0)
  Thread {
    _ = try? runToEnd(configuration, link: link)
    done.signal()
  }.start()
  defer {
    link.send(.stop)
    done.wait()
  }
  let paused = try link.wait(for: "the pause") { $0.state == .paused }
  let divergence = try #require(
    (0..<paused.events.count).compactMap { index -> Divergence? in
      if case .diverged(let divergence) = paused.events[index].kind { divergence } else { nil }
    }.first)
  #expect(divergence.lastChange == .init(knob: "momentum", from: 0.9, to: 0.5, step: 0))
  let finite = try #require(divergence.finiteStep)
  // Nothing was saved of the non-finite steps.
  #expect(RunFolder.checkpointSteps(run).last == finite)
  link.send(.rewind(toStep: finite))
  let back = try link.wait(for: "the new run") { $0.run.name == "run-2" && $0.state == .paused }
  #expect(back.step == finite)
  #expect(try isFinite(run + "-2", step: finite))
}

@Test func nonFiniteInitialWeightsAreRefusedByName() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let file = scratch.path + "/weights.safetensors"
  var configuration = small(scratch.path + "/data", run: scratch.path + "/run") { $0.stopAfter = 0 }
  var weights = TensorFile()
  for (name, tensor) in SimCLR(configuration).encoder.tensors(under: "") {
    var tensor = tensor
    if name == "layer1.0.conv1.weight" { tensor.scalars[tensor.count - 1] = -.infinity }
    weights.add(name, tensor)
  }
  try weights.write(to: file)
  configuration.initialWeights = file
  #expect {
    try runToEnd(configuration)
  } throws: {
    "\($0)".hasPrefix("layer1.0.conv1.weight holds NaN or infinity, \(file)")
  }
  #expect(!Files.exists(configuration.run! + "/config.json"))
  configuration.allowsNonFinite = true
  #expect(throws: Never.self) { try runToEnd(configuration) }
}

@Test(arguments: [Float.nan, .infinity, -.infinity, .signalingNaN])
func aNonFiniteNumberIsFoundAtAnyPlace(value: Float) {
  for count in [1, 3, 17, 4095, 4096, 4097, 9000] {
    var tensor = Tensor([count], [Float](repeating: -.greatestFiniteMagnitude, count: count))
    #expect(tensor.isFinite, "\(count) numbers")
    for place in Set([0, count / 2, count - 1, min(4095, count - 1)]) {
      let before = tensor.scalars[place]
      tensor.scalars[place] = value
      #expect(!tensor.isFinite, "\(count) numbers, at \(place)")
      tensor.scalars[place] = before
    }
  }
  #expect(Tensor([0], []).isFinite)
}

// MARK: - Neighbours of the same kind

@Test func stopAfterZeroTrainsNoStep() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let configuration = small(scratch.path + "/data", run: scratch.path + "/run") { $0.stopAfter = 0 }
  guard case .finished = try runToEnd(configuration) else {
    Issue.record("the run did not end")
    return
  }
  #expect(objects(configuration.run! + "/metrics.jsonl").allSatisfy { $0["loss"] == nil })
  #expect(RunFolder.checkpointSteps(configuration.run!) == [0])
  // It can be continued.
  var resumed = try RunFolder.configuration(of: configuration.run!)
  resumed.stopAfter = 2
  try runToEnd(resumed, resuming: configuration.run!)
  #expect(objects(configuration.run! + "/metrics.jsonl").filter { $0["loss"] != nil }.count == 2)
}

private func times(_ run: String) -> [Double] {
  objects(run + "/metrics.jsonl").map { ($0["time"] as? NSNumber)?.doubleValue ?? .nan }
}

@Test func timeNeverGoesBack() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let configuration = small(scratch.path + "/data", run: scratch.path + "/run") { $0.stopAfter = 6 }
  let run = configuration.run!
  try runToEnd(configuration)
  let before = times(run)
  #expect(before.count == 6 + 2 && before == before.sorted(), "\(before)")
  // Times that are broken do not count.
  var lines = RunFolder.lines(of: run + "/metrics.jsonl").map { String($0.text) }
  for (place, broken) in [(2, "\"NaN\""), (3, "-7"), (5, "1e300")] {
    lines[place] = lines[place].replacingOccurrences(
      of: #""time": [-0-9.e]+"#, with: "\"time\": \(broken)", options: .regularExpression)
  }
  try Files.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: run + "/metrics.jsonl")
  var resumed = try RunFolder.configuration(of: run)
  resumed.stopAfter = 9
  try runToEnd(resumed, resuming: run)
  let new = Array(times(run).dropFirst(before.count))
  #expect(new.count >= 3 && new == new.sorted() && new[0] >= before.max()! && new[0] < before.max()! + 600, "\(new)")
}

/// Rounding takes some products of unit vectors beyond 1.
@Test func cosinesStayWithinOne() {
  let workers = WorkerPool(threads: 1)
  var random = RandomStream(seed: 3, .test)
  var (largest, smallest) = (Float(0), Float(0))
  for _ in 0..<200 {
    let row = (0..<31).map { _ in Float(random.below(1000)) / 333 - 1.5 }
    let map = SimilarityMap(
      averaging: Tensor([4, 31], row + row + row.map { -$0 } + row), labels: nil, step: 1, workers: workers)
    largest = max(largest, map.values.max()!)
    smallest = min(smallest, map.values.min()!)
  }
  #expect(largest == 1 && smallest == -1, "\(smallest)…\(largest)")
  #expect(1.0.nextUp.clampedCosine == 1 && (-1.5).clampedCosine == -1 && 0.3.clampedCosine == 0.3)
  #expect(Double.nan.clampedCosine.isNaN)
}
