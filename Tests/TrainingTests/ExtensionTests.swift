// Runs that are extended, and runs whose data has moved or changed.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import Testing

@testable import Training

private func tiny(
  _ scratch: Scratch, _ run: String, _ change: (inout Configuration) -> Void = { _ in }
) throws -> Configuration {
  let data = scratch.path + "/data"
  if !Files.exists(data) { try writePictures(data) }
  return small(data, run: scratch.path + "/" + run) {
    $0.width = 0.25
    $0.threads = 1
    change(&$0)
  }
}

private func resume(
  _ run: String, extending: RunLength? = nil, stopAfter: Int? = nil, data: String? = nil, link: Link = Link()
) throws {
  var configuration = try RunFolder.configuration(of: run)
  configuration.stopAfter = stopAfter
  configuration.extending = extending
  if let data { configuration.data = data }
  try runToEnd(configuration, resuming: run, link: link)
}

private func rates(_ run: String) -> [Double] {
  objects(run + "/metrics.jsonl").compactMap { $0["loss"] == nil ? nil : $0["learning_rate"] as? Double }
}

private func events(_ run: String, _ kind: String) -> [[String: Any]] {
  objects(run + "/events.jsonl").filter { $0["kind"] as? String == kind }
}

private func isClose(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(abs(a), abs(b)) }

/// Rates of a half cosine that ends at 0.
private func cosine(from start: Double, steps: Int) -> [Double] {
  (0..<steps).map { step in
    let share = Double(step) / Double(steps)
    return start / 2 * (1 + cos(Double.pi * share))
  }
}

// MARK: - Length

/// Four batches of 8 an epoch; peak 1e-3.
@Test func aFinishedRunIsExtendedAndResumesBitForBit() throws {
  let scratch = try Scratch()
  let (once, twice) = (try tiny(scratch, "once"), try tiny(scratch, "twice"))
  for configuration in [once, twice] { try runToEnd(configuration) }
  try resume(once.run!, extending: .epochs(6))
  try resume(twice.run!, extending: .epochs(6), stopAfter: 18)
  // The second resume says nothing of the length.
  try resume(twice.run!)
  #expect(RunFolder.checkpointSteps(once.run!).last == 24)
  #expect(bytes(once.run!, step: 24) == bytes(twice.run!, step: 24))
  #expect(timeless(once.run!) == timeless(twice.run!))
  #expect(try RunFolder.configuration(of: once.run!).epochs == 6)
  let event = try #require(events(once.run!, "extended").first)
  #expect(event["epochs"] as? Int == 6 && event["step"] as? Int == 16)
  // A finished cosine is at 0: it starts again from the rate that six epochs have after four.
  let start: Double = 1e-3 / 2 * (1 + cos(Double.pi * 4.0 / 6.0))
  let expected = cosine(from: start, steps: 8)
  let found = Array(rates(once.run!).suffix(8))
  #expect(zip(found, expected).allSatisfy { isClose($0, $1) }, "\(found)")
  // Asked for again, the same length changes nothing.
  let before = bytes(once.run!, step: 24)
  try resume(once.run!, extending: .epochs(6))
  #expect(events(once.run!, "extended").count == 1 && bytes(once.run!, step: 24) == before)
}

@Test func aRunExtendedInTheMiddleContinuesFromItsPresentRate() throws {
  let scratch = try Scratch()
  let configuration = try tiny(scratch, "run") { $0.stopAfter = 8 }
  let run = configuration.run!
  try runToEnd(configuration)
  try resume(run, extending: .steps(20))
  // Half of the peak after 8 of 16 steps, and 0 after 20.
  let expected = cosine(from: 5e-4, steps: 12)
  let found = Array(rates(run).dropFirst(8))
  #expect(found.count == 12 && zip(found, expected).allSatisfy { isClose($0, $1) }, "\(found)")
  // Rewound to before that, it takes the same way.
  let branch = try RunFolder.branch(of: run, upTo: 4)
  try resume(branch)
  #expect(rates(branch) == rates(run))
  // Given to a new run, its settings make a schedule in one piece.
  #expect(try RunFolder.configuration(of: run).scheduleSegments.count == 2)
}

@Test func warmUpAndConstantRatesAreKept() throws {
  let scratch = try Scratch()
  let warming = try tiny(scratch, "warming") {
    $0.warmupEpochs = 3
    $0.stopAfter = 4
  }
  try runToEnd(warming)
  try resume(warming.run!, extending: .epochs(5), stopAfter: 14)
  let expected = (0..<14).map { step -> Double in
    if step < 12 { return 1e-3 * Double(step) / 12 }
    return cosine(from: 1e-3, steps: 8)[step - 12]
  }
  #expect(zip(rates(warming.run!), expected).allSatisfy { isClose($0, $1) }, "\(rates(warming.run!))")
  let constant = try tiny(scratch, "constant") {
    $0.schedule = .constant
    $0.epochs = 1
  }
  try runToEnd(constant)
  try resume(constant.run!, extending: .epochs(2))
  #expect(rates(constant.run!) == [Double](repeating: 1e-3, count: 8))
}

@Test func aRunCannotEndBeforeWhereItIs() throws {
  let scratch = try Scratch()
  let configuration = try tiny(scratch, "run") { $0.stopAfter = 9 }
  let run = configuration.run!
  try runToEnd(configuration)
  let before = events(run, "resumed").count
  for length in [RunLength.epochs(2), .epochs(1), .steps(9), .steps(3)] {
    #expect {
      try resume(run, extending: length)
    } throws: {
      "\($0)".contains("the run has trained for") && "\($0)".contains("take more than")
    }
  }
  #expect(events(run, "resumed").count == before)
  // Shorter than it was, but not passed yet.
  try resume(run, extending: .epochs(3))
  #expect(RunFolder.checkpointSteps(run).last == 12)
}

