// What a run needs of memory, and what is said when it cannot have that.
import Basics
import Networks
import Testing

@testable import Training

private func configuration(batchSize: Int, precision: String = "float32") throws -> Configuration {
  var configuration = Configuration()
  for (key, value) in [
    ("encoder", "resnet8"), ("image_size", "32"), ("batch_size", "\(batchSize)"), ("precision", precision),
    ("knn_every", "0"),
  ] { try Setting.named(key)!.apply(value, to: &configuration) }
  configuration.adapt(toLargestSide: 32)
  return configuration
}

private let workers = WorkerPool(threads: 1)

private func complaint(_ configuration: Configuration, isNew: Bool = true, available: Int?) -> String? {
  let model = SimCLR(configuration)
  let need = configuration.memoryNeed(of: model, batchSize: configuration.knobs.batchSize, workers: workers)
  do {
    try configuration.checkMemory(
      need, of: model, isNew: isNew, room: available.map { MemoryRoom(bytes: $0) }, workers: workers)
    return nil
  } catch { return "\(error)" }
}

/// Adam keeps two numbers for each of the model's, all of them twice while they are saved; SGD one.
@Test func aRunNeedsItsStepAndItsModel() throws {
  var adam = try configuration(batchSize: 32)
  let model = SimCLR(adam)
  let need = adam.memoryNeed(of: model, batchSize: 32, workers: workers)
  let plan = StepPlan(model, adam, batchSize: 32, workers: workers)
  #expect(need.step == plan.bytes + 64 * 32 * 32 * 3)
  #expect(need.model == 4 * model.parameterCount * 3 * 2)
  #expect(need.evaluation == 0)
  #expect(need.bytes == need.step + need.model)
  // Of a batch in chunks only a chunk's views are there at a time.
  adam.microBatch = 8
  let chunked = adam.memoryNeed(of: model, batchSize: 32, workers: workers)
  #expect(chunked.step == StepPlan(model, adam, batchSize: 32, workers: workers).bytes + 16 * 32 * 32 * 3)
  #expect(chunked.step < need.step)
  adam.microBatch = nil
  adam.optimizer = .lars
  adam.knnEvery = 1
  let other = adam.memoryNeed(of: model, batchSize: 32, workers: workers)
  #expect(other.model == 4 * model.parameterCount * 2 * 2 && other.evaluation > 0)
}

@Test func whatDoesNotFitIsRefusedWithABatchSizeThatWould() throws {
  let asked = try configuration(batchSize: 512)
  let model = SimCLR(asked)
  func need(_ batchSize: Int, _ configuration: Configuration) -> Int {
    configuration.memoryNeed(of: model, batchSize: batchSize, workers: workers).bytes
  }
  #expect(complaint(asked, available: need(512, asked)) == nil)
  #expect(complaint(asked, available: nil) == nil)
  let tight = try #require(complaint(asked, available: need(512, asked) - 1))
  #expect(tight.contains("a batch of 512 needs about \(mebibytes(need(512, asked)))"))
  #expect(tight.hasSuffix("; --batch-size 256, --micro-batch 256 or --precision bfloat16 would fit"))
  let resumed = try #require(complaint(asked, isNew: false, available: need(512, asked) - 1))
  #expect(resumed.hasSuffix("; end other programs, or go on with more memory"))
  // Between the needs of 64 and 128, and below what bfloat16 saves.
  let little = try #require(complaint(asked, available: need(64, asked)))
  #expect(little.hasSuffix("; --batch-size 64 or --micro-batch 32 would fit"))
  let narrow = try configuration(batchSize: 512, precision: "bfloat16")
  #expect(
    try #require(complaint(narrow, available: need(512, narrow) - 1)).hasSuffix(
      "; --batch-size 256 or --micro-batch 256 would fit"))
  #expect(
    try #require(complaint(asked, available: 1000)).hasSuffix("; take a smaller --encoder, --width or --image-size"))
}
