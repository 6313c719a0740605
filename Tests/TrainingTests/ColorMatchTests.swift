// How well colour alone matches views.
import Basics
import Images
import Telemetry
import Testing

@testable import Training

private func match(_ views: [[UInt8]]) -> Double {
  views.flatMap { $0 }.withUnsafeBufferPointer { colorMatch($0, pictures: views.count / 2) }
}

@Test func viewsOfOwnColoursAreMatchedAndOthersByChance() {
  let colors: [[UInt8]] = [[250, 10, 10], [10, 250, 10], [10, 10, 250], [200, 200, 10]]
  let plain = colors.map { color in (0..<16).flatMap { _ in color } }
  #expect(match(plain + plain) == 1)
  // Each second view has the colours of the next picture.
  #expect(match(plain + plain[1...] + [plain[0]]) == 0)
  // Where all are alike nobody is found.
  #expect(match(Array(repeating: plain[0], count: 8)) == 0)
  #expect(match(plain + [plain[0], plain[2], plain[1], plain[3]]) == 0.5)
}

@Test func strongerColourDistortionHidesPartners() throws {
  var random = RandomStream(seed: 6, .test)
  let images = (0..<64).map { _ -> Image in
    let color = (0..<3).map { _ in random.below(200) }
    return Image(
      width: 16, height: 16, pixels: (0..<16 * 16 * 3).map { UInt8(color[$0 % 3] + random.below(55)) })
  }
  let data = DataSet(images: images, labels: nil, classes: [], names: images.map { _ in "" }, title: "")
  var configuration = Configuration()
  configuration.imageSize = 16
  let studio = PairStudio(data, configuration)
  let shares = [0.0, 0.5, 2].map { strength -> Double in
    var knobs = Knobs()
    (knobs.strength, knobs.grayProbability) = (strength, 0)
    return studio.sheet(PairRequest(knobs: knobs), count: 3).colorMatch
  }
  #expect(shares[0] > 0.9 && shares[0] > shares[1] && shares[1] > shares[2])
  let sheet = studio.sheet(PairRequest(index: 62, knobs: Knobs()), count: 3)
  #expect(sheet.pairs.map(\.index) == [62, 63, 0] && sheet.matched == 64)
  // The views are those that the pair has.
  let pair = studio.pair(PairRequest(index: 63, knobs: Knobs()))
  #expect(sheet.pairs[1].views == [pair.view(0), pair.view(1)])
}
