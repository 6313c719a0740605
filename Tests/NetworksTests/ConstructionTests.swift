// How fresh encoders are built: sizes of maps, shortcuts, and the numbers that parameters start from.
import Basics
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Networks

private func encoder(_ name: String, width: Double = 1, _ stem: ResNet.Stem = .cifar) -> ResNet {
  var random = RandomStream(seed: 3, .initialization)
  return ResNet(ResNet.Architecture.named(name)!, width: width, stem: stem, using: &random)
}

/// Sides of the maps behind the first convolution and behind each stage, by the table of He et al. (2016) for ImageNet,
/// and for CIFAR with a first convolution of stride 1, padding 1, and no pooling.
@Test(arguments: [
  ("resnet18", ResNet.Stem.cifar, 32, [32, 32, 16, 8, 4]), ("resnet50", .cifar, 32, [32, 32, 16, 8, 4]),
  ("resnet20", .cifar, 32, [32, 32, 16, 8]), ("resnet18", .imagenet, 224, [112, 56, 28, 14, 7]),
  ("resnet50", .imagenet, 224, [112, 56, 28, 14, 7]), ("resnet34", .imagenet, 96, [48, 24, 12, 6, 3]),
])
func mapsHaveTheSizesOfTheDefinition(name: String, stem: ResNet.Stem, size: Int, sides: [Int]) {
  let encoder = encoder(name, width: 0.25, stem)
  var found: [Int] = []
  _ = Workspace.plan(workers: WorkerPool(threads: 1)) { workspace in
    let pictures = workspace.input(
      UnsafeBufferPointer(start: nil, count: 0), images: 2, size: size, mean: [], standardDeviation: [])
    var bn1 = encoder.bn1
    let first = encoder.conv1.forward(Features(pictures), .training, &workspace)
    var sizes = [(first.map.height, first.map.width)]
    var x = bn1.forward(first, .training, &workspace)
    if stem == .imagenet { x = maxPool(x, .training, &workspace) }
    for var stage in encoder.stages {
      for index in stage.indices { x = stage[index].forward(x, .training, &workspace) }
      sizes.append((x.map.height, x.map.width))
    }
    found = sizes.map { $0 == $1 ? $0 : -1 }
  }
  #expect(found == sides)
}

/// torchvision's `zero_init_residual`: the weight of each branch's last batch norm, and no other, is 0 or 1.
@Test(arguments: [("resnet20", "bn2", 9), ("resnet50", "bn3", 16)], [true, false])
func branchesStartAtZeroIfAsked(network: (name: String, norm: String, blocks: Int), isZero: Bool) {
  var random = RandomStream(seed: 3, .initialization)
  var encoder = ResNet(
    ResNet.Architecture.named(network.name)!, width: 0.25, zeroInitResidual: isZero, using: &random)
  var zeros = 0
  encoder.visitParameters("") { name, parameter in
    guard parameter.value.shape.count == 1, name.hasSuffix(".weight") else { return }
    let isLast = name.hasPrefix("layer") && name.hasSuffix("\(network.norm).weight")
    if isLast && isZero { zeros += 1 }
    #expect(parameter.value.scalars.allSatisfy { $0 == (isLast && isZero ? 0 : 1) }, "\(name)")
  }
  #expect(zeros == (isZero ? network.blocks : 0))
}

/// The last batch norm of a branch starts at zero, so a block is ReLU of its shortcut: x itself, or a 1×1 convolution
/// with stride and a batch norm, here by plain loops.
@Test(arguments: [(false, 1), (false, 2), (true, 1), (true, 2)])
func aFreshBlockIsReLUOfItsShortcut(isBottleneck: Bool, stride: Int) throws {
  var random = RandomStream(seed: 3, .initialization)
  let (images, channels, size) = (3, 32, 6)
  let kind: any ResidualBlock.Type = isBottleneck ? Bottleneck.self : BasicBlock.self
  let out = stride == 1 ? channels / kind.expansion : channels
  let block = kind.init(channels, out, stride: stride, branchGamma: 0, using: &random)
  #expect((block.downsample == nil) == (stride == 1))
  let x = Tensor(
    [images, channels, size, size], (0..<images * channels * size * size).map { _ in random.uniform(-1, 1) })
  var y = x
  try withWorkspace { workspace in
    var block = block
    let output = block.forward(Features(workspace.load(x)), .training, &workspace)
    y = workspace.read(settle(output, .training, &workspace).map)
  }
  let shortcut = block.downsample.map { projected(x, $0.conv.weight.value, stride: stride) } ?? x
  try expectClose(y, Tensor(shortcut.shape, shortcut.scalars.map { max(0, $0) }), 4 * rounding(ofSums: channels))
}

