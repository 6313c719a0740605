// resnet18 and resnet50 with ImageNet's stem, in full, against torchvision's own: names and shapes, and what they compute
// with parameters that both sides make by one rule.
import Basics
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@Test(arguments: ["resnet18", "resnet50"])
func encodersAreTorchvisions(name: String) throws {
  let file = try golden("\(name)-imagenet")
  var random = RandomStream(seed: 1, .initialization)
  var encoder = ResNet(ResNet.Architecture.named(name)!, stem: .imagenet, using: &random)
  encoder.numberParameters()
  let shapes = Dictionary(uniqueKeysWithValues: encoder.tensors(under: "").map { ($0, $1.shape) })
  let expected = try JSONDecoder().decode([String: [Int]].self, from: Data(try #require(file.metadata["shapes"]).utf8))
  #expect(shapes == expected)
  let seed = try #require(file.metadata["seed"].flatMap { Int($0) })
  try encoder.load(from: parametersByRule(shapes, seed: seed), under: "", path: name)
  try compare(encoder, file)
}

/// The CIFAR stem as users make it: conv1 of 3×3, no pooling.
@Test(arguments: [
  ("resnet18", 1.0, ResNet.Stem.cifar), ("resnet34", 1, .cifar), ("resnet34", 1, .imagenet), ("resnet50", 1, .cifar),
  ("resnet20", 2, .cifar),
])
func representationsAreTorchvisions(name: String, width: Double, stem: ResNet.Stem) throws {
  let file = try golden("representations")
  let title = width == 1 ? "\(name)-\(stem)" : "\(name)-width\(Int(width))"
  let (x, h) = (try #require(file["\(title).x"]), try #require(file["\(title).h"]))
  var random = RandomStream(seed: 1, .initialization)
  var encoder = ResNet(ResNet.Architecture.named(name)!, width: width, stem: stem, using: &random)
  encoder.numberParameters()
  let shapes = Dictionary(uniqueKeysWithValues: encoder.tensors(under: "").map { ($0, $1.shape) })
  let left = try encoder.load(stateDict: parametersByRule(shapes, seed: 3), path: name).unused
  #expect(left.isEmpty)
  var found = Tensor(zeros: h.shape)
  try withWorkspace { workspace in
    found = workspace.read(encoder.forward(workspace.load(x, as: .pixels), .inference, &workspace))
  }
  try expectClose(found, h, roundingOfNetwork(encoder), title)
}

private func compare(_ encoder: ResNet, _ file: TensorFile) throws {
  let (x, dh) = (try #require(file["x"]), try #require(file["dh"]))
  var trained = encoder
  var results: [String: Tensor] = [:]
  try withWorkspace { workspace in
    trained = encoder
    let h = trained.forward(workspace.load(x, as: .pixels), .training, &workspace)
    results["h"] = workspace.read(h)
    trained.backward(workspace.load(dh), &workspace)
    guard !workspace.isPlanning else { return }
    trained.visitParameters("") { name, parameter in
      let gradient = workspace.gradientTensor(parameter.slot, parameter.value.shape)
      results["gradnorm." + name] = Tensor([1], [Float(gradient.norm)])
      results["gradpart." + name] = part(of: gradient)
    }
  }
  trained.visitBuffers("") { name, buffer in results["after." + name] = part(of: buffer) }
  var frozen = encoder
  try withWorkspace { workspace in
    let h = frozen.forward(workspace.load(x, as: .pixels), .inference, &workspace)
    results["h_inference"] = workspace.read(h)
  }
  #expect(frozen == encoder, "inference changed the encoder")
  #expect(Set(results.keys).union(["x", "dh"]) == Set(file.tensors.map(\.name)))
  for (name, result) in results { try expectClose(result, file[name], roundingOfNetwork(encoder), name) }
}

/// About 16 numbers, evenly over the tensor.
private func part(of tensor: Tensor) -> Tensor {
  let numbers = stride(from: 0, to: tensor.count, by: tensor.count / 16 + 1).map { tensor.scalars[$0] }
  return Tensor([numbers.count], numbers)
}

/// `made_again` of the golden maker.
private func parametersByRule(_ shapes: [String: [Int]], seed: Int) -> TensorFile {
  var file = TensorFile()
  for (place, name) in shapes.keys.sorted().enumerated() {
    let shape = shapes[name]!
    let scale = shape.count == 4 ? (6 / Double(shape[1] * shape[2] * shape[3])).squareRoot() : 1
    let offset = UInt32(truncatingIfNeeded: (1000 * seed + place) * 0x9E37_79B9)
    let scalars = (0..<shape.reduce(1, *)).map { index in
      let value = mixed(UInt32(index) &+ offset)
      if shape.count == 4 { return Float(scale * (2 * value - 1)) }
      if name.hasSuffix("weight") { return Float(0.25 + 0.25 * value) }
      if name.hasSuffix("running_var") { return Float(0.5 + value) }
      return Float(4 * value - 2)
    }
    file.add(name, Tensor(shape, scalars))
  }
  return file
}

/// A number in 0 ..< 1 (Wellons 2018, “lowbias32”).
private func mixed(_ number: UInt32) -> Double {
  var x = number
  for (shift, factor) in [(16, 0x7FEB_352D), (15, 0x846C_A68B)] as [(UInt32, UInt32)] {
    x = (x ^ (x >> shift)) &* factor
  }
  return Double((x ^ (x >> 16)) >> 8) / 0x1p24
}
