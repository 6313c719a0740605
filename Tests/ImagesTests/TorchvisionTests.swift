/// What is no square view, against torchvision 0.28 (`torchvision.transforms.functional`, float tensors, PyTorch 2.13,
/// CPU). x is `formulaImage`'s, divided by 255; results are printed plane by plane. Views are in GoldenViewTests.
import Testing

@testable import Images

@Test func blurOfAnOblongPictureIsTorchvisions() {
  // gaussian_blur(x, [5, 5], [0.7, 0.7]), x 4 wide and 3 high: the border is reflected
  let expected: [Float] = [
    0.39898, 0.45812, 0.49371, 0.33147, 0.54570, 0.55462, 0.58383, 0.43771, 0.49448,
    0.48996, 0.64986, 0.62014, 0.39030, 0.30591, 0.26690, 0.31054, 0.56199, 0.45891,
    0.34359, 0.36854, 0.60928, 0.55448, 0.43296, 0.50619, 0.38213, 0.29919, 0.16498,
    0.20322, 0.40357, 0.40371, 0.33322, 0.38821, 0.50809, 0.55767, 0.54777, 0.52235,
  ]
  var pixels = Pixels(formulaImage(4, 3))
  pixels.apply([.blur(sigma: 0.7, taps: 5)])
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
