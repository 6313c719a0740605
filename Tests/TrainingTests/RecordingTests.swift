/// A recorded run as it stood after any of its steps, and played.
import Basics
import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Training

/// Two hundred steps, a quarter of a second each; τ is turned after step 50, the learning rate's peak after 80.
private func recorded() throws -> Scratch {
  let scratch = try Scratch()
  var configuration = Configuration()
  configuration.knobs.temperature = 0.5
  let run = try RunFolder.create(scratch.path + "/run", configuration: configuration)
  try run.append(Event(step: 0, time: 0, .started))
  for step in 1...200 {
    var metrics = StepMetrics(step: step)
    metrics[.loss] = 6 - Double(step) / 100
    metrics[.epoch] = Double(step) / 20
    metrics[.time] = Double(step) / 4
    metrics[.images] = Double(step) * 256
    metrics[.temperature] = step > 50 ? 0.2 : 0.5
    metrics[.learningRate] = 1e-3
    try run.append(metrics)
    if step == 50 { try run.append(Event(step: 50, time: 12.5, .knob(key: "temperature", from: 0.5, to: 0.2))) }
    if step == 80 { try run.append(Event(step: 80, time: 20, .knob(key: "learning_rate", from: 1e-3, to: 2e-3))) }
  }
  try run.append(Event(step: 200, time: 50, .finished))
  return scratch
}

@Test func aRecordingStandsAsTheRunStoodThen() throws {
  let scratch = try recorded()
  let recording = try Recording(scratch.path + "/run") { _ in true }
  #expect(recording.lastStep == 200)
  for (step, temperature, rate, events) in [
    (1, 0.5, 1e-3, 1), (50, 0.5, 1e-3, 2), (51, 0.2, 1e-3, 2), (80, 0.2, 2e-3, 3), (200, 0.2, 2e-3, 4),
  ] {
    let snapshot = recording.snapshot(at: step)
    #expect(snapshot.step == step && snapshot.images == 256 * step)
    #expect(snapshot.knobs.temperature == temperature && snapshot.knobs.learningRate == rate)
    #expect(snapshot.events.count == events)
    #expect(snapshot.curves[.loss]?.count == step && snapshot.metrics?[.loss] == 6 - Double(step) / 100)
    #expect(snapshot.time == Double(step) / 4)
  }
  #expect([0, 0.2, 0.25, 10.1, 50, 99].map { recording.step(at: $0) } == [0, 0, 1, 40, 200, 200])
}

@Test func aRunWithoutAStepIsNoRecording() throws {
  let scratch = try Scratch()
  _ = try RunFolder.create(scratch.path + "/run", configuration: Configuration())
  #expect(throws: Trouble.self) { try Recording(scratch.path + "/run") { _ in true } }
}

@Test func aPlayerObeysAndStops() async throws {
  let scratch = try recorded()
  let recording = try Recording(scratch.path + "/run") { _ in true }
  let link = Link()
  let thread = Thread {
    var player = Player(recording, link)
    player.play()
  }
  thread.start()
  link.send(.pause)
  try link.wait(for: "a pause") { $0.state == .paused }
  link.send(.seek(toStep: 120))
  try link.wait(for: "step 120") { $0.step == 120 && $0.replay?.lastStep == 200 }
  link.send(.singleStep)
  try link.wait(for: "step 121") { $0.step == 121 }
  link.send(.seek(toStep: -5))
  try link.wait(for: "the start") { $0.step == 0 && $0.curves[.loss]?.count == 0 }
  link.send(.playSpeed(1000))
  link.send(.resume)
  try link.wait(for: "the end") { $0.step == 200 && $0.state == .paused }
  // From the end it begins again.
  link.send(.playSpeed(1))
  link.send(.resume)
  try link.wait(for: "the beginning again") { $0.step < 100 }
  link.send(.stop)
  try waitUntil("the player's end") { thread.isFinished }
}
