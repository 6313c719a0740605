// Weights as frameworks save them: prefixes, numbers of a Sequential, half precision, shards, and what is not safetensors.
import Basics
import Foundation
import Tensors
import Testing

@testable import Networks

private func encoder(seed: UInt64 = 1) -> ResNet {
  var random = RandomStream(seed: seed, .test)
  return ResNet(ResNet.Architecture.named("resnet8")!, width: 0.25, stem: .cifar, using: &random)
}

/// Tensors of an encoder under other names.
private func file(_ tensors: [(name: String, tensor: Tensor)], _ name: (String) -> String) -> TensorFile {
  var file = TensorFile()
  for (own, tensor) in tensors { file.add(name(own), tensor) }
  return file
}

@Test(arguments: [
  "", "module.", "backbone.", "model.", "encoder.", "module.encoder_q.", "f.", "net.", "online_network.", "a.b.c.d.",
])
func aPrefixOfAFrameworkIsFound(prefix: String) throws {
  let saved = encoder(seed: 2).tensors(under: "")
  var weights = file(saved) { prefix + $0 }
  weights.add(prefix + "fc.weight", Tensor(zeros: [10, 16]))
  var loaded = encoder()
  let remarks = try loaded.load(stateDict: weights, path: "x.safetensors")
  #expect(remarks.prefix == prefix && remarks.unused == ["fc.*"])
  for (own, theirs) in zip(loaded.tensors(under: ""), saved) { #expect(own.tensor == theirs.tensor, "\(own.name)") }
  let isUsual = ["", "encoder."].contains(prefix)
  #expect(remarks.prefixLine("x") == (isUsual ? nil : "the encoder is read from “\(prefix)” of x"))
}

@Test(arguments: [("backbone.", 4), ("", 4), ("f.", 3), ("backbone.0.", 4)])
func numbersOfASequentialAreLayers(prefix: String, first: Int) throws {
  let saved = encoder(seed: 3).tensors(under: "")
  let weights = file(saved) { name in
    let numbers = ["conv1": 0, "bn1": 1, "layer1": first, "layer2": first + 1, "layer3": first + 2]
    let layer = String(name.prefix { $0 != "." })
    return prefix + String(numbers[layer]!) + name.dropFirst(layer.count)
  }
  var loaded = encoder()
  #expect(try loaded.load(stateDict: weights, path: "x").prefix == prefix)
  for (own, theirs) in zip(loaded.tensors(under: ""), saved) { #expect(own.tensor == theirs.tensor, "\(own.name)") }
}

@Test func ofTwoEncodersTheFirstIsTaken() throws {
  let (online, target) = (encoder(seed: 4).tensors(under: ""), encoder(seed: 5).tensors(under: ""))
  var weights = file(online) { "online_network." + $0 }
  for (name, tensor) in target { weights.add("target_network." + name, tensor) }
  var loaded = encoder()
  let remarks = try loaded.load(stateDict: weights, path: "x")
  #expect(remarks.prefix == "online_network." && remarks.unused == ["target_network.*"])
  #expect(loaded.tensors(under: "")[0].tensor == online[0].tensor)
}

@Test func whatDoesNotFitIsRefusedByItsNameInTheFile() throws {
  let saved = encoder().tensors(under: "")
  let noBuffers = file(saved.filter { !$0.name.contains("running") }) { "module." + $0 }
  let wrongShape = file(saved.map { ($0.name, $0.name == "layer2.0.conv1.weight" ? Tensor(zeros: [1]) : $0.tensor) }) {
    "module." + $0
  }
  let missing = file(saved.filter { $0.name != "layer3.0.bn2.bias" }) { "net." + $0 }
  for (weights, words) in [
    (noBuffers, "no running statistics of batch norm (“module.bn1.running_mean”)"),
    (wrongShape, "“module.layer2.0.conv1.weight” has shape [1]"), (missing, "no tensor “net.layer3.0.bn2.bias”"),
  ] {
    var loaded = encoder()
    #expect { try loaded.load(stateDict: weights, path: "x") } throws: { "\($0)".hasPrefix(words) }
  }
}

// MARK: forms of files

private func safetensors(_ header: String, _ body: [UInt8]) -> [UInt8] {
  withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8) + body
}

@Test func otherPrecisionsAreWidened() throws {
  // IEEE 754: 1, −2, 65504, 2⁻²⁴, ∞; and the upper halves of float32's 1, −3, 2¹⁰⁰.
  let halves: [UInt16] = [0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00]
  let brains: [UInt16] = [0x3f80, 0xc040, 0x7180]
  let body = (halves + brains).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
  let read = try TensorFile(
    safetensors(
      #"{"h":{"dtype":"F16","shape":[5],"data_offsets":[0,10]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[10,16]}}"#,
      body), "x")
  #expect(read["h"] == Tensor([5], [1, -2, 65504, 0x1p-24, .infinity]))
  #expect(read["b"] == Tensor([3], [1, -3, 0x1p100]))
}

@Test(arguments: [
  ("PK\u{3}\u{4}archive/data.pkl", "a PyTorch file (zip), not safetensors"),
  ("PK\u{3}\u{4}weights.npy", "a numpy archive (npz)"),
  ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "a git-lfs pointer"),
  ("\n<!DOCTYPE html><html>", "a web page"), ("{\"metadata\": {}}", "a JSON file without a weight_map"),
])
func aFileOfAnotherFormIsNamed(content: String, words: String) throws {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("simscope-\(UUID().uuidString).ckpt").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  try Data(content.utf8).write(to: URL(fileURLWithPath: path))
  #expect { try TensorFile(reading: path) } throws: { "\($0)".hasPrefix(words) }
}

@Test func aPickleIsNamedWithTheLinesThatConvertIt() {
  #expect {
    try TensorFile([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9], "runs/moco_v2.pth")
  } throws: {
    let text = "\($0)"
    return text.hasPrefix("a PyTorch file (pickle)") && text.contains("import torch; from safetensors.torch")
      && text.contains("torch.load(\"moco_v2.pth\"") && text.contains("\"moco_v2.safetensors\"")
  }
}

@Test func shardsAreReadByTheirIndexAndNoPathLeadsOut() throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("simscope-\(UUID().uuidString)").path
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  let saved = encoder(seed: 6).tensors(under: "")
  var map: [String: String] = [:]
  for (number, part) in [saved.prefix(7), saved.dropFirst(7)].enumerated() {
    let name = "model-0000\(number + 1)-of-00002.safetensors"
    try file(Array(part)) { $0 }.write(to: folder + "/" + name)
    for (tensor, _) in part { map[tensor] = name }
  }
  let index = folder + "/model.safetensors.index.json"
  func write(_ map: [String: String]) throws {
    try JSONSerialization.data(withJSONObject: ["metadata": ["total_size": 1], "weight_map": map])
      .write(to: URL(fileURLWithPath: index))
  }
  try write(map)
  var loaded = encoder()
  _ = try loaded.load(stateDict: try TensorFile(reading: index), path: index)
  for (own, theirs) in zip(loaded.tensors(under: ""), saved) { #expect(own.tensor == theirs.tensor, "\(own.name)") }
  for name in ["../x.safetensors", "/etc/passwd", "a/b.safetensors", "..", ""] {
    try write(["conv1.weight": name])
    #expect { try TensorFile(reading: index) } throws: { "\($0)".hasPrefix("an index that names “\(name)”") }
  }
  try write(["conv1.weight": "gone.safetensors"])
  #expect { try TensorFile(reading: index) } throws: { "\($0)".hasPrefix("“gone.safetensors” is missing") }
}
