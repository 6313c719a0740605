/// The operations against torchvision 0.28 (`torchvision.transforms.functional`, float tensors, PyTorch 2.13, CPU).
/// x and the other pictures are `formulaImage`'s, divided by 255; results are printed plane by plane.
import Testing

@testable import Images

/// torchvision's tensor path weighs red by 0.2989, its PIL path and this program by 0.299: hence up to 1e-4 and a little.
private let tolerance: Float = 2e-4

private func check(_ operation: DrawnOperation, of image: Image, _ expected: [Float]) {
  var pixels = Pixels(image)
  pixels.apply([operation])
  #expect(distance(pixels.values, expected) < tolerance)
}

@Test func brightnessIsTorchvisions() {
  // adjust_brightness(x, 1.3), x 3×3
  let expected: [Float] = [
    0.06627, 0.29059, 0.74941, 0.13765, 1.00000, 0.92275, 1.00000, 0.03569, 0.59647,
    0.26000, 0.12745, 0.22941, 0.56588, 1.00000, 0.63725, 0.37216, 0.34157, 0.54549,
    0.76980, 0.28039, 0.02549, 0.00510, 0.21922, 0.66784, 0.04588, 0.96353, 0.81059,
  ]
  check(.brightness(1.3), of: formulaImage(3, 3), expected)
}

@Test func contrastIsTorchvisions() {
  // adjust_contrast(x, 0.6), x 3×3
  let expected: [Float] = [
    0.17982, 0.28335, 0.49511, 0.21276, 0.64099, 0.57511, 0.61746, 0.16570, 0.42452,
    0.26923, 0.20805, 0.25511, 0.41040, 0.67393, 0.44335, 0.32099, 0.30688, 0.40099,
    0.50452, 0.27864, 0.16099, 0.15158, 0.25040, 0.45746, 0.17040, 0.59393, 0.52335,
  ]
  check(.contrast(0.6), of: formulaImage(3, 3), expected)
}

@Test func saturationIsTorchvisions() {
  // adjust_saturation(x, 1.6), x 3×3
  let expected: [Float] = [
    0.00000, 0.26828, 0.75547, 0.00000, 0.84485, 0.80060, 1.00000, 0.00000, 0.46140,
    0.19991, 0.06749, 0.11547, 0.52390, 0.93269, 0.44923, 0.21484, 0.27223, 0.39865,
    0.82736, 0.25573, 0.00000, 0.00000, 0.00000, 0.48688, 0.00000, 1.00000, 0.72493,
  ]
  check(.saturation(1.6), of: formulaImage(3, 3), expected)
}

@Test func hueIsTorchvisions() {
  // adjust_hue(x, -0.13), x 3×3
  let expected: [Float] = [
    0.05098, 0.13349, 0.57647, 0.43529, 0.87451, 0.70980, 0.78039, 0.02745, 0.41961,
    0.59216, 0.09804, 0.01961, 0.42824, 0.37882, 0.49020, 0.03529, 0.74118, 0.53945,
    0.56220, 0.22353, 0.29710, 0.00392, 0.16863, 0.68502, 0.36549, 0.66290, 0.62353,
  ]
  check(.hue(-0.13), of: formulaImage(3, 3), expected)
}

@Test func grayscaleIsTorchvisions() {
  // rgb_to_grayscale(x, 3), x 3×3
  let expected: [Float] = [
    0.20014, 0.14895, 0.27813, 0.28761, 0.77754, 0.55847, 0.40533, 0.24693, 0.45453,
    0.20014, 0.14895, 0.27813, 0.28761, 0.77754, 0.55847, 0.40533, 0.24693, 0.45453,
    0.20014, 0.14895, 0.27813, 0.28761, 0.77754, 0.55847, 0.40533, 0.24693, 0.45453,
  ]
  check(.grayscale(), of: formulaImage(3, 3), expected)
}

@Test func blurIsTorchvisions() {
  // gaussian_blur(x, 3, 1.1), x 3×3
  let expected: [Float] = [
    0.35606, 0.45156, 0.60149, 0.36318, 0.43400, 0.50008, 0.44315, 0.49022, 0.53162,
    0.45147, 0.42881, 0.46057, 0.41318, 0.40750, 0.43682, 0.50784, 0.49971, 0.54601,
    0.21827, 0.24025, 0.23716, 0.27417, 0.31503, 0.37056, 0.24391, 0.34340, 0.47790,
  ]
  check(.blur(sigma: 1.1, taps: 3), of: formulaImage(3, 3), expected)
}

