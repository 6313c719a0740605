// Convolution, direct, by Winograd and by patches, against plain loops in double precision and against each other.
import Basics
import CKernels
import TestSupport
import Testing

@testable import Tensors

/// A convolution with its input, weight and the gradient that comes back.
private struct Case: Sendable, CustomTestStringConvertible {
  var images = 1
  var inChannels: Int
  var outChannels: Int
  var height: Int
  var width: Int
  var kernel: Int
  var stride: Int
  /// The numbers are such of bfloat16.
  var isRounded = false
  var testDescription: String {
    "\(images)×\(inChannels)×\(height)×\(width) → \(outChannels), kernel \(kernel), stride \(stride)"
  }

  var x: Tensor { random([images, inChannels, height, width], 1) }
  var weight: Tensor { random([outChannels, inChannels, kernel, kernel], 2) }
  var dy: Tensor { random([images, outChannels, outHeight, outWidth], 3) }
  var outHeight: Int { (height - 1) / stride + 1 }
  var outWidth: Int { (width - 1) / stride + 1 }

  private func random(_ shape: [Int], _ seed: UInt64) -> Tensor {
    var random = RandomStream(seed: seed, .test)
    let numbers = Tensor(shape, (0..<shape.reduce(1, *)).map { _ in random.uniform(-1, 1) })
    return isRounded ? numbers.rounded : numbers
  }
}

private struct Results: Equatable {
  var y: Tensor
  var dx: Tensor?
  var dweight: Tensor
  /// Mean and Σ(y − mean)² of y's channels.
  var moments: [Double] = []
}

private func compute(
  _ problem: Case, _ way: ConvolutionShape.Way, _ element: Activation.Element = .float32, threads: Int,
  picture: Bool = false
) throws -> Results {
  BLAS.useOneThread()
  let (x, weight, dy) = (problem.x, problem.weight, problem.dy)
  func step(_ workspace: inout Workspace) -> Results {
    let input = picture ? workspace.load(x, as: .pixels) : workspace.loadMap(x)
    let gradient = workspace.loadMap(dy)
    let shape = ConvolutionShape(input, weight: weight, stride: problem.stride, padding: problem.kernel / 2)
    // What a kernel leaves unwritten shows as NaN.
    func unwritten(like other: Activation, channels: Int) -> Activation {
      let place = workspace.allocate(
        .blocked, element, images: other.images, channels: channels, height: other.height, width: other.width)
      if !workspace.isPlanning { workspace.pointer(place).update(repeating: .nan, count: place.extent) }
      return place
    }
    let y = unwritten(like: gradient, channels: problem.outChannels)
    let dx = picture ? nil : unwritten(like: input, channels: problem.inChannels)
    let dweight = workspace.makeGradient(slot: 0, count: weight.count)
    let features = Features(input)
    let forward =
      switch way {
      case .winograd: convolveByWinograd
      case .pairs: convolveByPairs
      case .direct: convolveDirectly
      case .pictures: convolvePictures
      case .patches: convolveByPatches
      }
    let measured = forward(features, weight, shape, y, true, &workspace)
    if let dx {
      let back =
        switch way {
        case .winograd: convolveByWinogradBack
        case .pairs: convolveByPairsBack
        case .direct: convolveDirectlyBack
        case .pictures, .patches: convolveByPatchesBack
        }
      _ = back(gradient, weight, shape, dx, features, nil, &workspace)
    }
    let addWeightGradients =
      switch way {
      case .winograd: addWinogradWeightGradients
      case .direct, .pairs: addDirectWeightGradients
      case .pictures: addPictureWeightGradients
      case .patches: addPatchWeightGradients
      }
    addWeightGradients(gradient, features, shape, dweight, &workspace)
    var results = Results(
      y: workspace.readMap(y), dx: dx.map { workspace.readMap($0) },
      dweight: workspace.isPlanning ? weight : Tensor(weight.shape, Array(workspace.gradient(slot: 0))))
    guard !workspace.isPlanning else { return results }
    for map in [y, dx].compactMap({ $0 }) where element == .float32 { expectZeroPadding(map, workspace) }
    results.moments = Array(
      UnsafeBufferPointer(
        start: workspace.address(measured.moments!).assumingMemoryBound(to: Double.self), count: 2 * y.paddedChannels))
    return results
  }
  let workers = WorkerPool(threads: threads)
  var workspace = try Workspace(
    Workspace.plan(workers: workers, element: element) { _ = step(&$0) }, workers: workers)
  return step(&workspace)
}

