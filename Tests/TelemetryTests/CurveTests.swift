import Foundation
import Telemetry
import Testing

private func noise(_ step: Int) -> Double { sin(Double(step) * 12.9898) * 3 + sin(Double(step) * 0.037) }

private func curve(_ steps: ClosedRange<Int>, _ value: (Int) -> Double = noise) -> Curve {
  var curve = Curve()
  for step in steps { curve.append(step: step, value(step)) }
  return curve
}

/// Σ βⁿ⁻ⁱ xᵢ / Σ βⁿ⁻ⁱ, by the definition.
private func average(upTo step: Int, _ decay: Double) -> Double {
  var (sum, weight, share) = (0.0, 0.0, 1.0)
  for back in stride(from: step, through: 1, by: -1) where share > 1e-18 {
    (sum, weight, share) = (sum + share * noise(back), weight + share, share * decay)
  }
  return sum / weight
}

@Test func everyAverageIsTheDebiasedOneOfAllRawValuesAtAnyZoom() {
  let curve = curve(1...5000)
  for rung in 0..<Smoothing.ladder.count {
    let smoothing = Smoothing.none.turned(rung)
    for edges in [[1, 5001], [4000, 4100, 4200], Array(1000...1040), Array(stride(from: 0, through: 6000, by: 37))] {
      for point in curve.points(between: edges, smoothing) {
        #expect(abs(point.smooth - average(upTo: point.lastStep, smoothing.decay)) < 1e-11)
      }
    }
    #expect(abs(curve.sample(at: 777, smoothing)!.smooth - average(upTo: 777, smoothing.decay)) < 1e-11)
  }
}

@Test func pointsBetweenEdgesHaveEverySpikeAndANeighbourOnEachSide() {
  let spikes: Set = [3, 4095, 4096, 4097, 65_536, 99_999]
  let curve = curve(1...100_000) { spikes.contains($0) ? 50 : noise($0) }
  for width in [1, 7, 240, 1000] {
    for (low, high) in [(0, 100_001), (4000, 4200), (65_000, 66_000), (99_990, 100_001)] {
      let edges = (0...width).map { low + (high - low) * $0 / width }
      let points = curve.points(between: edges)
      let inside = points.filter { $0.firstStep >= low && $0.lastStep < high }
      let seen = inside.filter { $0.maximum == 50 }
      for spike in spikes where spike >= low && spike < high {
        #expect(seen.contains { ($0.firstStep...$0.lastStep).contains(spike) })
      }
      #expect(points.count - inside.count == (low > 1 ? 1 : 0) + (high <= 100_000 ? 1 : 0))
      #expect(inside.count <= width)
    }
  }
}

@Test func smallestAndLargestAverageSoFarAreFound() {
  let curve = curve(1...3000)
  for rung in [0, 2, 4] {
    let smoothing = Smoothing.none.turned(rung)
    let all = (1...3000).map { curve.sample(at: $0, smoothing)!.smooth }
    #expect(curve.lowest(smoothing)! == (all.firstIndex(of: all.min()!)! + 1, all.min()!))
    #expect(curve.highest(smoothing)! == (all.firstIndex(of: all.max()!)! + 1, all.max()!))
  }
  var none = Curve()
  none.append(step: 1, .nan)
  #expect(none.lowest(.none) == nil && none.highest(.standard) == nil)
}

@Test func aSeriesThatDoesNotFallLeadsBackToSteps() {
  var time = Curve(smoothing: .none)
  for step in [1, 2, 3, 3, 10] { time.append(step: step, Double(step * step)) }
  #expect([-5, 1, 1.5, 9, 50, 101].map { time.step(reaching: $0) } == [1, 1, 2, 3, 10, nil])
  #expect([0, 1, 3, 9, 10, 99].map { time.value(upTo: $0) } == [nil, 1, 9, 9, 100, 100])
}

// MARK: lines of metrics.jsonl

private func metrics(_ line: String) -> StepMetrics? {
  Array(line.utf8).withUnsafeBufferPointer { StepMetrics(line: $0) }
}

@Test func aLineReadsBackBitForBit() throws {
  var random = SystemRandomNumberGenerator()
  for step in 0..<300 {
    var written = StepMetrics(step: step)
    for metric in Metric.allCases where Bool.random(using: &random) {
      let wild = Double(bitPattern: random.next())
      let values = [wild, .infinity, -.infinity, 0, -0.0, 5.1, 1e-7, 1e22, 0.1 + 0.2, 123_456_789_012_345_680, 256]
      let value = values.randomElement(using: &random)!
      // A count or a time is one that a run can have; other values end at 1e100.
      let isPossible = !metric.checked(value).isNaN && (value.isInfinite || abs(value) < 1e100)
      written[metric] = isPossible ? value : 4
    }
    let read = try #require(metrics(written.json))
    #expect(read == written, "\(written.json)")
  }
  #expect(metrics(#"{"step": 3, "loss": "NaN"}"#)?[.loss]?.isNaN == true)
}

@Test func whatIsNoLineIsRefusedAndUnknownKeysArePassedOver() {
  #expect(metrics(#"{"step": 12, "from_the_future": 1.5, "words": "a \"}, b", "loss": 4}"#)?[.loss] == 4)
  #expect(metrics(#" { "step" : 7 , "loss" : -2.5e-3 } "#)?[.loss] == -0.0025)
  for torn in [
    "", "{", "}", #"{"step": 3, "loss": 4.5"#, #"{"step": 3, "lo"#, #"{"step": 3, "loss": }"#, #"{"loss": 4.5}"#,
    #"{"step": 3.5, "loss": 1}"#, #"{"step": 3} {"step": 4}"#, #"{"step": 3 "loss": 4}"#, #"{"step": "#, "[3]", "null",
    #"{"step": 3, "loss": 4.5.6}"#, #"{"step": -1}"#,
  ] {
    #expect(metrics(torn) == nil, "\(torn)")
  }
}

@Test func aCurveUpToAStepIsTheOneThatStoodThen() {
  // Falling first and then rising, so that the lowest average is not always the last.
  let value = { (step: Int) in step == 300 ? .nan : abs(Double(step) - 700) + noise(step) }
  let whole = curve(1...2000, value)
  for step in [0, 1, 15, 16, 17, 63, 64, 65, 256, 257, 300, 699, 700, 1000, 1024, 1999, 2000, 5000] {
    let past = whole.upTo(step: step)
    guard step > 0 else {
      #expect(past.count == 0 && past.last == nil)
      continue
    }
    let then = curve(1...min(step, 2000), value)
    #expect(past.count == then.count && past.last?.lastStep == then.last?.lastStep)
    #expect(past.last?.smooth == then.last?.smooth)
    #expect(past.points(in: 0...step, atMost: 40) == then.points(in: 0...step, atMost: 40))
    for rung in 0..<Smoothing.ladder.count {
      let smoothing = Smoothing.none.turned(rung)
      #expect(past.lowest(smoothing)?.step == then.lowest(smoothing)?.step)
      #expect(past.highest(smoothing)?.step == then.highest(smoothing)?.step)
    }
    // It can be gone on with.
    var (longer, longest) = (past, then)
    for next in 5001...5100 {
      longer.append(step: next, noise(next))
      longest.append(step: next, noise(next))
    }
    #expect(longer.points(in: 0...6000, atMost: 50) == longest.points(in: 0...6000, atMost: 50))
  }
}
