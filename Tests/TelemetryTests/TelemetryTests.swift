import Foundation
import Telemetry
import Testing

/// Values without a pattern: the fractional parts of multiples of the golden ratio.
private func noise(_ index: Int) -> Double {
  (Double(index) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
}

@Test func noSpikeIsLostAtAnyZoom() {
  var curve = Curve()
  let spikes: Set = [1, 777, 65_536, 123_456, 200_000]
  for step in 1...200_000 { curve.append(step: step, spikes.contains(step) ? 100 : noise(step)) }
  for limit in [10, 37, 100, 160, 1000, 5000] {
    let points = curve.points(in: 1...200_000, atMost: limit)
    #expect(points.count <= limit + 2)
    let marked = points.filter { $0.maximum == 100 }
    #expect(spikes.allSatisfy { spike in marked.contains { ($0.firstStep...$0.lastStep).contains(spike) } })
  }
}

@Test func pointsCoverEveryStepOnce() {
  var curve = Curve()
  for step in 1...3000 { curve.append(step: step, noise(step)) }
  for limit in [1, 3, 50, 400, 4000] {
    let points = curve.points(in: 1...3000, atMost: limit)
    #expect(points.first?.firstStep == 1 && points.last?.lastStep == 3000)
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.lastStep + 1 == $1.firstStep })
  }
  let part = curve.points(in: 1000...1010, atMost: 100)
  #expect(part.map(\.firstStep) == Array(1000...1010))
}

@Test func averageIsTheDebiasedOneOfTheTextbook() {
  let decay = Smoothing.standard.decay
  var curve = Curve()
  for step in 1...40 {
    curve.append(step: step, noise(step))
    // Σ βⁿ⁻ⁱ xᵢ / Σ βⁿ⁻ⁱ
    let weights = (1...step).map { pow(decay, Double(step - $0)) }
    let mean = zip(1...step, weights).reduce(0) { $0 + noise($1.0) * $1.1 } / weights.reduce(0, +)
    #expect(abs(curve.last!.smooth - mean) < 1e-12)
  }
}

@Test func whatIsNoNumberIsMarkedAndLeftOutOfTheAverage() {
  var (curve, without) = (Curve(), Curve())
  for step in 1...100 {
    curve.append(step: step, step == 50 ? .nan : noise(step))
    if step != 50 { without.append(step: step, noise(step)) }
  }
  #expect(curve.last?.smooth == without.last?.smooth)
  let coarse = curve.points(in: 1...100, atMost: 5)
  #expect(coarse.filter(\.hasNonFinite).count == 1)
  #expect(coarse.allSatisfy { $0.hasFinite })
  #expect(curve.sample(at: 50)?.hasFinite == false)
}

@Test func nearestSampleIsFound() {
  var curve = Curve()
  for step in [0, 10, 20, 40] { curve.append(step: step, Double(step)) }
  #expect([-3, 4, 6, 29, 31, 99].map { curve.sample(at: $0)!.firstStep } == [0, 0, 10, 20, 40, 40])
}

@Test func copiesOfAChunkedArrayDoNotChangeTogether() {
  var array = ChunkedArray<Int>()
  for value in 0..<3000 { array.append(value) }
  let copy = array
  array[1500] = -1
  array.append(3000)
  #expect(copy[1500] == 1500 && copy.count == 3000)
  #expect(copy.suffix(3) == [2997, 2998, 2999] && array.last == 3000)
}

@Test(arguments: Knob.all.map(\.key)) func knobStaysInRangeAndTurnsBack(key: String) throws {
  let knob = try #require(Knob.named(key))
  var value = Knobs()[keyPath: knob.path]
  for clicks in [1, 1, 5, 50, 500, -1000, -1, 3] {
    for fine in [false, true] {
      value = knob.turned(value, clicks: clicks, fine: fine)
      #expect(knob.range.contains(value))
      #expect(!knob.isInteger || value == value.rounded())
    }
  }
  let start = Knobs()[keyPath: knob.path]
  let up = knob.turned(start, clicks: 1)
  #expect(up > start || start == knob.range.upperBound)
  #expect(abs(knob.turned(up, clicks: -1) - start) <= 1e-9 * max(1, abs(start)))
}

@Test func weightDecayLeavesZero() throws {
  let knob = try #require(Knob.named("weight_decay"))
  #expect(knob.turned(0, clicks: 1) > 0)
  #expect(knob.turned(0, clicks: -1) == 0)
}

