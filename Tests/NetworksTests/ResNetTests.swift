// Whole networks against PyTorch, and their construction against torchvision.
import Basics
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

/// Encoder and head as one model.
private struct Both: Parameterized, Equatable {
  var encoder: ResNet
  var head: ProjectionHead

  init(_ name: String, head kind: ProjectionHead.Kind) {
    var random = RandomStream(seed: 1, .initialization)
    encoder = ResNet(ResNet.Architecture.named(name)!, using: &random)
    head = ProjectionHead(kind, features: 64, layers: 2, hidden: 64, out: 16, norm: .reference, using: &random)
    numberParameters()
  }
  mutating func forward(_ x: Activation, _ mode: Mode, _ workspace: inout Workspace) -> Activation {
    head.forward(encoder.forward(x, mode, &workspace), mode, &workspace)
  }
  func backward(_ dz: Activation, _ workspace: inout Workspace) {
    encoder.backward(head.backward(dz, &workspace), &workspace)
  }
  mutating func visitParameters(_ prefix: String, _ body: (String, inout Parameter) -> Void) {
    encoder.visitParameters("encoder", body)
    head.visitParameters("head", body)
  }
  mutating func visitBuffers(_ prefix: String, _ body: (String, inout Tensor) -> Void) {
    encoder.visitBuffers("encoder", body)
    head.visitBuffers("head", body)
  }
}

@Test(arguments: Activation.Element.allCases)
func resnet8IsPyTorchs(element: Activation.Element) throws {
  let file = try golden("resnet8")
  var model = Both("resnet8", head: .nonlinear)
  try model.encoder.load(from: file, under: "encoder", path: "resnet8")
  try model.head.load(from: file, under: "head", path: "resnet8")
  try compare(model, file, element)
}

@Test(arguments: Activation.Element.allCases)
func resnet8OnOddSizesWithALinearHeadIsPyTorchs(element: Activation.Element) throws {
  let file = try golden("resnet8-odd")
  var model = Both("resnet8", head: .linear)
  try model.encoder.load(from: try golden("resnet8"), under: "encoder", path: "resnet8")
  try model.head.load(from: file, under: "head", path: "resnet8-odd")
  try compare(model, file, element)
}

/// Its parameters are resnet8's, repeated as the golden maker says.
@Test(arguments: Activation.Element.allCases)
func resnet20IsPyTorchs(element: Activation.Element) throws {
  let small = try golden("resnet8")
  var model = Both("resnet20", head: .nonlinear)
  var parameters = TensorFile()
  for (name, tensor) in model.encoder.tensors(under: "encoder") {
    let parts = name.split(separator: ".")
    var source = name
    if parts[1].hasPrefix("layer"), parts[2] != "0" {
      let part = parts[3] == "conv1" ? "conv2" : parts[3]
      source = "encoder.\(parts[1]).0.\(part).\(parts[4])"
    }
    let value = try #require(small[source])
    #expect(value.shape == tensor.shape)
    parameters.add(name, value)
  }
  try model.encoder.load(from: parameters, under: "encoder", path: "resnet20")
  try model.head.load(from: small, under: "head", path: "resnet8")
  try compare(model, try golden("resnet20"), element)
}

