// A run that was stopped, torn or killed goes on as if nothing had been: bytes against the run that was left alone.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Tensors
import Testing

@testable import Training

/// Sixteen steps of a small encoder in four epochs, a checkpoint after each.
private func tiny(
  _ scratch: Scratch, _ run: String, _ change: (inout Configuration) -> Void = { _ in }
) throws -> Configuration {
  let data = scratch.path + "/data"
  if !FileManager.default.fileExists(atPath: data) { try writePictures(data) }
  return small(data, run: scratch.path + "/" + run) {
    $0.width = 0.25
    $0.threads = 1
    change(&$0)
  }
}

/// Goes on with a run as `simscope resume` does.
private func resume(_ run: String, threads: Int, stopAfter: Int? = nil, link: Link = Link()) throws {
  var configuration = try RunFolder.configuration(of: run)
  configuration.stopAfter = stopAfter
  configuration.threads = threads
  try runToEnd(configuration, resuming: run, link: link)
}

/// - Parameter optimizer: `nesterov` is SGD's.
@Test(arguments: ["lars", "sgd", "nesterov", "adam", "adamw"])
func everyCheckpointLeadsToTheSameEnd(optimizer: String) throws {
  let scratch = try Scratch()
  let straight = try tiny(scratch, "straight") {
    $0.optimizer = Optimizer.Kind(rawValue: optimizer) ?? .sgd
    $0.nesterov = optimizer == "nesterov"
    $0.warmupEpochs = 1
  }
  try runToEnd(straight)
  let run = straight.run!
  #expect(RunFolder.checkpointSteps(run) == [0, 4, 8, 12, 16])
  for (index, step) in [0, 4, 8, 12].enumerated() {
    let again = scratch.path + "/from-\(step)"
    try FileManager.default.copyItem(atPath: run, toPath: again)
    for later in RunFolder.checkpointSteps(again) where later > step {
      unlink(RunFolder.checkpointPath(again, step: later))
    }
    try resume(again, threads: 1 + index % 3)
    #expect(bytes(again, step: 16) == bytes(run, step: 16), "from \(step)")
    #expect(timeless(again) == timeless(run), "from \(step)")
  }
  #expect(timeless(run).count == 16 + 5)
}

@Test(arguments: Activation.Element.allCases)
func aRunStoppedInsideAnEpochGoesOnThere(precision: Activation.Element) throws {
  let scratch = try Scratch()
  let straight = try tiny(scratch, "straight") { $0.precision = precision }
  try runToEnd(straight)
  let halves = try tiny(scratch, "halves") {
    $0.precision = precision
    $0.stopAfter = 6
  }
  try runToEnd(halves)
  #expect(RunFolder.checkpointSteps(halves.run!).last == 6)
  #expect(try RunFolder.configuration(of: halves.run!).precision == precision)
  try resume(halves.run!, threads: 2)
  #expect(bytes(straight.run!, step: 16) != nil)
  #expect(bytes(straight.run!, step: 16) == bytes(halves.run!, step: 16))
  #expect(timeless(straight.run!) == timeless(halves.run!))
}

/// Turns knobs after given steps, and ends the run after the last of them.
private func play(_ turns: [(after: Int, knobs: [(String, Double)])], end: Int, on link: Link) throws {
  func wait(_ step: Int) throws { try link.wait(for: "step \(step)") { $0.step == step && $0.state == .paused } }
  var step = 0
  func walk(to target: Int) throws {
    while step < target {
      link.send(.singleStep)
      step += 1
      try wait(step)
    }
  }
  for turn in turns {
    try walk(to: turn.after)
    for (key, value) in turn.knobs { link.send(.turn(key, to: value)) }
  }
  try walk(to: end)
}