extension Workspace {
  /// A tensor as a feature map of the workspace's type.
  fileprivate mutating func loadMap(_ tensor: Tensor) -> Activation {
    let values = load(tensor)
    let map = allocate(
      .blocked, element, images: values.images, channels: values.channels, height: values.height, width: values.width)
    let writer = BundleWriter(Destination(map, moments: false, slots: 0, &self), together: map.images, &self)
    if !isPlanning {
      let numbers = pointer(values)
      writer.write(0..<map.images, slot: 0, worker: 0) { $0.update(from: numbers, count: map.count) }
    }
    return map
  }

  fileprivate mutating func readMap(_ map: Activation) -> Tensor {
    let values = allocate(images: map.images, channels: map.channels, height: map.height, width: map.width)
    let reader = BundleReader<Float>(Features(map), together: map.images, &self)
    if !isPlanning { pointer(values).update(from: reader.read(0..<map.images, worker: 0), count: map.count) }
    return read(values)
  }
}

/// Channels beyond the last are zero, as the next layer relies on.
private func expectZeroPadding(_ map: Activation, _ workspace: borrowing Workspace) {
  let numbers = workspace[map]
  let stray = numbers.indices.count { place in
    place / 16 / map.pixels % map.blocks * 16 + place % 16 >= map.channels && numbers[place] != 0
  }
  #expect(stray == 0)
}

