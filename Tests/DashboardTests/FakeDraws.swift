/// The pair of the fake run: two draws of a frog, as chance had them or frozen, with numbers set by hand.
import Canvas
import Foundation
import Telemetry

@testable import Dashboard

/// A stage that was drawn, or left out.
private struct FakeStage {
  let name: String
  /// What was drawn.
  let words: String
  let isOn: Bool
  let numbers: [DrawnNumber]

  init(_ name: String, _ words: String, isOn: Bool = true, _ numbers: DrawnNumber...) {
    let applies = number(DrawnNumber.isOn, isOn ? 1 : 0, 0...1, 1, 1)
    (self.name, self.words, self.isOn) = (name, words, isOn)
    self.numbers = numbers + (name == "crop" ? [] : [applies])
  }
}

private func number(
  _ name: String, _ value: Double, _ range: ClosedRange<Double>, _ step: Double, _ fine: Double
) -> DrawnNumber {
  DrawnNumber(name: name, drawn: value, value: value, range: range, step: step, fineStep: fine)
}

private func factor(_ value: Double) -> DrawnNumber { number("factor", value, 0...2.6, 0.1, 0.01) }
private func turns(_ value: Double) -> DrawnNumber { number("turns", value, -0.5...0.5, 0.05, 0.01) }
private func sigma(_ value: Double) -> DrawnNumber { number("σ", value, 0.1...2, 0.1, 0.01) }
private func crop(_ words: String, _ area: Double, _ across: Double, _ down: Double) -> FakeStage {
  FakeStage(
    "crop", words, number("area", area, 0.01...1, 0.05, 0.01), number("across", across, 9...23, 2, 1),
    number("down", down, 9...23, 2, 1))
}

private let drawn: [[FakeStage]] = [
  [
    crop("area 0.31 at 9,4", 0.31, 18, 13), FakeStage("flip", ""), FakeStage("saturation", "×1.30", factor(1.3)),
    FakeStage("hue", "−0.04", turns(-0.0412)), FakeStage("brightness", "×0.90", factor(0.9)),
    FakeStage("contrast", "×1.12", factor(1.12)), FakeStage("grey", "", isOn: false),
    FakeStage("blur", "σ 0.70", isOn: false, sigma(0.7)),
  ],
  [
    crop("area 0.74 at 2,3", 0.74, 16, 17), FakeStage("flip", "", isOn: false),
    FakeStage("hue", "+0.07", isOn: false, turns(0.07)), FakeStage("brightness", "×1.21", factor(1.21)),
    FakeStage("saturation", "×0.75", isOn: false, factor(0.75)),
    FakeStage("contrast", "×0.83", isOn: false, factor(0.83)), FakeStage("grey", ""),
    FakeStage("blur", "σ 1.90", isOn: false, sigma(1.9)),
  ],
]

extension FakeRun {
  /// - Parameter changes: of a frozen draw.
  static func pair(_ changes: [DrawChange]? = nil) -> ViewPair {
    let looks = [(shift: 0.06, zoom: 1.7), (shift: 0.0, zoom: 1.16)]
    let stages = drawn.indices.map { view -> [ViewStage] in
      var (applied, extra, stages) = (0, 0.0, [ViewStage]())
      for stage in drawn[view] {
        let now = numbers(of: stage, view, changes ?? [])
        let isOn = now.first { $0.name == DrawnNumber.isOn }?.value != 0
        guard isOn || changes != nil else { continue }
        // Each stage leaves the picture a little warmer, one that was turned more so.
        if isOn, stage.name != "crop" { (applied, extra) = (applied + 1, extra + (now[0].value - now[0].drawn) / 2) }
        let picture = picture(
          shift: looks[view].shift, zoom: looks[view].zoom, warmth: Double(applied) * 0.06 + extra)
        stages.append(
          ViewStage(
            name: stage.name, parameters: isOn ? words(stage, now) : "off",
            picture: isOn && stage.name == "grey" ? gray(picture) : picture, numbers: now,
            asDrawn: stage.isOn ? stage.words : "off"))
      }
      return stages
    }
    return ViewPair(
      index: 3211, name: "data_batch_1 3211", label: "frog", original: picture(),
      crops: [
        ViewPair.CropBox(x: 0.28, y: 0.12, width: 0.56, height: 0.56),
        ViewPair.CropBox(x: 0.06, y: 0.1, width: 0.86, height: 0.86),
      ],
      stages: stages)
  }

  /// Freezes the draw that is shown, turns some of its numbers, and answers.
  static func freeze(_ state: inout DashboardState) {
    state.pair = pair()
    _ = update(&state, .draw(.freeze))
    answer(&state)
    func obey(_ intents: DrawIntent...) {
      for intent in intents {
        _ = update(&state, .draw(intent))
        answer(&state)
      }
    }
    obey(.turn(4, fine: false), .point(view: 1, stage: 6), .switchStage, .point(view: 1, stage: 7))
    obey(.turn(-3, fine: false), .point(view: 0, stage: 3), .turn(3, fine: false))
  }

  static func answer(_ state: inout DashboardState) { state.pair = state.pairRequest.map { pair($0.changes) } }

  private static func numbers(of stage: FakeStage, _ view: Int, _ changes: [DrawChange]) -> [DrawnNumber] {
    stage.numbers.map { number in
      let change = changes.first { ($0.view, $0.stage, $0.number) == (view, stage.name, number.name) }
      return DrawnNumber(
        name: number.name, drawn: number.drawn, value: change?.value ?? number.drawn, range: number.range,
        step: number.step, fineStep: number.fineStep)
    }
  }

  private static func words(_ stage: FakeStage, _ now: [DrawnNumber]) -> String {
    guard let number = now.first(where: { $0.value != $0.drawn && $0.name != DrawnNumber.isOn }) else {
      return stage.words
    }
    let value = Figures.fixed(abs(number.value), 2)
    switch number.name {
    case "factor": return "×" + value
    case "turns": return (number.value < 0 ? "−" : "+") + value
    case "σ": return "σ " + value
    default: return "area \(Figures.fixed(now[0].value, 2)) at \(Int(now[1].value) - 9),\(Int(now[2].value) - 9)"
    }
  }

  private static func gray(_ picture: Picture) -> Picture {
    let pixels = stride(from: 0, to: picture.pixels.count, by: 3).flatMap { i -> [UInt8] in
      let mean = picture.pixels[i..<i + 3].reduce(0) { $0 + Int($1) } / 3
      return Array(repeating: UInt8(mean), count: 3)
    }
    return Picture(width: picture.width, height: picture.height, pixels: pixels)
  }
}