@Test func turnedKnobsAreResumed() throws {
  let scratch = try Scratch()
  let turns: [(after: Int, knobs: [(String, Double)])] = [
    (2, [("temperature", 0.2), ("batch_size", 12)]),
    (5, [("learning_rate", 0.02), ("weight_decay", 0.001), ("momentum", 0.8), ("strength", 1.2)]),
    (6, [("batch_size", 5), ("crop_min", 0.5)]),
  ]
  var runs: [String] = []
  for name in ["straight", "halves"] {
    let configuration = try tiny(scratch, name) { $0.optimizer = .sgd }
    runs.append(configuration.run!)
    let link = Link()
    link.send(.pause)
    let done = DispatchSemaphore(value: 0)
    Thread {
      _ = try? runToEnd(configuration, link: link)
      done.signal()
    }.start()
    try play(turns, end: 8, on: link)
    link.send(name == "straight" ? .resume : .stop)
    done.wait()
  }
  try resume(runs[1], threads: 3)
  let last = try #require(RunFolder.checkpointSteps(runs[0]).last)
  #expect(last > 8)
  #expect(bytes(runs[0], step: last) == bytes(runs[1], step: last))
  #expect(timeless(runs[0]) == timeless(runs[1]))
  // Back to the checkpoint before the first turn, the turn is gone from the log as well.
  for step in RunFolder.checkpointSteps(runs[1]) where step > 2 {
    unlink(RunFolder.checkpointPath(runs[1], step: step))
  }
  try resume(runs[1], threads: 1, stopAfter: 3)
  #expect(!objects(runs[1] + "/events.jsonl").contains { $0["kind"] as? String == "knob" })
  #expect(objects(runs[1] + "/metrics.jsonl").last?["temperature"] as? Double == 0.5)
}

@Test func knobsTurnedBeforeTheFirstStepAreInItsCheckpoint() throws {
  let scratch = try Scratch()
  let configuration = try tiny(scratch, "run") { $0.stopAfter = 1 }
  let link = Link()
  link.send(.turn("temperature", to: 0.2))
  try runToEnd(configuration, link: link)
  #expect(
    try Checkpoint(reading: RunFolder.checkpointPath(configuration.run!, step: 0), configuration).knobs.temperature
      == 0.2)
}

@Test func aRunKilledBeforeItsFirstCheckpointBegins() throws {
  let scratch = try Scratch()
  let straight = try tiny(scratch, "straight")
  try runToEnd(straight)
  let killed = try tiny(scratch, "killed")
  _ = try RunFolder.create(killed.run!, configuration: killed)
  try resume(killed.run!, threads: 2)
  #expect(bytes(straight.run!, step: 16) == bytes(killed.run!, step: 16))
  // Steps without any checkpoint are another matter: they are not thrown away.
  for step in RunFolder.checkpointSteps(killed.run!) { unlink(RunFolder.checkpointPath(killed.run!, step: step)) }
  #expect { try resume(killed.run!, threads: 1) } throws: { "\($0)".hasPrefix("no checkpoint, ") }
  #expect(timeless(killed.run!).count == 21)
}

@Test func aTornCheckpointIsPassedOver() throws {
  let scratch = try Scratch()
  let configuration = try tiny(scratch, "run") { $0.epochs = 2 }
  let run = configuration.run!
  try runToEnd(configuration)
  let path = RunFolder.checkpointPath(run, step: 8)
  let whole = try #require(bytes(run, step: 8))
  for length in [0, 5, 8, 100] + stride(from: 1, to: whole.count, by: whole.count / 50) + [whole.count - 1] {
    try whole.prefix(length).write(to: URL(fileURLWithPath: path))
    let (checkpoint, refused) = try Checkpoint.newest(of: run, configuration)
    #expect(checkpoint.step == 4 && refused.count == 1, "cut at \(length)")
    #expect(refused.first?.what.hasPrefix("not a whole safetensors file") == true)
  }
  var changed = whole
  changed[whole.count - 100] ^= 1
  try changed.write(to: URL(fileURLWithPath: path))
  #expect(try Checkpoint.newest(of: run, configuration).0.step == 4)
  // The run goes on from the one before, says so, and writes the torn one anew.
  try resume(run, threads: 1)
  #expect(bytes(run, step: 8) == whole)
  #expect(objects(run + "/events.jsonl").contains { ($0["text"] as? String)?.contains("step-00000008") == true })
}

