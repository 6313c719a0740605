import Images
import Telemetry
import Testing

@testable import Training

private let studio: PairStudio = {
  let images = (0..<4).map { index -> Image in
    let pixels = (0..<20 * 16 * 3).map { (i: Int) -> UInt8 in UInt8((i * i / 7 + 31 * index) % 256) }
    return Image(width: 20, height: 16, pixels: pixels)
  }
  let data = DataSet(images: images, labels: nil, classes: [], names: images.map { _ in "" }, title: "")
  var configuration = Configuration()
  configuration.imageSize = 16
  return PairStudio(data, configuration)
}()

@Test func aFrozenPairShowsAlsoWhatChanceLeftOut() {
  for index in 0..<4 {
    let plain = studio.pair(PairRequest(index: index, roll: 2, knobs: Knobs()))
    let frozen = studio.pair(PairRequest(index: index, roll: 2, knobs: Knobs(), changes: []))
    #expect(frozen.stages.map(\.count) == [8, 8] && frozen.crops == plain.crops)
    #expect(frozen.stages.map { $0.filter(\.isOn) } == plain.stages)
    #expect(frozen.stages.joined().allSatisfy { !$0.isChanged && $0.asDrawn == $0.parameters })
    #expect((frozen.view(0), frozen.view(1)) == (plain.view(0), plain.view(1)))
  }
}

@Test func aChangeReachesItsViewFromItsStageOn() throws {
  let before = studio.pair(PairRequest(knobs: Knobs(), changes: []))
  let place = try #require(before.stages[1].firstIndex { $0.name == "hue" })
  let changes = [
    DrawChange(view: 1, stage: "hue", number: "turns", value: 0.25),
    DrawChange(view: 1, stage: "hue", number: DrawnNumber.isOn, value: 1),
  ]
  let after = studio.pair(PairRequest(knobs: Knobs(), changes: changes))
  #expect(after.stages[0] == before.stages[0] && after.crops == before.crops)
  #expect(after.stages[1][..<place] == before.stages[1][..<place])
  let stage = after.stages[1][place]
  #expect(stage.isOn && stage.isChanged && stage.parameters == "+.25")
  #expect(stage.asDrawn == before.stages[1][place].asDrawn)
  #expect(stage.picture != before.stages[1][place].picture)
  #expect(stage.numbers[0].value == 0.25 && stage.numbers[0].drawn == before.stages[1][place].numbers[0].drawn)
}

@Test func aChangedCropMovesItsBox() {
  let before = studio.pair(PairRequest(knobs: Knobs(), changes: []))
  let whole = [DrawChange(view: 0, stage: "crop", number: "area", value: 1)]
  let after = studio.pair(PairRequest(knobs: Knobs(), changes: whole))
  #expect(after.crops == [ViewPair.CropBox(x: 0, y: 0, width: 1, height: 1), before.crops[1]])
}