/// h, z, gradients of NT-Xent at 0.5 and running statistics. In bfloat16 no gradients: over so few pictures, two views of
/// each, they magnify rounding: PyTorch's in float64 are off by a quarter (resnet8) when its maps are rounded.
private func compare(_ model: Both, _ file: TensorFile, _ element: Activation.Element) throws {
  let x = try #require(file["x"])
  var results: [String: Tensor] = [:]
  var trained = model
  try withWorkspace(element) { workspace in
    trained = model
    let h = trained.encoder.forward(workspace.load(x, as: .pixels), .training, &workspace)
    results["h"] = workspace.read(h)
    let z = trained.head.forward(h, .training, &workspace)
    results["z"] = workspace.read(z)
    let dz =
      workspace.isPlanning ? Tensor(zeros: results["z"]!.shape) : textbookGradient(results["z"]!, temperature: 0.5)
    trained.backward(workspace.load(dz), &workspace)
    trained.visitParameters("") { name, parameter in
      results["grad." + name] = workspace.gradientTensor(parameter.slot, parameter.value.shape)
    }
  }
  trained.visitBuffers("") { name, buffer in results["after." + name] = buffer }
  var frozen = model
  try withWorkspace(element) { workspace in
    let h = frozen.encoder.forward(workspace.load(x, as: .pixels), .inference, &workspace)
    results["h_inference"] = workspace.read(h)
    results["z_inference"] = workspace.read(frozen.head.forward(h, .inference, &workspace))
  }
  #expect(frozen == model, "inference changed the model")
  var compared = 0
  let bound = roundingOfNetwork(model)
  for (name, result) in results {
    if element == .bfloat16 {
      guard !name.hasPrefix("grad") else { continue }
      try expectClose(result, file[name], name.hasPrefix("z") ? 0.06 : 0.02, name)
    } else if let expected = file[name] {
      try expectClose(result, expected, bound, name)
      compared += 1
    } else if name.hasPrefix("grad."), let norm = file["gradnorm." + name.dropFirst(5)] {
      #expect(abs(result.norm / Double(norm.scalars[0]) - 1) <= bound, "\(name): norm")
      compared += 1
    }
  }
  #expect(compared == results.count || element == .bfloat16, "\(results.count - compared) results have no golden")
}

/// ⟨a, b⟩ / (‖a‖ ‖b‖)
private func cosine(_ a: Tensor, _ b: Tensor) -> Double {
  zip(a.scalars, b.scalars).reduce(0.0) { $0 + Double($1.0) * Double($1.1) } / max(a.norm * b.norm, 1e-30)
}