@Test func aLengthGivenWhileItTrainsIsKept() throws {
  let scratch = try Scratch()
  let configuration = try tiny(scratch, "run") {
    $0.epochs = 1
    $0.stopAfter = 6
  }
  let link = Link()
  [.extend(.epochs(3)), .extend(.epochs(0))].forEach(link.send)
  try runToEnd(configuration, link: link)
  #expect(rates(configuration.run!).count == 6)
  #expect(link.newest(after: -1)?.snapshot.run.totalEpochs == 3)
  try resume(configuration.run!)
  #expect(rates(configuration.run!).count == 12)
}

// MARK: - Data

private func warnings(_ run: String) -> [String] { events(run, "warning").compactMap { $0["text"] as? String } }

private func heldOut(_ run: String) throws -> Set<String> {
  try #require(DataListing(reading: run + "/data.tsv")).heldOutNames
}

@Test func movedDataIsFoundAgainAndTheRunStaysBitForBit() throws {
  let scratch = try Scratch()
  let (straight, halves) = (try tiny(scratch, "straight"), try tiny(scratch, "halves") { $0.stopAfter = 6 })
  try runToEnd(straight)
  try runToEnd(halves)
  let run = halves.run!
  try #require(Files.rename(scratch.path + "/data", to: scratch.path + "/new"))
  #expect {
    try resume(run)
  } throws: {
    "\($0)".contains("simscope resume \(run) --data DATA")
  }
  try resume(run, stopAfter: 10, data: scratch.path + "/new")
  #expect(try RunFolder.configuration(of: run).data == scratch.path + "/new")
  // It is kept: the next resume finds it.
  try resume(run)
  #expect(warnings(run).isEmpty, "\(warnings(run))")
  #expect(timeless(run) == timeless(straight.run!))
}

@Test func changedDataIsNamedAndTheHeldOutSetStays() throws {
  let scratch = try Scratch()
  let configuration = try tiny(scratch, "run") { $0.stopAfter = 6 }
  let (run, data) = (configuration.run!, scratch.path + "/data")
  try runToEnd(configuration)
  let before = try heldOut(run)
  try #require(before.count == 3)
  let gone = try #require(before.first)
  Files.remove(data + "/" + gone)
  // One image gets other pixels, one is new, and so is a class.
  let changed = ["red/0.png", "red/1.png", "red/2.png"].first { !before.contains($0) }!
  for name in [changed, "blue/new.png"] {
    try PNG.write(Image(width: 16, height: 16, pixels: [UInt8](repeating: 9, count: 768)), to: data + "/" + name)
  }
  try #require(Files.makeFolder(data + "/yellow"))
  for number in 0..<5 {
    let pixels = [UInt8](repeating: UInt8(number), count: 768)
    try PNG.write(Image(width: 16, height: 16, pixels: pixels), to: "\(data)/yellow/\(number).png")
  }
  try resume(run, stopAfter: 8)
  let warning = try #require(warnings(run).first, "nothing was said")
  for part in [
    "1 image missing (\(gone))", "6 images added (", "blue/new.png", "1 image changed (\(changed))",
    "class “yellow” added", "of 3 images held out 2 are left", "not bit for bit",
  ] {
    #expect(warning.contains(part), "\(part) in: \(warning)")
  }
  #expect(try heldOut(run) == before.subtracting([gone]))
  // Nothing has changed since.
  try resume(run, stopAfter: 10)
  #expect(warnings(run).filter { $0.contains("the data has changed") }.count == 1, "\(warnings(run))")
  #expect(try heldOut(run) == before.subtracting([gone]))
}

@Test func aCheckpointWithoutAFingerprintIsReadAsBefore() throws {
  let scratch = try Scratch()
  let (straight, old) = (try tiny(scratch, "straight"), try tiny(scratch, "old") { $0.stopAfter = 6 })
  try runToEnd(straight)
  try runToEnd(old)
  let path = RunFolder.checkpointPath(old.run!, step: 6)
  var file = try TensorFile(reading: path)
  try #require(file.metadata.removeValue(forKey: "data") != nil)
  try file.write(to: path)
  Files.remove(old.run! + "/data.tsv")
  try resume(old.run!)
  #expect(warnings(old.run!).isEmpty)
  #expect(bytes(old.run!, step: 16) == bytes(straight.run!, step: 16))
}

@Test func namesOfAnyKindComeBackFromTheListing() throws {
  let scratch = try Scratch()
  let names = ["a\tb.png", "c\nd.png", "e\\n.png", String(path: [0x66, 0xff, 0x2e]), "ü/猫.png"]
  let images = names.map { _ in Image(width: 2, height: 1, pixels: [1, 2, 3, 4, 5, 6]) }
  let all = DataSet(images: images, labels: [0, 1, 0, 1, 0], classes: ["x", "y\t"], names: names, title: "")
  let listing = DataListing(RunData(all, holdingOut: [names[1]]), workers: WorkerPool(threads: 1))
  let path = scratch.path + "/data.tsv"
  try Files.write(listing.bytes, to: path)
  #expect(try #require(DataListing(reading: path)).rows == listing.rows)
  #expect(DataFingerprint(json: listing.fingerprint.json) == listing.fingerprint)
  #expect(listing.differences(from: listing) == nil)
  try Files.write(Array("something else\n".utf8), to: path)
  #expect(DataListing(reading: path) == nil)
}
