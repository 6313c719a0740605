// The rates and the number of steps of whole runs, by the formulas.
import Foundation
import Testing

@testable import Training

/// 36 pictures, batches of 10: three a epoch, or four with the rest of six.
@Test(arguments: [(dropLast: true, epochSteps: 3), (dropLast: false, epochSteps: 4)])
func aRunTakesTheRatesOfItsSchedule(dropLast: Bool, epochSteps: Int) throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let configuration = small(scratch.path + "/data", run: scratch.path + "/run") {
    $0.width = 0.25
    $0.optimizer = .lars
    $0.knobs.batchSize = 10
    $0.heldOut = 0
    $0.dropLast = dropLast
    $0.warmupEpochs = 1
    $0.epochs = 3
  }
  try runToEnd(configuration)
  let lines = objects(configuration.run! + "/metrics.jsonl").filter { $0["loss"] != nil }
  #expect(lines.count == 3 * epochSteps)
  let peak = 0.3 * 10 / 256  // once a batch, not once a view
  let sizes = dropLast ? [10, 10, 10] : [10, 10, 10, 6]
  let epoch = Double(sizes.reduce(0, +))
  var seen = 0.0
  for (index, line) in lines.enumerated() {
    let cosine = peak / 2 * (1 + cos(.pi * (seen - epoch) / (2 * epoch)))
    let expected = seen < epoch ? peak * seen / epoch : cosine
    #expect(abs(try #require(line["learning_rate"] as? Double) - expected) < 1e-12, "step \(index + 1)")
    seen += Double(sizes[index % epochSteps])
    #expect(line["images"] as? Double == seen)
  }
}

@Test(arguments: [true, false])
func aScheduleInStepsHasThatManySteps(dropLast: Bool) throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let configuration = small(scratch.path + "/data", run: scratch.path + "/run") {
    $0.width = 0.25
    $0.knobs.batchSize = 10
    $0.heldOut = 0
    $0.dropLast = dropLast
    $0.steps = 11
  }
  try runToEnd(configuration)
  #expect(objects(configuration.run! + "/metrics.jsonl").compactMap { $0["step"] as? Int } == Array(1...11))
}

@Test func theRateFollowsABatchThatIsShrunkToThePictures() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data")
  let configuration = small(scratch.path + "/data", run: scratch.path + "/run") {
    $0.width = 0.25
    $0.optimizer = .sgd
    $0.learningRateScaling = .sqrt
    $0.baseLearningRate = 0.075
    $0.knobs.batchSize = 256
    $0.heldOut = 0
    $0.epochs = 1
  }
  try runToEnd(configuration)
  let line = try #require(objects(configuration.run! + "/metrics.jsonl").first)
  #expect(line["batch_size"] as? Int == 36)
  #expect(abs(try #require(line["learning_rate"] as? Double) - 0.075 * 6) < 1e-12)
}
