// Numbers of a file at the ends of what is counted with, and beyond.
import Testing

@testable import Telemetry

@Test func countsAreWholeNumbersUpTo2To53() {
  let limit = 9_007_199_254_740_992
  #expect([0, 1, 0x1p53].map { Int(count: $0) } == [0, 1, limit])
  for value in [-1, 0.5, 0x1p53 + 2, 0x1p62, 0x1p63, 1e300, -1e300, .infinity, -.infinity, .nan] {
    #expect(Int(count: value) == nil, "\(value)")
  }
  #expect([String(limit), "0", "12"].map { Int(count: $0) } == [limit, 0, 12])
  for text in ["9007199254740993", "9223372036854775807", "-1", "1e3", "", "٣"] {
    #expect(Int(count: text) == nil, "\(text)")
  }
}

private func metrics(_ line: String) -> StepMetrics? {
  Array(line.utf8).withUnsafeBufferPointer { StepMetrics(line: $0) }
}

@Test func aStepOutsideTheCountsIsNoLine() {
  #expect(metrics(#"{"step": 9007199254740992, "loss": 1}"#)?.step == 1 << 53)
  for step in ["9007199254740994", "9223372036854774784", "1e300", "-1", "1.5", "\"NaN\""] {
    #expect(metrics(#"{"step": \#(step), "loss": 1}"#) == nil, "\(step)")
  }
}

@Test func valuesThatCannotBeAreNotFinite() throws {
  let line =
    #"{"step": 3, "images": 1e300, "batch_size": 2.5, "time": -1, "epoch": 1e17, "loss": 1e308, "alignment": -1e200}"#
  let read = try #require(metrics(line))
  for metric in [Metric.images, .batchSize, .time, .epoch] { #expect(read[metric]?.isNaN == true, "\(metric)") }
  #expect(read[.loss] == .infinity && read[.alignment] == -.infinity)
  let whole = try #require(metrics(#"{"step": 3, "images": 768, "batch_size": 256, "time": 1.5, "loss": 3e38}"#))
  #expect(whole.present.map(\.value) == [768, 3e38, 256, 1.5])
}

@Test func aWholeNumberKnobStaysInItsRange() throws {
  let batch = try #require(Knob.named("batch_size"))
  let rate = try #require(Knob.named("learning_rate"))
  #expect([2, 256, 1_048_576].allSatisfy(batch.canBe) && [0, 1e-3, 500].allSatisfy(rate.canBe))
  for value in [0, 1, 2.5, 1e300, -16, .nan, .infinity] { #expect(!batch.canBe(value), "\(value)") }
  for value in [1e300, .nan, -.infinity] { #expect(!rate.canBe(value), "\(value)") }
}
