import CKernels
import Foundation
import Testing

@testable import Images

private func changed(_ image: Image, _ operation: DrawnOperation) -> [Float] {
  var pixels = Pixels(image)
  pixels.apply([operation])
  return pixels.values
}

/// 4096 colours as a 64×64 picture.
private let allColors = Image(
  width: 64, height: 64,
  pixels: (0..<4096).flatMap { (i: Int) -> [UInt8] in
    [UInt8(i / 256 * 17), UInt8(i / 16 % 16 * 17), UInt8(i % 16 * 17)]
  }
)

// MARK: - Colour

@Test func aWholeTurnOfHueChangesNothing() {
  #expect(changed(allColors, .hue(1)) == changed(allColors, .hue(0)))
  #expect(distance(changed(allColors, .hue(0)), Pixels(allColors).values) < 1e-6)
}

@Test func turningHueThereAndBackGivesEveryColourAgain() {
  for turns in [0.1, 0.25, 0.37, 0.5] as [Float] {
    var pixels = Pixels(allColors)
    pixels.apply([.hue(turns), .hue(-turns)])
    #expect(distance(pixels.values, Pixels(allColors).values) < 1e-5)
  }
}

@Test func aThirdOfATurnMakesRedGreen() {
  let green = changed(flatImage(3, 2, 255, 0, 0), .hue(1.0 / 3))
  #expect(distance(green, Pixels(flatImage(3, 2, 0, 255, 0)).values) < 1e-6)
  let blue = changed(flatImage(3, 2, 255, 0, 0), .hue(-1.0 / 3))
  #expect(distance(blue, Pixels(flatImage(3, 2, 0, 0, 255)).values) < 1e-6)
}

@Test func greysHaveNoHueAndNoSaturation() {
  let greys = Image(
    width: 16, height: 16, pixels: (0..<256).flatMap { (i: Int) -> [UInt8] in [UInt8(i), UInt8(i), UInt8(i)] })
  #expect(changed(greys, .hue(0.3)) == Pixels(greys).values)
  #expect(distance(changed(greys, .saturation(1.7)), Pixels(greys).values) < 1e-6)
  #expect(distance(changed(greys, .saturation(1.7, .reference)), Pixels(greys).values) < 1e-6)
  #expect(distance(changed(greys, .grayscale()), Pixels(greys).values) < 1e-6)
}

@Test func noSaturationLeavesTheGreyOrInHSVTheLightestChannel() {
  let image = Image(width: 2, height: 1, pixels: [255, 0, 0, 51, 102, 0])
  let grey: [Float] = [0.299, 0.299 * 0.2 + 0.587 * 0.4]
  #expect(distance(changed(image, .saturation(0)), grey + grey + grey) < 1e-6)
  let value: [Float] = [1, 0.4]
  #expect(distance(changed(image, .saturation(0, .reference)), value + value + value) < 1e-6)
}

/// Through HSV and back, in double precision.
private func saturated(_ color: [Double], _ factor: Double) -> [Double] {
  let (value, low) = (color.max()!, color.min()!)
  guard value > low else { return color }
  let range = value - low
  let hue: Double =
    switch value {
    case color[0]: ((color[1] - color[2]) / range + 6).truncatingRemainder(dividingBy: 6)
    case color[1]: (color[2] - color[0]) / range + 2
    default: (color[0] - color[1]) / range + 4
    }
  let saturation = min(1, max(0, factor * range / value))
  return [5.0, 3, 1].map { (sixths: Double) -> Double in
    let k: Double = (sixths + hue).truncatingRemainder(dividingBy: 6)
    return value - value * saturation * max(0, min(k, 4 - k, 1))
  }
}

@Test(arguments: [0, 0.3, 1, 1.8, 2.6] as [Float])
func saturationOfTheReferenceIsThatOfHSV(factor: Float) {
  let colors = (0..<4096).map { (i: Int) -> [Double] in [i / 256, i / 16 % 16, i % 16].map { Double($0) / 15 } }
  let expected = colors.map { saturated($0, Double(factor)) }
  let planes = (0..<3).flatMap { channel in expected.map { Float($0[channel]) } }
  #expect(distance(changed(allColors, .saturation(factor, .reference)), planes) < 1e-5)
}

@Test func factorsOfOneChangeNothing() {
  let operations: [DrawnOperation] = [
    .brightness(1), .brightness(0, .additive), .contrast(1), .saturation(1), .contrast(1, .reference),
    .saturation(1, .reference),
  ]
  for operation in operations {
    #expect(distance(changed(allColors, operation), Pixels(allColors).values) < 1e-6)
  }
}

@Test func noContrastLeavesOneGrey() {
  // Half (1, 0, 0), half (0, 0, 1): the mean of the grey picture is (0.299 + 0.114) / 2.
  let image = Image(width: 2, height: 1, pixels: [255, 0, 0, 0, 0, 255])
  #expect(distance(changed(image, .contrast(0)), [Float](repeating: 0.2065, count: 6)) < 1e-6)
  // The reference leaves each channel's own mean.
  #expect(distance(changed(image, .contrast(0, .reference)), [0.5, 0.5, 0, 0, 0.5, 0.5]) < 1e-6)
}