/// Batch norm with batch statistics of a 1×1 convolution with stride, in double.
private func projected(_ x: Tensor, _ weight: Tensor, stride: Int) -> Tensor {
  let (images, channels, size) = (x.shape[0], x.shape[1], x.shape[2])
  let (out, side) = (weight.shape[0], (size + stride - 1) / stride)
  var y = [Double](repeating: 0, count: images * out * side * side)
  func place(_ n: Int, _ c: Int, _ i: Int) -> Int { (n * out + c) * side * side + i }
  for c in 0..<out {
    for n in 0..<images {
      for i in 0..<side * side {
        y[place(n, c, i)] = (0..<channels).reduce(0) { sum, k in
          let pixel = ((n * channels + k) * size + i / side * stride) * size + i % side * stride
          return sum + Double(weight.scalars[c * channels + k]) * Double(x.scalars[pixel])
        }
      }
    }
    let places = (0..<images).flatMap { n in (0..<side * side).map { place(n, c, $0) } }
    let mean = places.reduce(0) { $0 + y[$1] } / Double(places.count)
    let variance = places.reduce(0) { $0 + (y[$1] - mean) * (y[$1] - mean) } / Double(places.count)
    for index in places { y[index] = (y[index] - mean) / (variance + 1e-5).squareRoot() }
  }
  return Tensor([images, out, side, side], y.map(Float.init))
}

/// Convolutions: normal, deviation √(2 / fan-out) (He et al. 2015; torchvision's ResNets). Batch norm: scale 1, or 0 at
/// the end of a branch, shift 0, running mean 0 and variance 1.
@Test(arguments: [("resnet20", "bn2"), ("resnet50", "bn3")])
func freshParametersAreDrawnAsDocumented(name: String, last: String) {
  var encoder = encoder(name, width: 0.5)
  encoder.visitParameters("") { name, parameter in
    let (shape, scalars) = (parameter.value.shape, parameter.value.scalars)
    guard shape.count == 4 else {
      let expected: Float = name.hasSuffix("bias") || name.hasSuffix("\(last).weight") ? 0 : 1
      #expect(scalars.allSatisfy { $0 == expected }, "\(name)")
      return
    }
    expectNormal(scalars, deviation: (2 / Double(shape[0] * shape[2] * shape[3])).squareRoot(), name)
  }
  encoder.visitBuffers("") { name, buffer in
    #expect(buffer.scalars.allSatisfy { $0 == (name.hasSuffix("running_var") ? 1 : 0) }, "\(name)")
  }
}

/// Linear layers: normal, deviation √(1 / fan-in); bias 0.
@Test func freshHeadsAreDrawnAsDocumented() {
  var random = RandomStream(seed: 4, .initialization)
  var head = ProjectionHead(
    .nonlinear, features: 256, layers: 3, hidden: 64, out: 32, norm: .none, using: &random)
  head.visitParameters("") { name, parameter in
    guard parameter.isWeight else { return #expect(parameter.value.scalars.allSatisfy { $0 == 0 }, "\(name)") }
    expectNormal(parameter.value.scalars, deviation: (1 / Double(parameter.value.columns)).squareRoot(), name)
  }
}

/// Mean, deviation and the share within one deviation (0.6827), each within five of its standard errors.
private func expectNormal(_ numbers: [Float], deviation: Double, _ what: String) {
  let count = Double(numbers.count)
  let mean = numbers.reduce(0) { $0 + Double($1) } / count
  let spread = (numbers.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count).squareRoot()
  let inside = Double(numbers.count { abs(Double($0)) < deviation }) / count
  #expect(abs(mean) < 5 * deviation / count.squareRoot(), "\(what): mean \(mean)")
  #expect(abs(spread / deviation - 1) < 5 / (2 * count).squareRoot(), "\(what): deviation \(spread), not \(deviation)")
  #expect(abs(inside - 0.6827) < 5 * (0.6827 * 0.3173 / count).squareRoot(), "\(what): \(inside) within one deviation")
}