/// The definition, in double precision, each sum with the number and the sizes of its terms, which bound its rounding.
/// Winograd's rounding is that of a whole tile, so there the bound is by the largest of those sums; maps of bfloat16, which
/// the pairs' way makes, are rounded by 2⁻⁸ of their numbers.
/// - Parameter every: channels to look at, of inputs and of outputs; 17 meets each place in a block of 16.
private func expectDefinition(
  _ results: Results, _ problem: Case, _ way: ConvolutionShape.Way = .direct, every: Int = 1
) {
  let (x, weight, dy) = (problem.x.scalars, problem.weight.scalars, problem.dy.scalars)
  var (y, dx, dweight) = (Sums(dy.count), Sums(x.count), Sums(weight.count))
  for n in 0..<problem.images {
    for o in 0..<problem.outChannels {
      for c in 0..<problem.inChannels where o % every == 0 || c % every == 0 {
        forEachTap(problem) { out, pixel, tap in
          let yPlace = (n * problem.outChannels + o) * problem.outHeight * problem.outWidth + out
          let xPlace = (n * problem.inChannels + c) * problem.height * problem.width + pixel
          let wPlace = (o * problem.inChannels + c) * problem.kernel * problem.kernel + tap
          if o % every == 0 { y.add(x[xPlace], weight[wPlace], at: yPlace) }
          if c % every == 0 { dx.add(dy[yPlace], weight[wPlace], at: xPlace) }
          dweight.add(x[xPlace], dy[yPlace], at: wPlace)
        }
      }
    }
  }
  let half: Float = way == .pairs ? 0x1p-8 : 0
  let what = "\(problem.testDescription), \(way)"
  #expect(y.worst(results.y, way, half) <= 1, "y of \(what)")
  if let found = results.dx { #expect(dx.worst(found, way, half) <= 1, "dx of \(what)") }
  #expect(dweight.worst(results.dweight, way) <= 1, "dweight of \(what)")
}

/// Calls `body(pixel of y, pixel of x, tap)` for every pair that the kernel joins.
private func forEachTap(_ problem: Case, _ body: (Int, Int, Int) -> Void) {
  for oy in 0..<problem.outHeight {
    for ox in 0..<problem.outWidth {
      for tap in 0..<problem.kernel * problem.kernel {
        let iy = oy * problem.stride + tap / problem.kernel - problem.kernel / 2
        let ix = ox * problem.stride + tap % problem.kernel - problem.kernel / 2
        guard (0..<problem.height).contains(iy), (0..<problem.width).contains(ix) else { continue }
        body(oy * problem.outWidth + ox, iy * problem.width + ix, tap)
      }
    }
  }
}

private struct Sums {
  private var sums: [Double]
  private var sizes: [Double]
  private var counts: [Int]
  init(_ count: Int) {
    sums = Array(repeating: 0, count: count)
    sizes = sums
    counts = Array(repeating: 0, count: count)
  }

  mutating func add(_ a: Float, _ b: Float, at place: Int) {
    sums[place] += Double(a) * Double(b)
    sizes[place] += abs(Double(a) * Double(b))
    counts[place] += 1
  }

  /// The largest error of `found` beyond its rounding to bfloat16, in units of the bound of float32's rounding; NaN
  /// counts as infinite.
  func worst(_ found: Tensor, _ way: ConvolutionShape.Way, _ half: Float = 0) -> Double {
    let (largest, most) = (sizes.max() ?? 0, counts.max() ?? 0)
    return sums.indices.filter { counts[$0] > 0 }.map { place in
      let off = abs(Double(found.scalars[place]) - sums[place]) - Double(half * abs(found.scalars[place]))
      let bound =
        way == .winograd
        ? WinogradGrowth.ofOne * rounding(ofSums: most) * largest : rounding(ofSums: counts[place]) * sizes[place]
      let error = max(0, off) / bound
      return off.isNaN ? .infinity : error
    }.max() ?? 0
  }
}

private let maps = [(1, 1), (1, 7), (2, 2), (3, 5), (4, 4), (5, 1), (8, 8), (9, 14), (13, 6)]
private let kernels = [(3, 1), (3, 2), (1, 1), (1, 2)]

@Test(arguments: kernels)
func directConvolutionIsItsDefinition(kernel: Int, stride: Int) throws {
  for (inChannels, outChannels) in [(16, 16), (20, 48), (32, 20), (48, 32)] {
    for (height, width) in maps {
      let problem = Case(
        inChannels: inChannels, outChannels: outChannels, height: height, width: width, kernel: kernel, stride: stride)
      expectDefinition(try compute(problem, .direct, threads: 1), problem)
    }
  }
  let large = Case(
    images: 2, inChannels: 20, outChannels: 16, height: 37, width: 53, kernel: kernel, stride: stride)
  expectDefinition(try compute(large, .direct, threads: 3), large)
}

/// Maps that are no multiple of a tile, narrower than one, and wide enough for every kind of row.
@Test func winogradConvolutionIsItsDefinition() throws {
  for (inChannels, outChannels) in [(16, 16), (20, 48), (48, 32)] {
    for (height, width) in maps + [(5, 7), (12, 12), (17, 19)] {
      let problem = Case(
        images: 2, inChannels: inChannels, outChannels: outChannels, height: height, width: width, kernel: 3, stride: 1)
      expectDefinition(try compute(problem, .winograd, threads: 1), problem, .winograd)
    }
  }
  let large = Case(images: 2, inChannels: 20, outChannels: 16, height: 37, width: 53, kernel: 3, stride: 1)
  expectDefinition(try compute(large, .winograd, threads: 3), large, .winograd)
}

/// Every width of a tile, one block of outputs and more, more images than a task takes, more blocks than it takes.
@Test(.enabled(if: ck_isa_has_bfloat16() != 0, "this processor does not multiply pairs"), arguments: kernels)
func convolutionByPairsIsItsDefinition(kernel: Int, stride: Int) throws {
  func check(_ images: Int, _ channels: (Int, Int), _ height: Int, _ width: Int) throws {
    let problem = Case(
      images: images, inChannels: channels.0, outChannels: channels.1, height: height, width: width, kernel: kernel,
      stride: stride, isRounded: true)
    expectDefinition(try compute(problem, .pairs, .bfloat16, threads: 3), problem, .pairs)
  }
  for width in 1...26 { try check(1, (16, 48), 1 + width % 4, width) }
  for (height, width) in maps { try check(2, (20, 16), height, width) }
  try check(70, (16, 16), 3, 4)
  try check(1, (144, 272), 2, 3)
}

/// More blocks than a task takes at a time, of inputs and of outputs; more images than there are groups.
@Test(arguments: [(80, 288), (288, 80), (144, 144)])
func wideWinogradConvolutionIsItsDefinition(inChannels: Int, outChannels: Int) throws {
  let problem = Case(
    images: 19, inChannels: inChannels, outChannels: outChannels, height: 8, width: 8, kernel: 3, stride: 1)
  expectDefinition(try compute(problem, .winograd, threads: 3), problem, .winograd, every: 17)
}

/// The two stems, on pictures narrower than a kernel and wider than a band.
@Test(arguments: [(3, 1), (7, 2)])
func convolutionOfPicturesIsItsDefinition(kernel: Int, stride: Int) throws {
  for (height, width) in maps + [(32, 32), (7, 150), (40, 29)] {
    for outChannels in [16, 20, 48] {
      let problem = Case(
        images: 3, inChannels: 3, outChannels: outChannels, height: height, width: width, kernel: kernel,
        stride: stride)
      expectDefinition(try compute(problem, .pictures, threads: 3, picture: true), problem)
    }
  }
}

/// Wider than a task takes at a time, of inputs and of outputs, and maps of more pixels than a band.
@Test(arguments: kernels, [(320, 48), (48, 320), (272, 272)])
func wideConvolutionIsItsDefinition(kernel: (Int, Int), channels: (Int, Int)) throws {
  for (images, size) in [(19, 4), (3, 19)] {
    let problem = Case(
      images: images, inChannels: channels.0, outChannels: channels.1, height: size, width: size, kernel: kernel.0,
      stride: kernel.1)
    expectDefinition(try compute(problem, .direct, threads: 3), problem, every: 17)
    expectDefinition(try compute(problem, .patches, threads: 2), problem, .patches, every: 17)
  }
}

/// Five images, 19 (more than there are groups of images), and maps of one tile to many.
@Test(arguments: kernels, [5, 19])
func convolutionOfManyImagesIsItsDefinition(kernel: (Int, Int), images: Int) throws {
  for (channels, size) in [(16, 11), (32, 8), (48, 4), (20, 16)] {
    let problem = Case(
      images: images, inChannels: channels, outChannels: 32, height: size, width: size, kernel: kernel.0,
      stride: kernel.1)
    expectDefinition(try compute(problem, .direct, threads: 3), problem)
    expectDefinition(try compute(problem, .patches, threads: 2), problem, .patches)
  }
}

/// Reading and writing bfloat16 changes nothing but the numbers themselves: those that are numbers of bfloat16 give the
/// results of float32, rounded. More blocks than a task takes at a time, more images than there are groups of them.
@Test(arguments: [(3, 2, 272), (3, 2, 20), (1, 1, 272), (1, 2, 20), (3, 1, 20)])
func convolutionOfBFloat16IsThatOfFloat32(kernel: Int, stride: Int, channels: Int) throws {
  let problem = Case(
    images: 19, inChannels: channels, outChannels: channels + 20, height: 9, width: 7, kernel: kernel, stride: stride,
    isRounded: true)
  for way in [ConvolutionShape.Way.direct, .patches] {
    let found = try compute(problem, way, .bfloat16, threads: 3)
    var wanted = try compute(problem, way, threads: 2)
    wanted.y = wanted.y.rounded
    wanted.dx = wanted.dx!.rounded
    #expect(found == wanted, "\(way)")
  }
}

@Test func convolutionOfPicturesToBFloat16IsThatToFloat32() throws {
  for (kernel, stride) in [(3, 1), (7, 2)] {
    let problem = Case(
      images: 19, inChannels: 3, outChannels: 20, height: 13, width: 11, kernel: kernel, stride: stride,
      isRounded: true)
    let found = try compute(problem, .pictures, .bfloat16, threads: 3, picture: true)
    var wanted = try compute(problem, .pictures, threads: 2, picture: true)
    wanted.y = wanted.y.rounded
    #expect(found == wanted)
  }
}

/// The moments that a convolution takes of its result, against two passes in double precision over that result.
@Test(arguments: [ConvolutionShape.Way.direct, .winograd, .patches, .pictures])
func momentsOfAConvolutionAreThoseOfItsResult(way: ConvolutionShape.Way) throws {
  for (images, outChannels) in [(1, 20), (37, 20), (5, 272)] {
    let problem = Case(
      images: images, inChannels: way == .pictures ? 3 : 20, outChannels: outChannels, height: 9, width: 14, kernel: 3,
      stride: 1)
    let found = try compute(problem, way, threads: 3, picture: way == .pictures)
    let (pixels, padded) = (9 * 14, (outChannels + 15) / 16 * 16)
    for channel in 0..<outChannels {
      let numbers = (0..<images * pixels).map { place in
        Double(found.y.scalars[(place / pixels * outChannels + channel) * pixels + place % pixels])
      }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = (squares / Double(numbers.count)).squareRoot()
      #expect(abs(found.moments[channel] - mean) < 1e-5 * deviation)
      #expect(abs(found.moments[padded + channel] - squares) < 1e-5 * squares)
    }
  }
}

extension Tensor {
  /// Rounded to the nearest bfloat16, ties to even.
  fileprivate var rounded: Tensor {
    Tensor(
      shape,
      scalars.map { Float(bitPattern: ($0.bitPattern + 0x7fff + ($0.bitPattern >> 16 & 1)) & 0xffff_0000) })
  }
}

@Test(arguments: kernels)
func convolutionIsTheSameOnAnyThreads(kernel: Int, stride: Int) throws {
  let problem = Case(
    images: 21, inChannels: 32, outChannels: 48, height: 7, width: 9, kernel: kernel, stride: stride)
  var ways: [(ConvolutionShape.Way, Activation.Element)] = [(.direct, .float32), (.direct, .bfloat16)]
  if kernel == 3, stride == 1 { ways += [(.winograd, .float32), (.winograd, .bfloat16)] }
  if ck_isa_has_bfloat16() != 0 { ways.append((.pairs, .bfloat16)) }
  for (way, element) in ways {
    let alone = try compute(problem, way, element, threads: 1)
    #expect(try alone == compute(problem, way, element, threads: 2))
    #expect(try alone == compute(problem, way, element, threads: 3))
  }
}