@Test func jsonLinesEscapeAndKeepTheirOrder() throws {
  var line = JSONLine()
  line.add("b", "say “hi”\n\t\"\\\u{1}")
  line.add("a", Double.nan)
  line.add("c", -Double.infinity)
  line.add("d", 0.1)
  line.add("e", 3.0)
  #expect(
    line.text
      == "{\"b\": \"say “hi”\\n\\t\\\"\\\\\\u0001\", \"a\": \"NaN\", \"c\": \"-Infinity\", \"d\": 0.1, \"e\": 3}")
  let read = try JSONSerialization.jsonObject(with: Data(line.text.utf8)) as? [String: Any]
  #expect(read?["b"] as? String == "say “hi”\n\t\"\\\u{1}")
}

@Test func metricsAndEventsAreOneLineEach() {
  var metrics = StepMetrics(step: 7)
  metrics[.loss] = 5.25
  metrics[.epoch] = 0.5
  #expect(metrics.json == "{\"step\": 7, \"epoch\": 0.5, \"loss\": 5.25}")
  let event = Event(step: 390, time: 12.5, .knob(key: "temperature", from: 0.5, to: 0.3))
  #expect(
    event.json
      == "{\"step\": 390, \"time\": 12.5, \"kind\": \"knob\", \"knob\": \"temperature\", \"from\": 0.5, \"to\": 0.3}")
}

@Test func linkHandsCommandsOverInOrderAndOnlyOnce() {
  let link = Link()
  let commands: [Command] = [.pause, .turn("temperature", to: 0.3), .singleStep, .undo, .resume]
  commands.forEach(link.send)
  #expect(link.receive() == commands)
  #expect(link.receive().isEmpty)
}

@Test func linkKeepsTheNewestSnapshot() {
  let link = Link()
  #expect(link.newest(after: 0) == nil)
  for step in 1...3 {
    var snapshot = Snapshot()
    snapshot.step = step
    link.publish(snapshot)
  }
  let newest = link.newest(after: 0)
  #expect(newest?.snapshot.step == 3)
  #expect(link.newest(after: newest!.serial) == nil)
}

@Test func linkWakesAWaitingTrainer() {
  let link = Link()
  let thread = Thread { link.send(.stop) }
  thread.start()
  var received: [Command] = []
  while received.isEmpty { received = link.receive(wait: 5) }
  #expect(received == [.stop])
}

@Test func snapshotTellsTheUntrainedFloorOnlyFromStepZero() {
  var snapshot = Snapshot()
  snapshot.curves[.knnAccuracy, default: Curve()].append(step: 120, 0.4)
  #expect(snapshot.knnAccuracy == 0.4 && snapshot.untrainedAccuracy == nil)
  var other = Snapshot()
  other.curves[.knnAccuracy, default: Curve()].append(step: 0, 0.287)
  #expect(other.untrainedAccuracy == 0.287)
}

@Test func aDrawnNumberIsTurnedToOneThatPeopleCanSay() {
  let hue = DrawnNumber(
    name: "turns", drawn: -0.0412, value: -0.0412, range: -0.5...0.5, step: 0.05, fineStep: 0.01)
  #expect(hue.turned(-0.0412, clicks: 1) == 0.01 && hue.turned(0.01, clicks: 2) == 0.11)
  #expect(hue.turned(-0.0412, clicks: -1, fine: true) == -0.05 && hue.turned(-0.05, clicks: 1, fine: true) == -0.04)
  #expect(hue.turned(0.48, clicks: 1) == 0.5 && hue.turned(0.5, clicks: 1) == 0.5)
  #expect(hue.turned(-0.5, clicks: -1) == -0.5)
  // The middle of a crop of 9 pixels: each step is a pixel.
  let across = DrawnNumber(name: "across", drawn: 12.5, value: 12.5, range: 4.5...27.5, step: 2, fineStep: 1)
  #expect(across.turned(12.5, clicks: 1) == 14.5 && across.turned(12.5, clicks: -1, fine: true) == 11.5)
}

@Test func whatATerminalWouldObeyIsEscapedInJSONAndReadsBack() throws {
  let text = "\u{1b}[31m \u{9b}31m \u{7f} \u{202e}x\u{202c} a\u{200b}\u{2028}\u{85} \u{e0041} \"\\\n\r\t 漢字🙂é"
  var line = JSONLine()
  line.add(text, text)
  let known = #"\u001b[31m \u009b31m \u007f \u202ex\u202c a\u200b\u2028\u0085 \udb40\udc41 \"\\\n\r\t 漢字🙂é"#
  #expect(line.text == "{\"\(known)\": \"\(known)\"}")
  let object = try JSONSerialization.jsonObject(with: Data(line.text.utf8)) as? [String: String]
  #expect(object?.keys.first == text && object?.values.first == text)
}