@Test func blurOfAnOblongPictureIsTorchvisions() {
  // gaussian_blur(x, [5, 5], [0.7, 0.7]), x 4 wide and 3 high: the border is reflected
  let expected: [Float] = [
    0.39898, 0.45812, 0.49371, 0.33147, 0.54570, 0.55462, 0.58383, 0.43771, 0.49448,
    0.48996, 0.64986, 0.62014, 0.39030, 0.30591, 0.26690, 0.31054, 0.56199, 0.45891,
    0.34359, 0.36854, 0.60928, 0.55448, 0.43296, 0.50619, 0.38213, 0.29919, 0.16498,
    0.20322, 0.40357, 0.40371, 0.33322, 0.38821, 0.50809, 0.55767, 0.54777, 0.52235,
  ]
  check(.blur(sigma: 0.7, taps: 5), of: formulaImage(4, 3), expected)
}

@Test func aShrunkCropIsTorchvisions() {
  // resized_crop(x, 1, 2, 9, 7, [3, 3], antialias=True), x 12 wide and 10 high
  let expected: [Float] = [
    0.72773, 0.60484, 0.59664, 0.54665, 0.47902, 0.46162, 0.46218, 0.35525, 0.38936,
    0.45210, 0.44383, 0.48011, 0.43573, 0.54054, 0.63231, 0.48908, 0.58270, 0.54846,
    0.47339, 0.48166, 0.46331, 0.45640, 0.58929, 0.52026, 0.43641, 0.47751, 0.60112,
  ]
  var pixels = Pixels(width: 3, height: 3)
  CropBox(x: 2, y: 1, width: 7, height: 9).load(formulaImage(12, 10), size: 3, into: &pixels)
  #expect(distance(pixels.values, expected) < 1e-5)
}

@Test func anEnlargedCropIsTorchvisions() {
  // resized_crop(x, 4, 5, 3, 2, [3, 3], antialias=True), x 12 wide and 10 high
  let expected: [Float] = [
    0.77255, 0.61961, 0.46667, 0.97647, 0.90196, 0.82745, 0.05098, 0.05490, 0.05882,
    0.42745, 0.63922, 0.85098, 0.34902, 0.63922, 0.92941, 0.14510, 0.51373, 0.88235,
    0.32549, 0.40000, 0.47451, 0.96863, 0.61961, 0.27059, 0.48235, 0.71373, 0.94510,
  ]
  var pixels = Pixels(width: 3, height: 3)
  CropBox(x: 5, y: 4, width: 2, height: 3).load(formulaImage(12, 10), size: 3, into: &pixels)
  #expect(distance(pixels.values, expected) < 1e-5)
}

@Test func aPictureShrunkToFitIsTorchvisions() {
  // center_crop(resize(x, 4, antialias=True), 4), x 12 wide and 10 high
  let expected: [Float] = [
    0.49706, 0.59651, 0.47269, 0.56515, 0.61502, 0.61715, 0.62241, 0.56059, 0.56012,
    0.39217, 0.40539, 0.50255, 0.55053, 0.40875, 0.40503, 0.43752, 0.48262, 0.48061,
    0.55239, 0.53895, 0.45980, 0.42205, 0.47831, 0.48647, 0.29573, 0.48946, 0.62953,
    0.40459, 0.53324, 0.57267, 0.56174, 0.48262, 0.46604, 0.36447, 0.43918, 0.56765,
    0.42725, 0.50578, 0.53272, 0.50992, 0.41502, 0.48633, 0.54799, 0.53973, 0.55374,
    0.46762, 0.53567, 0.55410,
  ]
  var pixels = Pixels(width: 4, height: 4)
  Fit(size: 4).load(formulaImage(12, 10), into: &pixels)
  #expect(distance(pixels.values, expected) < 1e-5)
}

@Test func aPictureEnlargedToFitIsTorchvisions() {
  // center_crop(resize(x, 4, antialias=True), 4), x 3 wide and 5 high
  let expected: [Float] = [
    0.09216, 0.45368, 0.67279, 0.67647, 0.49935, 0.41070, 0.43472, 0.56340, 0.48301,
    0.41479, 0.46332, 0.61242, 0.29412, 0.56005, 0.75858, 0.82353, 0.37647, 0.56642,
    0.57966, 0.41176, 0.34837, 0.45417, 0.49191, 0.44902, 0.48235, 0.34714, 0.40940,
    0.64837, 0.77843, 0.55907, 0.55172, 0.75882, 0.15098, 0.16936, 0.25907, 0.39020,
    0.02222, 0.32247, 0.53080, 0.57778, 0.30654, 0.62721, 0.70319, 0.50915, 0.75294,
    0.83260, 0.71348, 0.43529,
  ]
  var pixels = Pixels(width: 4, height: 4)
  Fit(size: 4).load(formulaImage(3, 5), into: &pixels)
  #expect(distance(pixels.values, expected) < 1e-5)
}