/// h, and the gradients from one of h: in bfloat16 as in float32 but for rounding. Some values pass ReLU in one and not in
/// the other, so of gradients it is the direction that counts; `aChainOfBlocksIsItsDefinition` has none such.
@Test(arguments: [("resnet8", ResNet.Stem.cifar, 12), ("resnet18", .imagenet, 45)])
func encodersInBFloat16AreThoseInFloat32(name: String, stem: ResNet.Stem, size: Int) throws {
  var random = RandomStream(seed: 9, .test)
  func noise(_ shape: [Int]) -> Tensor {
    Tensor(shape, (0..<shape.reduce(1, *)).map { _ in random.uniform(-1, 1) })
  }
  var encoder = ResNet(ResNet.Architecture.named(name)!, width: 0.7, stem: stem, using: &random)
  encoder.numberParameters()
  encoder.visitParameters("") { _, parameter in
    guard !parameter.isWeight else { return }
    parameter.value = Tensor(parameter.value.shape, parameter.value.scalars.map { _ in random.uniform(0.5, 1) })
  }
  let (x, dh) = (noise([24, 3, size, size]), noise([24, encoder.features]))
  func results(_ element: Activation.Element) throws -> [String: Tensor] {
    var found: [String: Tensor] = [:]
    try withWorkspace(element) { workspace in
      var trained = encoder
      found["h"] = workspace.read(trained.forward(workspace.load(x, as: .pixels), .training, &workspace))
      trained.backward(workspace.load(dh), &workspace)
      trained.visitParameters("") { name, parameter in
        found["grad." + name] = workspace.gradientTensor(parameter.slot, parameter.value.shape)
      }
    }
    return found
  }
  let (found, expected) = (try results(.bfloat16), try results(.float32))
  try expectClose(try #require(found["h"]), expected["h"], 0.01, "h")
  let names = found.keys.filter { $0.hasPrefix("grad.") }.sorted()
  for name in names { #expect(cosine(found[name]!, expected[name]!) > 0.95, "\(name)") }
  func all(_ results: [String: Tensor]) -> Tensor {
    let scalars = names.flatMap { results[$0]!.scalars }
    return Tensor([scalars.count], scalars)
  }
  #expect(cosine(all(found), all(expected)) > 0.99)
}

/// ∂NT-Xent/∂z in double, straight from the definition by central differences of the textbook sum.
private func textbookGradient(_ z: Tensor, temperature: Double) -> Tensor {
  let (rows, columns) = (z.rows, z.columns)
  func loss(_ z: [Double]) -> Double {
    let lengths = (0..<rows).map { r in
      (0..<columns).reduce(0.0) { $0 + z[r * columns + $1] * z[r * columns + $1] }.squareRoot()
    }
    func cosine(_ i: Int, _ j: Int) -> Double {
      (0..<columns).reduce(0.0) { $0 + z[i * columns + $1] * z[j * columns + $1] } / (lengths[i] * lengths[j])
    }
    return (0..<rows).reduce(0.0) { sum, i in
      let all = (0..<rows).filter { $0 != i }.reduce(0.0) { $0 + exp(cosine(i, $1) / temperature) }
      return sum + log(all) - cosine(i, (i + rows / 2) % rows) / temperature
    } / Double(rows)
  }
  let start = z.scalars.map(Double.init)
  return Tensor(
    z.shape,
    start.indices.map { k in
      var (up, down) = (start, start)
      up[k] += 1e-5
      down[k] -= 1e-5
      return Float((loss(up) - loss(down)) / 2e-5)
    })
}

/// resnet18, 34 and 50 as torchvision counts them without `fc`, with its `conv1` and with one of 3×3; wide ones by
/// torchvision's own classes, their `inplanes` and stages multiplied.
@Test(arguments: [
  ("resnet8", 1.0, ResNet.Stem.cifar, independentCount(blocks: 1)),
  ("resnet20", 1, .cifar, independentCount(blocks: 3)),
  ("resnet32", 1, .cifar, independentCount(blocks: 5)),
  ("resnet20", 2, .cifar, independentCount(blocks: 3, width: 2)),
  ("resnet8", 4, .cifar, independentCount(blocks: 1, width: 4)),
  // The reference code has a projection in the first stage too: 11,173,056.
  ("resnet18", 1, .cifar, 11_168_832),
  ("resnet34", 1, .cifar, 21_276_992), ("resnet50", 1, .cifar, 23_500_352),
  ("resnet18", 1, .imagenet, 11_689_512 - 513_000), ("resnet34", 1, .imagenet, 21_797_672 - 513_000),
  ("resnet50", 1, .imagenet, 25_557_032 - 2_049_000),
  ("resnet50", 2, .imagenet, 93_907_072), ("resnet34", 2, .imagenet, 85_085_824),
  ("resnet18", 0.5, .imagenet, 2_798_880),
])
func encodersHaveTheParametersOfTheirDefinition(name: String, width: Double, stem: ResNet.Stem, count: Int) {
  var random = RandomStream(seed: 1, .initialization)
  let encoder = ResNet(ResNet.Architecture.named(name)!, width: width, stem: stem, using: &random)
  #expect(encoder.parameterCount == count)
}

@Test func channelsAreRoundedToWholeOnes() {
  var random = RandomStream(seed: 1, .initialization)
  func features(_ name: String, _ width: Double) -> Int {
    ResNet(ResNet.Architecture.named(name)!, width: width, using: &random).features
  }
  #expect(features("resnet8", 0.3) == 19)  // 19.2
  #expect(features("resnet8", 0.7) == 45)  // 44.8
  #expect(features("resnet50", 0.0625) == 4 * 32)
}

@Test func largeViewsHaveTheStemOfImageNet() {
  func stem(_ name: String, _ size: Int) -> ResNet.Stem { ResNet.Architecture.named(name)!.usualStem(imageSize: size) }
  #expect(stem("resnet18", 63) == .cifar)
  for name in ["resnet18", "resnet34", "resnet50"] { #expect(stem(name, 64) == .imagenet) }
  for name in ["resnet8", "resnet20", "resnet32"] { #expect(stem(name, 224) == .cifar) }
}

/// Counted by hand from the definition: convolutions without bias, two numbers a channel for each batch norm.
private func independentCount(blocks: Int, width factor: Int = 1) -> Int {
  var total = 3 * 16 * factor * 9 + 2 * 16 * factor
  var channels = 16 * factor
  for width in [16 * factor, 32 * factor, 64 * factor] {
    for _ in 0..<blocks {
      total += channels * width * 9 + 2 * width + width * width * 9 + 2 * width
      if channels != width { total += channels * width + 2 * width }
      channels = width
    }
  }
  return total
}
