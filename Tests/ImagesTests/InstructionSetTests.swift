import Basics
import Testing

@testable import Images

/// FNV-1a.
private func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
  bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}

/// Drawn by rule instead of by `ViewMaker`, whose crops pass through the C library's exp and log.
private func view(_ number: Int, of image: Image, size: Int, isReference: Bool) -> DrawnView {
  var random = RandomStream(seed: 21, .test, number)
  var drawn = DrawnView(resampling: isReference ? .bicubic : .bilinear, isFlipped: number % 2 == 0)
  let rule = isReference ? ColorJitter.Rule.reference : .torchvision
  let (width, height) = (1 + random.below(image.width), 1 + random.below(image.height))
  drawn.crop = CropBox(
    x: random.below(image.width - width + 1), y: random.below(image.height - height + 1), width: width, height: height)
  let brightness = isReference && number % 7 < 3 ? ColorJitter.Brightness.additive : .multiplicative
  ColorJitter(strength: 1, probability: 0.8, rule: rule, brightness: brightness)
    .draw(using: &random, into: &drawn.operations)
  if number % 5 == 0 { drawn.operations.append(.grayscale(rule)) }
  if number % 3 == 0 {
    let taps = GaussianBlur(probability: 1, size: size).taps
    drawn.operations.append(.blur(sigma: random.uniform(0.1, 2), taps: taps, rule))
  }
  return drawn
}

/// The kernels do the same arithmetic with each instruction set, so one hash holds for all: it was the same with
/// SIMSCOPE_ISA=baseline, avx2 and avx512. Sizes that are no multiple of a vector, enlarged and shrunk.
@Test(arguments: [
  (32, 40, false, 17_242_265_055_838_833_014 as UInt64), (45, 100, false, 1_089_497_393_946_546_552),
  (11, 8, false, 1_311_758_501_332_469_862), (224, 256, false, 8_625_142_518_963_710_949),
  (32, 40, true, 16_327_581_193_621_876_322), (45, 100, true, 11_149_168_525_257_721_868),
  (11, 8, true, 893_099_393_652_320_908), (224, 256, true, 4_428_298_459_533_756_888),
])
func viewsAreTheSameBytesWithEveryInstructionSet(size: Int, side: Int, isReference: Bool, expected: UInt64) {
  let image = formulaImage(side + 3, side)
  var pixels = Pixels(width: size, height: size)
  let bytes = (0..<60).flatMap { number -> [UInt8] in
    view(number, of: image, size: size, isReference: isReference).make(of: image, size: size, in: &pixels)
    return pixels.image().pixels
  }
  #expect(hash(bytes) == expected)
}
