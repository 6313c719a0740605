// Whole training steps against PyTorch's, from pictures on the disk to the checkpoint, for every optimizer.
import Basics
import Foundation
import Images
import Networks
import Tensors
import Testing

@testable import Training

private func golden(_ name: String) throws -> TensorFile {
  let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return try TensorFile(reading: tests.appendingPathComponent("NetworksTests/Golden/\(name).safetensors").path)
}

/// ‖a − b − expected‖ / ‖expected‖
private func deviation(_ a: Tensor, from b: Tensor, expected: Tensor) -> Double {
  let difference = a.scalars.indices.map {
    Double(a.scalars[$0]) - Double(b.scalars[$0]) - Double(expected.scalars[$0])
  }
  return difference.reduce(0) { $0 + $1 * $1 }.squareRoot() / expected.norm
}

/// a − b
private func minus(_ a: Tensor, _ b: Tensor) -> Tensor { Tensor(a.shape, zip(a.scalars, b.scalars).map(-)) }

@Test(arguments: ["sgd", "nesterov", "adam", "adamw", "lars"])
func aTrainingStepIsPyTorchs(name: String) throws {
  let file = try golden("steps")
  let scratch = try Scratch()
  let configuration = small(scratch.path + "/data", run: scratch.path + "/run") {
    $0.width = 0.25
    $0.imageSize = 12
    $0.headHidden = 16
    $0.projectionDim = 8
    $0.augmentation = .none
    $0.order = .file
    $0.heldOut = 0
    $0.schedule = .constant
    $0.steps = 2
    $0.optimizer = Optimizer.Kind(rawValue: name) ?? .sgd
    $0.nesterov = name == "nesterov"
    $0.knobs.learningRate = Double(file.metadata[name]!)!
    $0.knobs.weightDecay = 0.01
    $0.given.insert("learning_rate")
  }
  try writePictures(try #require(file["pictures"]), to: configuration.data)
  _ = try RunFolder.create(configuration.run!, configuration: configuration)
  var start = Checkpoint(configuration)
  try start.model.load(from: file, under: "before", path: "golden")
  try start.file.write(to: RunFolder.checkpointPath(configuration.run!, step: 0))
  try runToEnd(configuration, resuming: configuration.run)

  let losses = objects(configuration.run! + "/metrics.jsonl").compactMap { $0["loss"] as? Double }
  let expectedLosses = try #require(file["\(name).losses"]).scalars
  #expect(losses.count == 2)
  for (loss, expected) in zip(losses, expectedLosses) { #expect(abs(loss - Double(expected)) < 1e-5) }

  let points = try (0...2).map { try TensorFile(reading: RunFolder.checkpointPath(configuration.run!, step: $0)) }
  for (parameter, before) in points[0].tensors {
    if let update = file["\(name).update.\(parameter)"] {
      let error = deviation(try #require(points[1][parameter]), from: before, expected: update)
      #expect(error < 1e-4, "\(parameter): \(error)")
      continue
    }
    // A running statistic: momentum 0.1, the variance unbiased.
    let (first, second) = (try #require(file["after1.\(parameter)"]), try #require(file["\(name).after2.\(parameter)"]))
    for (step, pair) in [(before, first), (first, second)].enumerated() {
      let error = deviation(try #require(points[step + 1][parameter]), from: pair.0, expected: minus(pair.1, pair.0))
      #expect(error < 1e-4, "\(parameter) after step \(step + 1): \(error)")
    }
  }
}

/// Pictures [n, height, width, 3] of 0…255, named so that they lie in this order.
private func writePictures(_ pictures: Tensor, to folder: String) throws {
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  let (count, height, width) = (pictures.shape[0], pictures.shape[1], pictures.shape[2])
  for (index, start) in stride(from: 0, to: pictures.count, by: pictures.count / count).enumerated() {
    let pixels = pictures.scalars[start..<start + pictures.count / count].map { UInt8($0) }
    try PNG.write(Image(width: width, height: height, pixels: pixels), to: "\(folder)/\(index).png")
  }
}
