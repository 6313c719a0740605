// Small runs for the tests of whole runs.
import Basics
import Foundation
import Images
import Networks
import Telemetry
import TestSupport

@testable import Training

typealias Scratch = TestSupport.Scratch

/// Three classes of small pictures: one colour each, with noise.
func writePictures(_ folder: String, perClass: Int = 12) throws {
  var random = RandomStream(seed: 5, .test)
  for (name, color) in [("red", [200, 40, 40]), ("green", [40, 200, 40]), ("blue", [40, 40, 200])] {
    try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    for number in 0..<perClass {
      let pixels = (0..<16 * 16 * 3).map { UInt8(clamping: color[$0 % 3] + random.below(80) - 40) }
      try PNG.write(Image(width: 16, height: 16, pixels: pixels), to: "\(folder)/\(name)/\(number).png")
    }
  }
}

func small(_ data: String, run: String, _ change: (inout Configuration) -> Void = { _ in }) -> Configuration {
  var configuration = Configuration()
  configuration.data = data
  configuration.run = run
  configuration.encoder = ResNet.Architecture.named("resnet8")!
  configuration.given = ["encoder"]
  configuration.imageSize = 16
  configuration.projectionDim = 16
  configuration.knobs.batchSize = 8
  configuration.epochs = 4
  configuration.threads = 2
  change(&configuration)
  return configuration
}

extension Link {
  /// Waits for a snapshot, which the trainer's thread makes.
  @discardableResult
  func wait(for what: String, _ holds: (Snapshot) -> Bool) throws -> Snapshot {
    var snapshot: Snapshot?
    func seen() -> String { snapshot.map { "step \($0.step), \($0.state)" } ?? "no snapshot" }
    try waitUntil(what, seeing: seen) {
      snapshot = newest(after: -1)?.snapshot
      return snapshot.map(holds) ?? false
    }
    return snapshot!
  }
}

@discardableResult
func runToEnd(_ configuration: Configuration, resuming: String? = nil, link: Link = Link()) throws
  -> TrainingEnd
{
  var trainer = try Trainer(configuration, resuming: resuming, niceness: 0, link: link)
  return try trainer.run()
}

func bytes(_ run: String, step: Int) -> Data? {
  FileManager.default.contents(atPath: RunFolder.checkpointPath(run, step: step))
}

func objects(_ file: String) -> [[String: Any]] { RunFolder.lines(of: file).map(\.object) }

/// Lines of steps and evaluations without what depends on the clock.
func timeless(_ run: String) -> [NSDictionary] {
  objects(run + "/metrics.jsonl").map { line in
    line.filter { !["time", "images_per_second"].contains($0.key) } as NSDictionary
  }
}
