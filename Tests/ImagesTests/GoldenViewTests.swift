/// Views replayed from their drawn numbers, against torchvision, Pillow and TensorFlow (see Golden/README.md).
import Basics
import Foundation
import Networks
import Tensors
import Testing

@testable import Images

/// A view that another library has made of the same picture.
private struct GoldenView {
  let words: String
  let drawn: DrawnView
  /// [3, 10, 10]
  let answer: [Float]

  /// - Parameter words: a crop, perhaps a flip, then operations with their numbers, separated by semicolons.
  init(_ words: String, isReference: Bool, answer: [Float]) throws {
    (self.words, self.answer) = (words, answer)
    let rule = isReference ? ColorJitter.Rule.reference : .torchvision
    var drawn = DrawnView(resampling: isReference ? .bicubic : .bilinear)
    for step in words.components(separatedBy: "; ") {
      let parts = step.split(separator: " ")
      let values = try parts.dropFirst().map { try #require(Float($0)) }
      switch parts[0] {
      case "crop":
        let box = values.map(Int.init)
        drawn.crop = CropBox(x: box[0], y: box[1], width: box[2], height: box[3])
      case "flip": drawn.isFlipped = true
      case "brightness": drawn.operations.append(.brightness(values[0]))
      case "offset": drawn.operations.append(.brightness(values[0], .additive))
      case "contrast": drawn.operations.append(.contrast(values[0], rule))
      case "saturation": drawn.operations.append(.saturation(values[0], rule))
      case "hue": drawn.operations.append(.hue(values[0]))
      case "gray": drawn.operations.append(.grayscale(rule))
      case "blur": drawn.operations.append(.blur(sigma: values[0], taps: Int(values[1]), rule))
      default: Issue.record("no operation is called \(parts[0])")
      }
    }
    self.drawn = drawn
  }
}

private func goldenViews(of who: String) throws -> (picture: Image, views: [GoldenView]) {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
  let file = try TensorFile(reading: folder.appendingPathComponent("views.safetensors").path)
  let picture = try #require(file["picture"])
  let views = try file.metadata.filter { $0.key.hasPrefix(who) }.sorted { $0.key < $1.key }.map { name, words in
    try GoldenView(words, isReference: who == "tensorflow", answer: try #require(file[name]).scalars)
  }
  return (
    Image(width: picture.shape[1], height: picture.shape[0], pixels: picture.scalars.map { UInt8($0) }), views
  )
}

/// The kernel's tails are left out where nobody sees them, see `GaussianBlur.kernel`.
private let tolerance: Float = 1e-5
private let toleranceOfBlur: Float = 4e-5

@Test(arguments: [("torchvision", 38), ("tensorflow", 56)])
func viewsAreThoseOfTheLibrary(who: String, count: Int) throws {
  let (picture, views) = try goldenViews(of: who)
  #expect(views.count == count)
  var pixels = Pixels(width: 10, height: 10)
  for view in views {
    view.drawn.make(of: picture, size: 10, in: &pixels)
    let error = distance(pixels.values, view.answer)
    #expect(error < (view.words.contains("blur") ? toleranceOfBlur : tolerance), "\(view.words): \(error)")
  }
}

/// How far Pillow itself may be off. It rounds down, and blends with a grey that it has rounded to a byte, which counts
/// |1 − factor| times. Of hue it makes a byte, a step of which is six levels of a pure colour; it rounds that down, and
/// the turn too.
private func levelsOfPillow(_ operations: [DrawnOperation]) -> Int {
  switch operations.first {
  case .contrast(let factor, _), .saturation(let factor, _): 1 + Int(0.5 * abs(1 - factor) + 0.5)
  case .hue: 12
  default: 1
  }
}

@Test func viewsAreWithinALevelOfPillows() throws {
  let (picture, views) = try goldenViews(of: "pillow")
  #expect(views.count == 30)
  var pixels = Pixels(width: 10, height: 10)
  for view in views {
    view.drawn.make(of: picture, size: 10, in: &pixels)
    let image = pixels.image()
    let levels = view.answer.enumerated().map { (place, value) -> Int in
      let byte = image.pixels[place % 100 * 3 + place / 100]
      return abs(Int(byte) - Int((value * 255).rounded()))
    }
    #expect(levels.max()! <= levelsOfPillow(view.drawn.operations), "\(view.words): \(levels.max()!)")
  }
}

/// Else the tests above would see nothing of values that lie outside of 0…1 between crop and first operation.
@Test func bicubicCropsOvershoot() throws {
  let (_, views) = try goldenViews(of: "tensorflow")
  let crops = views.filter { $0.drawn.operations.isEmpty && !$0.drawn.isFlipped }
  #expect(crops.count { $0.answer.max()! > 1.02 && $0.answer.min()! < -0.02 } >= 2)
}