private let everyOperation: [DrawnOperation] = [
  .brightness(2.6), .brightness(0.7, .additive), .brightness(-0.7, .additive), .contrast(2.6),
  .contrast(2.6, .reference), .contrast(0, .reference), .saturation(2.6), .saturation(2.6, .reference),
  .saturation(0, .reference), .hue(0.4), .grayscale(), .grayscale(.reference), .blur(sigma: 2, taps: 7),
  .blur(sigma: 2, taps: 7, .reference),
]

@Test func everyOperationStaysBetweenBlackAndWhite() {
  for operation in everyOperation {
    #expect(changed(allColors, operation).allSatisfy { (0...1).contains($0) }, "\(operation)")
  }
}

/// A bicubic picture of black and white squares lies outside of 0…1 beside their edges.
@Test func everyOperationBringsBackWhatABicubicCropOvershoots() {
  let pixels20 = (0..<400).flatMap { (i: Int) -> [UInt8] in
    let (column, row): (Int, Int) = (i % 20 / 4, i / 80)
    return (column + row) % 2 == 0 ? [255, 255, 0] : [0, 0, 255]
  }
  let squares = Image(width: 20, height: 20, pixels: pixels20)
  var pixels = Pixels(width: 27, height: 27)
  func load() { CropBox(x: 1, y: 2, width: 17, height: 15).load(squares, size: 27, by: .bicubic, into: &pixels) }
  load()
  #expect(pixels.values.max()! > 1.02 && pixels.values.min()! < -0.02)
  for operation in everyOperation {
    load()
    pixels.apply([operation])
    #expect(pixels.values.allSatisfy { (0...1.000001).contains($0) }, "\(operation)")
  }
}

// MARK: - Blur

@Test(arguments: [(16, 1), (32, 3), (64, 7), (96, 9), (128, 13), (224, 23)])
func theKernelIsATenthOfTheSideAndOdd(size: Int, taps: Int) {
  #expect(GaussianBlur(probability: 1, size: size).taps == taps)
}

