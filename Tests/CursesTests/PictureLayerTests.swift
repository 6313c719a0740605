/// Which pictures are erased, sent, and left alone.
import Canvas
import Testing

@testable import Curses

@Suite struct PictureLayerTests {
  private let bitmap = Bitmap(width: 2, height: 1, pixels: [255, 0, 0, 0, 0, 255])
  private let area = Rect(x: 2, y: 3, width: 4, height: 2)

  private func show(
    _ pictures: [PlacedPicture], on layer: inout PictureLayer, disturbed: Bool = false
  ) -> (before: String, after: String) {
    let (before, after) = layer.show(pictures, cell: (9, 19), largest: (1000, 1000)) { _ in disturbed }
    return (String(decoding: before, as: UTF8.self), String(decoding: after, as: UTF8.self))
  }

  private func picture(_ area: Rect) -> PlacedPicture { PlacedPicture(area: area, bitmap: bitmap, sharp: true) }

  @Test func aNewPictureIsSentAtItsPlaceAndAnOldOneIsNot() {
    var layer = PictureLayer()
    let (before, after) = show([picture(area)], on: &layer)
    #expect(before == "")
    #expect(after.hasPrefix("\u{1b}7\u{1b}[4;3H\u{1b}P0;1;0q\"1;1;36;36#"))  // 38 pixels are not a multiple of six
    #expect(after.hasSuffix("\u{1b}\\\u{1b}8"))
    #expect(show([picture(area)], on: &layer) == ("", ""))
    #expect(show([picture(area)], on: &layer, disturbed: true).after == after)
  }

  @Test func aPictureThatGoesIsErasedBySpaces() {
    var layer = PictureLayer()
    _ = show([picture(area)], on: &layer)
    let (before, after) = show([], on: &layer)
    #expect(before == "\u{1b}7\u{1b}[4;3H\u{1b}[m    \u{1b}8\u{1b}7\u{1b}[5;3H\u{1b}[m    \u{1b}8")
    #expect(after == "")
  }

  @Test func anotherPictureInTheSamePlaceCoversTheFirst() {
    var layer = PictureLayer()
    _ = show([picture(area)], on: &layer)
    let other = PlacedPicture(area: area, bitmap: Bitmap(width: 1, height: 1, pixels: [1, 2, 3]), sharp: true)
    let (before, after) = show([other], on: &layer)
    #expect(before == "" && after != "")
  }

  @Test func whatErasingTouchesIsSentAgain() {
    var layer = PictureLayer()
    let (left, right) = (Rect(x: 0, y: 0, width: 4, height: 2), Rect(x: 3, y: 0, width: 4, height: 2))
    _ = show([picture(left), picture(right)], on: &layer)
    #expect(show([picture(right)], on: &layer).after != "")
  }

  @Test func picturesKeepToTheScreenAndOffItsLastRow() {
    let grid = Grid(columns: 20, rows: 10)
    let areas = [
      Rect(x: 0, y: 6, width: 4, height: 4), Rect(x: 18, y: 0, width: 4, height: 2),
      Rect(x: 0, y: 9, width: 4, height: 1),
    ]
    let visible = PictureLayer.visible(in: Frame(grid: grid, pictures: areas.map(picture)))
    #expect(visible.map(\.area) == [Rect(x: 0, y: 6, width: 4, height: 3)])
  }

  @Test func aPopupOverAPictureHidesIt() {
    var grid = Grid(columns: 20, rows: 10)
    grid[5, 4] = Cell("x")
    #expect(PictureLayer.visible(in: Frame(grid: grid, pictures: [picture(area)])).isEmpty)
    grid[5, 4] = Cell(" ", Style(nil, on: RGB(9, 9, 9)))
    #expect(PictureLayer.visible(in: Frame(grid: grid, pictures: [picture(area)])).isEmpty)
  }

  @Test func aPictureIsNoLargerThanTheTerminalTakes() {
    var layer = PictureLayer()
    let (_, after) = layer.show(
      [picture(Rect(x: 0, y: 0, width: 200, height: 60))], cell: (9, 19), largest: (1000, 800)
    ) { _ in false }
    #expect(String(decoding: after, as: UTF8.self).contains("\"1;1;1000;798#"))
  }
}
