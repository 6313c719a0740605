// Encoders that start from a file: what is taken, what is left out, what is refused.
import Basics
import Foundation
import Networks
import Tensors
import Testing

@testable import Training

/// A state dict of some encoder, its numbers drawn by the seed.
private func stateDict(_ encoder: String, seed: UInt64, stem: ResNet.Stem = .cifar, prefix: String = "") -> TensorFile {
  var random = RandomStream(seed: seed, .test)
  let network = ResNet(ResNet.Architecture.named(encoder)!, width: 0.25, stem: stem, using: &random)
  var file = TensorFile()
  for (name, tensor) in network.tensors(under: prefix) {
    file.add(name, Tensor(tensor.shape, tensor.scalars.map { _ in random.uniform(0.1, 1) }))
  }
  return file
}

private func start(_ scratch: Scratch, from file: TensorFile, encoder: String = "resnet8") throws -> Configuration {
  let path = scratch.path + "/weights.safetensors"
  try file.write(to: path)
  try writePictures(scratch.path + "/data")
  return small(scratch.path + "/data", run: scratch.path + "/run") {
    $0.encoder = ResNet.Architecture.named(encoder)!
    $0.width = 0.25
    $0.initialWeights = path
    $0.stopAfter = 1
  }
}

@Test(arguments: ["", "encoder"])
func anEncoderStartsFromAStateDict(prefix: String) throws {
  let scratch = try Scratch()
  var file = stateDict("resnet8", seed: 4, prefix: prefix)
  file.add("fc.weight", Tensor(zeros: [10, 16]))
  file.add("fc.bias", Tensor(zeros: [10]))
  let configuration = try start(scratch, from: file)
  try runToEnd(configuration)
  let first = try TensorFile(reading: RunFolder.checkpointPath(configuration.run!, step: 0))
  let taken = file.tensors.filter { !$0.name.hasPrefix("fc") }
  for (name, tensor) in taken { #expect(first[prefix.isEmpty ? "encoder." + name : name] == tensor, "\(name)") }
  #expect(taken.count == first.tensors.filter { $0.name.hasPrefix("encoder.") }.count)
  let second = try TensorFile(reading: RunFolder.checkpointPath(configuration.run!, step: 1))
  #expect(second["encoder.conv1.weight"] != first["encoder.conv1.weight"])
  let warnings = objects(configuration.run! + "/events.jsonl").filter { $0["kind"] as? String == "warning" }
    .compactMap { $0["text"] as? String }
  #expect(warnings.count == 1 && warnings[0].hasPrefix("fc.* of "))
  // The head is the one of the seed, as without a file.
  let fresh = Checkpoint(configuration).model.head.tensors(under: "head")
  #expect(fresh.allSatisfy { first[$0.name] == $0.tensor })
}

@Test(arguments: [
  ("resnet8", ResNet.Stem.imagenet, "resnet8", "“conv1.weight” has shape [4, 3, 7, 7] where [4, 3, 3, 3] is needed"),
  ("resnet8", .cifar, "resnet20", "no tensor “layer1.1.conv1.weight”, which has shape [4, 4, 3, 3]"),
  ("resnet20", .cifar, "resnet8", "“layer1.1.conv1.weight” is a tensor that resnet8 does not have"),
])
func theStateDictOfAnotherEncoderIsRefused(saved: String, stem: ResNet.Stem, encoder: String, sentence: String) throws {
  let scratch = try Scratch()
  let configuration = try start(scratch, from: stateDict(saved, seed: 5, stem: stem), encoder: encoder)
  #expect {
    try runToEnd(configuration)
  } throws: {
    "\($0)" == "\(sentence), \(scratch.path)/weights.safetensors; choose the encoder that saved it with --encoder, "
      + "--width and --stem"
  }
  #expect(!FileManager.default.fileExists(atPath: configuration.run!))
}
