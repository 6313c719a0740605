import Testing

@testable import Images

private let picture = formulaImage(40, 30)

private func maker(rule: ColorJitter.Rule = .torchvision, jitter: Double = 0.8) -> ViewMaker {
  var augmentation = Augmentation(imageSize: 24)
  (augmentation.blurProbability, augmentation.jitterProbability) = (0.5, jitter)
  (augmentation.jitterRule, augmentation.cropRule) = (rule, rule == .reference ? .reference : .torchvision)
  augmentation.brightness = rule == .reference ? .additive : .multiplicative
  return ViewMaker(augmentation, seed: 6)
}

private func pictures(_ maker: ViewMaker, _ held: HeldDraw) -> [[UInt8]] {
  held.stages.map { maker.stage($0, of: picture, held).image.pixels }
}

/// The part of the picture that a held draw shows, in pixels.
private func box(_ held: HeldDraw) -> CropBox { held.view(through: "crop").crop! }

/// Of all operations and rules: what is changed is made anew with the new number, what stands before it stays, byte by
/// byte.
@Test(arguments: ColorJitter.Rule.allCases)
func aChangedStageIsItsOperationWithTheNewNumber(rule: ColorJitter.Rule) throws {
  let maker = maker(rule: rule, jitter: 1)
  let values = ["brightness": 0.7, "contrast": 1.9, "saturation": 0.3, "hue": -0.37, "blur": 1.7]
  for index in 0..<12 {
    let drawn = maker.hold(picture, epoch: -1, index: index, view: 0)
    let before = pictures(maker, drawn)
    for (stage, value) in values {
      var held = drawn
      let number = try #require(held.numbers(of: stage).first)
      held.set(number.name, of: stage, to: value)
      held.set("on", of: stage, to: 1)
      let place = held.stages.firstIndex(of: stage)!
      let after = pictures(maker, held)
      #expect(after[..<place] == before[..<place])
      // The same from its parts: crop and flip, the operations before, then this one.
      let view = drawn.view(through: held.stages[place - 1])
      var pixels = Pixels(width: 24, height: 24)
      view.make(of: picture, size: 24, in: &pixels)
      switch stage {
      case "brightness": pixels.apply([.brightness(Float(value), rule == .reference ? .additive : .multiplicative)])
      case "contrast": pixels.apply([.contrast(Float(value), rule)])
      case "saturation": pixels.apply([.saturation(Float(value), rule)])
      case "hue": pixels.apply([.hue(Float(value))])
      default: pixels.apply([.blur(sigma: Float(value), taps: 3, rule)])
      }
      #expect(after[place] == pixels.image().pixels, "\(stage) of \(index)")
      #expect(after[place] != before[place], "\(stage) of \(index)")
    }
  }
}

@Test func aHeldDrawIsTheViewWithWhatChanceLeftOutSwitchedOff() {
  let maker = maker()
  for index in 0..<40 {
    let held = maker.hold(picture, epoch: 3, index: index, view: 1)
    #expect(held.stages.count == 8 && held.stages.prefix(2) == ["crop", "flip"])
    let (crop, stages) = maker.stages(of: picture, epoch: 3, index: index, view: 1)
    let on = held.stages.filter { held.isOn($0) }.map { maker.stage($0, of: picture, held) }
    #expect(on == stages && maker.seen(held) == crop)
    // What is left out changes nothing.
    let all = held.stages.map { maker.stage($0, of: picture, held) }
    for place in all.indices.dropFirst() where !held.isOn(all[place].name) {
      #expect(all[place].image == all[place - 1].image && all[place].parameters == "off")
    }
  }
}

/// Numbers of operations that chance left out are those that it would have let be applied.
@Test func whatWasLeftOutHasTheNumbersThatWereDrawnForIt() {
  let (some, all) = (maker(jitter: 0), maker(jitter: 1))
  for index in 0..<20 {
    var held = some.hold(picture, epoch: 0, index: index, view: 0)
    for stage in ["brightness", "contrast", "saturation", "hue"] {
      #expect(!held.isOn(stage) && held.numbers(of: stage).map(\.name).last == "on")
      held.set("on", of: stage, to: 1)
    }
    #expect(held == all.hold(picture, epoch: 0, index: index, view: 0))
  }
}

@Test func flipGreyAndBlurAreSwitched() {
  let maker = maker()
  for index in 0..<10 {
    var drawn = maker.hold(picture, epoch: 0, index: index, view: 0)
    // The smallest sigmas leave every pixel as it is.
    drawn.set("σ", of: "blur", to: 1)
    for stage in ["flip", "grey", "blur"] {
      var held = drawn
      held.set("on", of: stage, to: drawn.isOn(stage) ? 0 : 1)
      let place = held.stages.firstIndex(of: stage)!
      let (before, after) = (pictures(maker, drawn), pictures(maker, held))
      #expect(before[..<place] == after[..<place] && before[place] != after[place])
      held.set("on", of: stage, to: drawn.isOn(stage) ? 1 : 0)
      #expect(held == drawn)
    }
  }
}

@Test func theCropIsMovedAndGrowsAboutItsMiddle() throws {
  let maker = maker()
  for index in 0..<60 {
    let drawn = maker.hold(picture, epoch: 0, index: index, view: 0)
    let first = box(drawn)
    var held = drawn
    for area in stride(from: 0.01, through: 1, by: 0.03) {
      held = drawn
      held.set("area", of: "crop", to: area)
      let now = box(held)
      #expect(now.x >= 0 && now.y >= 0 && now.x + now.width <= 40 && now.y + now.height <= 30)
      #expect(abs(Double(now.width * now.height) - area * 1200) <= Double(now.width + now.height) / 2 + 1)
      // Away from the borders the middle stays, to half a pixel.
      if now.x > 0, now.x + now.width < 40 {
        #expect(abs(2 * now.x + now.width - 2 * first.x - first.width) <= 1)
      }
      if now.width < 40, now.height < 30, now.width * now.height > 100 {
        #expect(abs(Double(now.width) / Double(now.height) / (Double(first.width) / Double(first.height)) - 1) < 0.15)
      }
    }
    held.set("area", of: "crop", to: 1)
    #expect(box(held) == CropBox(x: 0, y: 0, width: 40, height: 30))
    // Steps of one pixel, from border to border.
    held = drawn
    let across = try #require(drawn.numbers(of: "crop").first { $0.name == "across" })
    #expect(across.value == Double(first.x) + Double(first.width) / 2)
    for x in 0...40 - first.width {
      held.set("across", of: "crop", to: across.range.lowerBound + Double(x))
      #expect(box(held) == CropBox(x: x, y: first.y, width: first.width, height: first.height))
    }
    held.set("down", of: "crop", to: 1e9)
    #expect(box(held).y == 30 - first.height)
  }
}

@Test func withoutAugmentationNothingCanBeTurned() {
  var augmentation = Augmentation(imageSize: 24)
  augmentation.isOn = false
  var held = ViewMaker(augmentation, seed: 1).hold(picture, epoch: 0, index: 0, view: 0)
  #expect(held.stages == ["resize"] && held.numbers(of: "resize").isEmpty && held.numbers(of: "crop").isEmpty)
  let before = held
  held.set("area", of: "crop", to: 0.5)
  held.set("on", of: "resize", to: 0)
  #expect(held == before)
}