/// Checkpoints that could not be read stand after the run's step: they must not push out those that can.
@Test func tornCheckpointsDoNotCountAmongTheNewest() throws {
  let scratch = try Scratch()
  let configuration = try tiny(scratch, "run") {
    $0.epochs = 3
    $0.keepCheckpoints = 2
  }
  let run = configuration.run!
  try runToEnd(configuration)
  #expect(RunFolder.checkpointSteps(run) == [8, 12])
  try Data().write(to: URL(fileURLWithPath: RunFolder.checkpointPath(run, step: 12)))
  try resume(run, threads: 1, stopAfter: 9)
  #expect(RunFolder.checkpointSteps(run) == [8, 9, 12])
  #expect(try Checkpoint.newest(of: run, configuration).0.step == 9)
}

@Test func halvesOfFilesAndLinesAreCleanedUp() throws {
  let scratch = try Scratch()
  let configuration = try tiny(scratch, "run") { $0.stopAfter = 4 }
  let run = configuration.run!
  try runToEnd(configuration)
  let expected = timeless(run)
  let halves = ["config.json", "metrics.jsonl", "checkpoints/step-00000008.safetensors"].map { "\(run)/\($0).partial" }
  for half in halves { try Data("half".utf8).write(to: URL(fileURLWithPath: half)) }
  for file in ["metrics.jsonl", "events.jsonl"] {
    let handle = try #require(FileHandle(forWritingAtPath: "\(run)/\(file)"))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data(#"{"step": 4, "lo"#.utf8))
    try handle.close()
  }
  try resume(run, threads: 1, stopAfter: 5)
  #expect(halves.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
  #expect(Array(timeless(run).prefix(expected.count)) == expected && timeless(run).count == expected.count + 1)
  for file in ["metrics.jsonl", "events.jsonl"] {
    let text = try String(contentsOfFile: "\(run)/\(file)", encoding: .utf8)
    #expect(text.split(separator: "\n").count == objects("\(run)/\(file)").count && text.hasSuffix("\n"))
  }
}

@Test(arguments: 0..<4)
func aConfigGivenBackMakesTheSameBytes(number: Int) throws {
  let scratch = try Scratch()
  let first = try tiny(scratch, "first") {
    $0.epochs = 2
    switch number {
    case 0:
      $0.optimizer = .lars
      $0.learningRateScaling = .sqrt
      $0.warmupEpochs = 0.5
      $0.dropLast = false
      $0.seed = .max
    case 1:
      $0.optimizer = .sgd
      $0.nesterov = true
      $0.head = .linear
      $0.limit = 10
      $0.knobs.batchSize = 1000  // shrunk to the pictures there are
      $0.order = .file
    case 2:
      $0.optimizer = .adamw
      $0.knobs.weightDecay = 1e-3 / 3
      $0.headNorm = .none
      $0.steps = 7
      $0.normalize = .cifar
      $0.schedule = .constant
    default:
      $0.precision = .bfloat16
      $0.augmentation = .none
      $0.heldOut = 0
      $0.encoder = ResNet.Architecture.named("resnet20")!
    }
  }
  try runToEnd(first)
  var second = Configuration()
  try second.take(json: String(contentsOfFile: first.run! + "/config.json", encoding: .utf8), from: "config.json")
  second.run = scratch.path + "/second"
  try runToEnd(second)
  let steps = RunFolder.checkpointSteps(first.run!)
  #expect(steps.count > 1 && steps == RunFolder.checkpointSteps(second.run!))
  for step in steps { #expect(bytes(first.run!, step: step) == bytes(second.run!, step: step), "step \(step)") }
}
