// Projection heads: their parameters by name and shape, and what they compute against plain loops in double.
import Basics
import Networks
import Tensors
import TestSupport
import Testing

private typealias Kind = ProjectionHead.Kind
private typealias Norm = ProjectionHead.Norm

private func head(_ kind: Kind, layers: Int, _ norm: Norm, features: Int, hidden: Int, out: Int) -> ProjectionHead {
  var random = RandomStream(seed: 1, .initialization)
  var head = ProjectionHead(
    kind, features: features, layers: layers, hidden: hidden, out: out, norm: norm, using: &random)
  head.numberParameters()
  return head
}

/// The reference code's `projection_head` and `batch_norm_relu`: no bias, a batch norm after every linear layer, the last
/// one (`center=False`) without shift. Without batch norm: W₂ ReLU(W₁ h), with bias. Positions count ReLU, as in a
/// `torch.nn.Sequential`.
@Test func headsHaveTheParametersOfTheirDefinition() {
  func list(_ kind: Kind, layers: Int = 2, _ norm: Norm) -> [String] {
    var head = head(kind, layers: layers, norm, features: 12, hidden: 8, out: 4)
    var found: [String] = []
    head.visitParameters("head") { name, parameter in found.append("\(name) \(parameter.value.shape)") }
    return found
  }
  #expect(list(.none, .reference) == [])
  #expect(list(.none, .none) == [])
  #expect(list(.linear, .reference) == ["head.0.weight [4, 12]", "head.1.weight [4]"])
  #expect(list(.linear, .none) == ["head.0.weight [4, 12]", "head.0.bias [4]"])
  #expect(
    list(.nonlinear, .reference) == [
      "head.0.weight [8, 12]", "head.1.weight [8]", "head.1.bias [8]", "head.3.weight [4, 8]", "head.4.weight [4]",
    ])
  #expect(
    list(.nonlinear, layers: 3, .reference) == [
      "head.0.weight [8, 12]", "head.1.weight [8]", "head.1.bias [8]", "head.3.weight [8, 8]", "head.4.weight [8]",
      "head.4.bias [8]", "head.6.weight [4, 8]", "head.7.weight [4]",
    ])
  #expect(
    list(.nonlinear, layers: 3, .none) == [
      "head.0.weight [8, 12]", "head.0.bias [8]", "head.2.weight [8, 8]", "head.2.bias [8]", "head.4.weight [4, 8]",
      "head.4.bias [4]",
    ])
}

/// z, and the gradients of h and of every parameter by central differences of plain loops in double.
@Test(arguments: [
  (Kind.none, 2, Norm.reference), (.linear, 2, .reference), (.linear, 2, .none), (.nonlinear, 2, .reference),
  (.nonlinear, 2, .none), (.nonlinear, 3, .reference), (.nonlinear, 3, .none),
])
fileprivate func gradientsOfHeadsAreThoseOfPlainLoops(kind: Kind, layers: Int, norm: Norm) throws {
  var random = RandomStream(seed: 5, .test)
  func noise(_ shape: [Int]) -> Tensor {
    Tensor(shape, (0..<shape.reduce(1, *)).map { _ in random.uniform(-1, 1) })
  }
  let (rows, features) = (9, 7)
  var head = head(kind, layers: layers, norm, features: features, hidden: 6, out: 5)
  // A fresh head has scales of 1 and shifts of 0, which would hide mistakes.
  var numbers: [Double] = []
  head.visitParameters("") { _, parameter in
    if !parameter.isWeight { parameter.value = noise(parameter.value.shape) }
    numbers += parameter.value.scalars.map(Double.init)
  }
  let h = noise([rows, features])
  let dz = noise([rows, kind == .none ? features : 5])
  var (z, dh, gradients) = (dz, h, [Float]())
  try withWorkspace { workspace in
    var trained = head
    let output = trained.forward(workspace.load(h), .training, &workspace)
    z = workspace.read(output)
    dh = workspace.read(head.backward(workspace.load(dz), &workspace))
    gradients = []
    trained.visitParameters("") { _, parameter in
      gradients += workspace.gradientTensor(parameter.slot, parameter.value.shape).scalars
    }
  }
  let widths =
    kind == .none
    ? [features] : kind == .linear ? [features, 5] : [features] + Array(repeating: 6, count: layers - 1) + [5]
  let plain = PlainHead(widths: widths, norm: norm, rows: rows)
  let input = h.scalars.map(Double.init)
  // Each layer's sums and those of its batch norm.
  let bound = 4 * rounding(ofSums: widths.reduce(0) { $0 + $1 + rows })
  try expectClose(z, Tensor(z.shape, plain.z(input, numbers).map(Float.init)), bound, "z")
  func loss(_ h: [Double], _ numbers: [Double]) -> Double {
    zip(plain.z(h, numbers), dz.scalars).reduce(0) { $0 + $1.0 * Double($1.1) }
  }
  func slopes(_ start: [Double], _ loss: ([Double]) -> Double) -> Tensor {
    Tensor(
      [start.count],
      start.indices.map { index in
        var (up, down) = (start, start)
        up[index] += 1e-6
        down[index] -= 1e-6
        return Float((loss(up) - loss(down)) / 2e-6)
      })
  }
  try expectClose(dh, slopes(input) { loss($0, numbers) }, bound, "dh")
  guard !numbers.isEmpty else { return }
  try expectClose(Tensor([gradients.count], gradients), slopes(numbers) { loss(input, $0) }, bound, "parameters")
}

/// A head from the paper's and the reference code's formulas, one number at a time.
private struct PlainHead {
  /// Of h, of what is between layers, and of z.
  let widths: [Int]
  let norm: ProjectionHead.Norm
  let rows: Int

  func z(_ h: [Double], _ numbers: [Double]) -> [Double] {
    var (x, rest) = (h, numbers[...])
    func take(_ count: Int) -> [Double] {
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    for layer in 0..<widths.count - 1 {
      let (from, to, isLast) = (widths[layer], widths[layer + 1], layer == widths.count - 2)
      let weight = take(to * from)
      var y = (0..<rows * to).map { place in
        (0..<from).reduce(0) { $0 + weight[place % to * from + $1] * x[place / to * from + $1] }
      }
      switch norm {
      case .none:
        let bias = take(to)
        for place in y.indices { y[place] += bias[place % to] }
      case .reference:
        let scale = take(to)
        let shift = isLast ? [Double](repeating: 0, count: to) : take(to)
        for column in 0..<to {
          let values = (0..<rows).map { y[$0 * to + column] }
          let mean = values.reduce(0, +) / Double(rows)
          let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
          for row in 0..<rows {
            y[row * to + column] =
              (values[row] - mean) / (variance + 1e-5).squareRoot() * scale[column] + shift[column]
          }
        }
      }
      x = isLast ? y : y.map { max(0, $0) }
    }
    return x
  }
}
