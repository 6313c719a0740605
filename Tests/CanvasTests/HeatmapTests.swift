import Canvas
import Testing

private let values: [Float] = [1, 0, 0.5, 0, 0, 1, 0, 0.5, 0.5, 0, 1, 0, 0, 0.5, 0, 1]

private func heatmap(_ abilities: Abilities) -> Heatmap {
  Heatmap(rows: 4, columns: 4, values: values, range: 0...1, colors: .viridis, abilities: abilities, style: plain)
}

@Test func heatmapWithoutColoursIsShades() {
  let shades = drawn(8, 4) { area, grid in heatmap(unicode).draw(in: area, of: &grid) }
  #expect(shades.description == "██  ▒▒\n  ██  ▒▒\n▒▒  ██\n  ▒▒  ██")
  let letters = drawn(8, 4) { area, grid in heatmap(ascii).draw(in: area, of: &grid) }
  #expect(letters.description == "@@  ++\n  @@  ++\n++  @@\n  ++  @@")
}

@Test func heatmapInColoursIsHalfBlocksOfTheMap() {
  let abilities = Abilities(colors: .truecolor, graphics: .half, unicode: true)
  let grid = drawn(4, 2) { area, grid in heatmap(abilities).draw(in: area, of: &grid) }
  let (low, high) = (RGB(hex: 0x440154), RGB(hex: 0xfde725))
  #expect(grid[0, 0] == Cell("▀", Style(high, on: low)))
  #expect(grid[1, 0] == Cell("▀", Style(low, on: high)))
  #expect(Set(grid.cells.flatMap { [$0.style.foreground, $0.style.background] }).count <= 4)
}

@Test func poolingKeepsTheMean() {
  let single = drawn(2, 1) { area, grid in heatmap(ascii).draw(in: area, of: &grid) }
  // The mean of the sixteen values is 0.375: the fourth of ten shades.
  #expect(single.description == "--")
}

@Test func legendCarriesRoundNumbers() {
  let grid = drawn(8, 5) { area, grid in heatmap(unicode).drawLegend(in: area, of: &grid) }
  #expect(grid.description == "██  1.0\n▓▓\n▒▒  0.5\n░░\n    0.0")
}

@Test func colourMapsHaveFewLevelsAndRunFromEndToEnd() {
  for map in ColorMap.all {
    #expect(map.colors.count <= 32)
    #expect(map[0] == map.colors.first && map[1] == map.colors.last)
    #expect(map[-5] == map[0] && map[.nan] == map[0])
  }
  // viridis gets lighter all the way (van der Walt and Smith).
  let light = ColorMap.viridis.colors.map(\.luminance)
  #expect(zip(light, light.dropFirst()).allSatisfy { $0 < $1 })
}
