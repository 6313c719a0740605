import Basics
import Foundation
import Testing

@testable import Images

/// Pillow 4:4:4, quality 70: three bands of eight columns, (200, 40, 40), (40, 180, 60), (50, 60, 200).
private let bands = """
  /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7Pj4+JS5ESUM8\
  SDc9Pjv/2wBDAQoLCw4NDhwQEBw7KCIoOzs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozs7Ozv/wAARCAAQABgD\
  AREAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABgUE/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/EABcBAQEBAQAAAAAAAAAAAAAAAAcDBgX/xAAU\
  EQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwA+5JAXUAeLFdo2wXk1dQB4sV2jf//Z
  """
/// The same bands in grey: 88, 124, 73.
private let greyBands = """
  /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAoHBwgHBgoICAgLCgoLDhgQDg0NDh0VFhEYIx8lJCIfIiEmKzcvJik0KSEiMEExNDk7Pj4+JS5ESUM8\
  SDc9Pjv/wAALCAAQABgBAREA/8QAFgABAQEAAAAAAAAAAAAAAAAABgUE/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQAAPwA+uizYuiz/2Q==
  """
private func bytes(_ base64: String) -> [UInt8] { [UInt8](Data(base64Encoded: base64)!) }

let hasTurboJPEG: ConditionTrait = .enabled(
  if: JPEG.isAvailable, "no TurboJPEG on this machine, or switched off: JPEG pictures are not tested")

@Suite struct JPEGTests {
  @Test(hasTurboJPEG) func colourDecodes() throws {
    let image = try TurboJPEG.shared!.decode(bytes(bands), name: "bands.jpg")
    #expect((image.width, image.height) == (24, 16))
    for (column, color) in [(4, [200, 40, 40]), (12, [40, 179, 60]), (20, [51, 59, 202])] {
      let start = (4 * 24 + column) * 3
      for channel in 0..<3 { #expect(abs(Int(image.pixels[start + channel]) - color[channel]) <= 2) }
    }
  }

  @Test(hasTurboJPEG) func greyDecodesToThreeEqualChannels() throws {
    let image = try TurboJPEG.shared!.decode(bytes(greyBands), name: "grey.jpg")
    for (column, grey) in [(4, 88), (12, 124), (20, 73)] {
      let start = (4 * 24 + column) * 3
      #expect(Set(image.pixels[start..<start + 3]).count == 1)
      #expect(abs(Int(image.pixels[start]) - grey) <= 2)
    }
  }

  @Test(hasTurboJPEG) func aTornJPEGIsATrouble() {
    let torn = Array(bytes(bands).dropLast(30))
    #expect(
      trouble { _ = try TurboJPEG.shared!.decode(torn, name: "torn.jpg") }?.what.hasPrefix("a broken JPEG") == true)
    let stub = Array(bytes(bands).prefix(40))
    #expect(
      trouble { _ = try TurboJPEG.shared!.decode(stub, name: "stub.jpg") }?.what.hasPrefix("a broken JPEG") == true)
  }

  @Test(hasTurboJPEG) func contentDecidesWhateverTheNameSays() throws {
    try withFolder { folder in
      try write(bytes(bands), to: "really-a-jpeg.png", in: folder)
      try write(PNG.encode(formulaImage(5, 4)), to: "really-a-png.JPG", in: folder)
      let data = try DataSet.open(folder)
      #expect(data.images.map(\.width) == [24, 5])
      #expect(try DataSet.survey(folder, split: .train).longestSide == 24)
    }
  }

  @Test func withoutTheLibraryASetOfJPEGsAsksForTheLibrary() throws {
    try withFolder { folder in
      for i in 0..<6 { try write(bytes(bands), to: "\(i).jpg", in: folder) }
      try write(PNG.encode(formulaImage(5, 4)), to: "7.png", in: folder)
      let told = trouble {
        _ = try DataSet.open(
          folder, split: .train, limit: nil, shorterSideAtMost: nil, workers: WorkerPool(threads: 1), jpeg: nil,
          progress: { _, _ in true })
      }
      #expect(told?.what == "6 of 7 pictures are JPEG, and reading them needs TurboJPEG")
      #expect(told?.remedy.contains("libturbojpeg0") == true)
      let found = try DataSet.examine(folder, cache: PictureCache(folder: folder), workers: WorkerPool(threads: 1))
      #expect(found.jpegs == 6)
    }
  }

  @Test func withoutTheLibraryAFewJPEGsAreSkipped() throws {
    try withFolder { folder in
      for i in 0..<19 { try write(PNG.encode(formulaImage(5, 4)), to: "\(i).png", in: folder) }
      try write(bytes(bands), to: "a.jpg", in: folder)
      let data = try DataSet.open(
        folder, split: .train, limit: nil, shorterSideAtMost: nil, workers: WorkerPool(threads: 1), jpeg: nil,
        progress: { _, _ in true })
      #expect(data.count == 19)
      #expect(data.skipped == [DataSet.Skipped(name: "a.jpg", reason: "a JPEG picture needs TurboJPEG")])
    }
  }

  @Test func theEnvironmentSwitchesTheLibraryOff() {
    let off = ProcessInfo.processInfo.environment["SIMSCOPE_NO_TURBOJPEG"] == "1"
    #expect(!(off && JPEG.isAvailable))
    #expect(JPEG.libraryDescription.contains("SIMSCOPE_NO_TURBOJPEG") == off)
    #expect(JPEG.libraryDescription.contains("libturbojpeg.so.0") == JPEG.isAvailable)
  }
}
