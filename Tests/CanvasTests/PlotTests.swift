import Canvas
import Testing

private let styles = LinePlot.Styles(axis: plain, reference: plain, marker: plain, alarm: plain)

private func plot(_ values: [Double], unicode: Bool, range: ClosedRange<Double>) -> LinePlot {
  let points = values.enumerated().map { x, y in
    LinePlot.Point(
      firstX: Double(x), lastX: Double(x), low: y.isFinite ? y : .infinity, high: y.isFinite ? y : -.infinity,
      smooth: y, hasNonFinite: !y.isFinite)
  }
  return LinePlot(
    series: [.init(points: points, line: plain, band: plain)], xRange: 0...Double(values.count - 1), yRange: range,
    styles: styles, unicode: unicode)
}

@Test func risingLineIsADiagonalOfDots() {
  let grid = drawn(4, 2) { area, grid in
    plot([0, 1, 2, 3, 4, 5, 6, 7], unicode: true, range: 0...7).draw(in: area, of: &grid)
  }
  #expect(grid.description == "⠀⠀⡠⠊\n⡠⠊".replacing("⠀", with: " "))
}

@Test func plotHasAxesReferencesAndMarkersInASCIIToo() {
  var line = plot((0...40).map { 6 - Double($0) / 20 }, unicode: false, range: 3.5...6.5)
  line.references = [.init(value: 6.24, label: "ceiling"), .init(value: 1, label: "floor")]
  line.markers = [.init(x: 20, label: "t .5>.3")]
  line.xName = "step"
  let grid = drawn(44, 8) { area, grid in line.draw(in: area, of: &grid) }.inASCII
  #expect(
    grid.description == """
       |                     |t .5>.3
      6+*****----------------|----------- ceiling
       |     **********      |
      5+               ************
       |                     |     *********
      4+                     |              ******
       |                     |            floor v
       +------------------- 20 -------------- step
      """)
}

@Test func spikesAndWhatIsNoNumberAreMarked() {
  var values = [Double](repeating: 1, count: 20)
  values[5] = 9
  values[12] = .nan
  let grid = drawn(20, 2) { area, grid in plot(values, unicode: false, range: 0...2).draw(in: area, of: &grid) }
  #expect(grid.description.contains("▲"))
  #expect(grid.description.contains("×"))
}

@Test func emptyAndFlatPlotsDraw() {
  for values in [[1.0], [2, 2, 2], [0, 0]] {
    let grid = drawn(30, 6) { area, grid in
      plot(values, unicode: true, range: values[0]...values[0]).draw(in: area, of: &grid)
    }
    #expect(grid.cells.contains { (0x2801...0x28ff).contains($0.glyph.value) })
  }
}

@Test func ticksStandAtOneTwoFive() {
  #expect(Ticks(in: 0...1204, atMost: 7).values == [0, 200, 400, 600, 800, 1000, 1200])
  #expect(Ticks(in: 0...1204, atMost: 6).values == [0, 500, 1000])
  #expect(Ticks(in: 4.9...6.3, atMost: 4).values == [5, 5.5, 6])
  #expect(Ticks(in: 0...0.35, atMost: 4).values.count == 4)
  let small = Ticks(in: 0.0002...0.001, atMost: 5)
  #expect(small.values.map { small.label($0) } == ["2e-4", "4e-4", "6e-4", "8e-4", "1e-3"])
  let large = Ticks(in: 0...1_000_000, atMost: 3)
  #expect(large.values.map { large.label($0) } == ["0", "500k", "1M"])
  let middle = Ticks(in: 0...5000, atMost: 6)
  #expect(middle.values.map { middle.label($0) } == ["0", "1,000", "2,000", "3,000", "4,000", "5,000"])
}

@Test(arguments: [1, 2, 3, 5, 9, 30]) func ticksAreNeverMoreThanAskedAndInside(limit: Int) {
  for range in [0.0...1, -3...7, 1e-7...100, 99.9...100.1, 5...5.0000001] {
    let ticks = Ticks(in: range, atMost: limit)
    let slack = 1e-8 * (range.upperBound - range.lowerBound)
    #expect(ticks.values.count <= limit)
    #expect(ticks.values.allSatisfy { $0 >= range.lowerBound - slack && $0 <= range.upperBound + slack })
  }
}

@Test func logarithmicTicksStandAtPowersOrAtOneTwoFive() {
  #expect(Ticks(in: 0.5...60, atMost: 8, .logarithmic).values == [0.5, 1, 2, 5, 10, 20, 50])
  #expect(Ticks(in: 0.5...60, atMost: 4, .logarithmic).values == [1, 10])
  let wide = Ticks(in: 1e-6...1e3, atMost: 5, .logarithmic)
  #expect(wide.values.map { wide.label($0) } == ["1e-6", "1e-4", "0.01", "1", "100"])
  #expect(Ticks(in: 4.4...4.6, atMost: 4, .logarithmic).values.count == 3)
}

@Test func secondsAreMarkedAtWholeMinutesHoursAndDays() {
  let hour = Ticks(in: 0...3600, atMost: 7, .duration)
  #expect(hour.values.map { hour.label($0) } == ["0", "10 min", "20 min", "30 min", "40 min", "50 min", "60 min"])
  let short = Ticks(in: 170...200, atMost: 4, .duration)
  #expect(short.values.map { short.label($0) } == ["2:50 min", "3:00 min", "3:10 min", "3:20 min"])
  let days = Ticks(in: 0...400_000, atMost: 5, .duration)
  #expect(days.values.map { days.label($0) } == ["0", "1 d", "2 d", "3 d", "4 d"])
}

@Test func logarithmicAxisPutsDecadesAtEqualHeights() {
  var line = plot([1, 10, 100, 1000], unicode: false, range: 1...1000)
  line.isLogarithmic = true
  let grid = drawn(4, 4) { area, grid in line.draw(in: area, of: &grid) }
  #expect(grid.description == "   *\n  *\n *\n*")
}