@Test(arguments: [0.1, 0.5, 1.3, 2] as [Float])
func kernelsAreGaussiansWithoutTailsThatNobodySees(sigma: Float) {
  let half = GaussianBlur.kernel(sigma: sigma, taps: 23)
  let tails = [Float](repeating: 0, count: 12 - half.count)
  let kernel = (half.dropFirst() + tails).reversed() + half + tails
  #expect(abs(kernel.reduce(0, +) - 1) < 1e-6)
  let exact = (-11...11).map { exp(-0.5 * Double($0 * $0) / Double(sigma * sigma)) }
  let missing = zip(kernel, exact).map { abs(Double($0) - $1 / exact.reduce(0, +)) }.reduce(0, +)
  #expect(missing < 0.03 / 255)
  // Where sigma is large against a pixel and small against the kernel, the variance is sigma².
  let variance = kernel.enumerated().map { Float(($0 - 11) * ($0 - 11)) * $1 }.reduce(0, +)
  if sigma >= 1 { #expect(abs(variance - sigma * sigma) < 0.01) }
}

@Test func blurLeavesAFlatPictureAndSpreadsAPoint() {
  let flat = flatImage(9, 9, 200, 100, 50)
  #expect(distance(changed(flat, .blur(sigma: 1, taps: 5)), Pixels(flat).values) < 1e-6)
  var values = [Float](repeating: 0, count: 3 * 81)
  values[4 * 9 + 4] = 1
  var pixels = Pixels(width: 9, height: 9, values: values)
  // exp(−1/2σ²) = 1/2: the kernel is 1/4, 1/2, 1/4.
  pixels.apply([.blur(sigma: Float((0.5 / log(2.0)).squareRoot()), taps: 3)])
  let expected: [Float] = [0.0625, 0.125, 0.0625, 0.125, 0.25, 0.125, 0.0625, 0.125, 0.0625]
  #expect(distance((3...5).flatMap { pixels.values[$0 * 9 + 3...$0 * 9 + 5] }, expected) < 1e-6)
  #expect(abs(pixels.values.reduce(0, +) - 1) < 1e-6)
}

@Test func theReferencesBlurIsDarkAtTheBorder() {
  let white = flatImage(9, 9, 255, 255, 255)
  // The kernel is 1/4, 1/2, 1/4: at a side 3/4 of it lies in the picture, in a corner 9/16.
  let sigma = Float((0.5 / log(2.0)).squareRoot())
  let side: [Float] = [0.75] + [Float](repeating: 1, count: 7) + [0.75]
  let plane = side.flatMap { row in side.map { $0 * row } }
  #expect(distance(changed(white, .blur(sigma: sigma, taps: 3, .reference)), plane + plane + plane) < 1e-6)
}

// MARK: - Geometry

@Test func roundingGivesEveryByteAgain() {
  #expect(Pixels(allColors).image() == allColors)
  let bytes = Image(
    width: 256, height: 1, pixels: (0..<256).flatMap { (i: Int) -> [UInt8] in [UInt8(i), UInt8(255 - i), UInt8(i)] })
  #expect(Pixels(bytes).image() == bytes)
}

@Test(arguments: [Resampling.bilinear, .bicubic])
func aCropOfTheWholeAtItsSizeIsThePicture(resampling: Resampling) {
  let image = formulaImage(13, 13)
  var pixels = Pixels(width: 13, height: 13)
  CropBox(x: 0, y: 0, width: 13, height: 13).load(image, size: 13, by: resampling, into: &pixels)
  #expect(pixels.image() == image)
}

@Test func halvingEightPixelsWeighsSixNeighbours() {
  // Pillow's triangle filter, scale 2: centres at 1, 3, 5, 7, distances ±0.5, ±1.5 of a support of 2, so weights
  // 1/8, 3/8, 3/8, 1/8; at the border the cut-off tap is shared by the rest (sum 7/8).
  let row: [UInt8] = [0, 80, 160, 240, 8, 88, 168, 248]
  let image = Image(width: 8, height: 1, pixels: row.flatMap { [$0, $0, $0] })
  var pixels = Pixels(width: 4, height: 1)
  pixels.load(image, x: .whole(8, scaledTo: 4), y: .whole(1))
  let v = row.map(Float.init)
  let expected = [
    (3 * v[0] + 3 * v[1] + v[2]) / 7, (v[1] + 3 * v[2] + 3 * v[3] + v[4]) / 8, (v[3] + 3 * v[4] + 3 * v[5] + v[6]) / 8,
    (v[5] + 3 * v[6] + 3 * v[7]) / 7,
  ].map { $0 / 255 }
  #expect(distance(pixels.values, expected + expected + expected) < 1e-6)
}

@Test func halvingEightPixelsByBicubicWeighsFour() {
  // Half-way between samples Keys' cubic (a = −1/2) weighs −1/16, 9/16, 9/16, −1/16, however much the picture shrinks; at
  // the border the missing −1/16 is shared by the rest (sum 17/16).
  let row: [UInt8] = [0, 80, 160, 240, 8, 88, 168, 248]
  let image = Image(width: 8, height: 1, pixels: row.flatMap { [$0, $0, $0] })
  var pixels = Pixels(width: 4, height: 1)
  pixels.load(
    image, x: .part(from: 0, 8, scaledTo: 4, by: .bicubic), y: .part(from: 0, 1, scaledTo: 1, by: .bicubic))
  let v = row.map(Float.init)
  let sums: [Float] = [
    9 * (v[0] + v[1]) - v[2], 9 * (v[2] + v[3]) - v[1] - v[4], 9 * (v[4] + v[5]) - v[3] - v[6],
    9 * (v[6] + v[7]) - v[5],
  ]
  let expected = zip(sums, [17, 16, 16, 17]).map { $0 / $1 / 255 }
  #expect(distance(pixels.values, expected + expected + expected) < 1e-6)
}

@Test(arguments: [Resampling.bilinear, .bicubic])
func aCropReadsNothingOutsideItself(resampling: Resampling) {
  // White inside, black all around: an enlarged crop of the inside stays white to its edges.
  var bytes = [UInt8](repeating: 0, count: 10 * 10 * 3)
  for y in 3..<7 { for x in 2..<6 { for channel in 0..<3 { bytes[(y * 10 + x) * 3 + channel] = 255 } } }
  var pixels = Pixels(width: 9, height: 9)
  CropBox(x: 2, y: 3, width: 4, height: 4)
    .load(Image(width: 10, height: 10, pixels: bytes), size: 9, by: resampling, into: &pixels)
  #expect(pixels.values.allSatisfy { $0 > 0.9999 })
}

@Test(arguments: [5, 16, 37], [Resampling.bilinear, .bicubic])
func flippingMirrorsColumns(size: Int, resampling: Resampling) {
  let image = formulaImage(2 * size, size + 3)
  let box = CropBox(x: 3, y: 1, width: size, height: size)
  let plain = DrawnView(crop: box, resampling: resampling)
  let flipped = DrawnView(crop: box, resampling: resampling, isFlipped: true)
  for made in [size, 12] {
    var (one, other) = (Pixels(width: made, height: made), Pixels(width: made, height: made))
    plain.make(of: image, size: made, in: &one)
    flipped.make(of: image, size: made, in: &other)
    let rows = stride(from: 0, to: 3 * made * made, by: made).map { one.values[$0..<$0 + made] }
    #expect(other.values == rows.flatMap { $0.reversed() })
  }
}

@Test func normalisationsHaveThreeChannels() {
  for normalization in PixelNormalization.allCases {
    #expect(normalization.mean.count == 3 && normalization.standardDeviation.count == 3)
  }
  #expect(PixelNormalization(rawValue: "cifar")?.mean == [0.4914, 0.4822, 0.4465])
}
