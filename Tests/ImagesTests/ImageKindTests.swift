// Kinds of PNG and JPEG, against the pixels that Pillow has (ImageFiles.swift), and EXIF orientation.
import Basics
import Foundation
import Testing

@testable import Images

private func decoded(_ name: String, _ orientation: ExifOrientation = .ignore) throws -> (image: Image, file: ImageFile)
{
  let file = try #require(imageFiles[name])
  return try withFolder { folder in
    // The name says nothing.
    try write(file.bytes, to: "image.bin", in: folder)
    let image = try PictureFile(path: folder + "/image.bin", name: "image.bin", jpeg: TurboJPEG.shared)
      .decode(orientation)
    return (image, file)
  }
}

/// The largest difference between two images of one size.
private func difference(_ image: Image, _ file: ImageFile) -> Int {
  guard (image.width, image.height) == (file.width, file.height) else { return .max }
  return zip(image.pixels, file.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
}

@Test(arguments: [
  "plain", "gamma45455", "gamma55556", "gamma100000", "sRGB", "badProfile", "grey", "bits", "palette",
])
func aPNGHasPillowsPixels(name: String) throws {
  let (image, file) = try decoded(name)
  #expect(difference(image, file) == 0)
}

/// Pillow keeps the high byte of a sample, libpng rounds.
@Test func samplesOf16BitsAreScaledTo8() throws {
  let (image, file) = try decoded("rgb16")
  #expect(difference(image, file) <= 1)
}

/// TurboJPEG and Pillow may come with different versions of one decoder: 1 for its rounding.
@Test(hasTurboJPEG, arguments: ["cmyk", "ycck", "rgbJPEG", "progressive", "turnedJPEG"])
func aJPEGHasPillowsPixels(name: String) throws {
  // "turnedJPEG" is upright in ImageFiles.swift; as stored it has the pixels of "rgb", turned back.
  let (image, file) = try decoded(name, .apply)
  #expect(difference(image, file) <= 1)
}

@Test(arguments: 1...8) func everyOrientationIsTurnedAsPillowDoes(orientation: Int) throws {
  let (image, file) = try decoded("turned\(orientation)", .apply)
  #expect(difference(image, file) == 0)
  // Ignored, it has the pixels as they are stored.
  #expect(try difference(decoded("turned\(orientation)").image, #require(imageFiles["plain"])) == 0)
}

@Test func orientationsAreCounted() throws {
  try withFolder { folder in
    for n in 1...8 { try write(imageFiles["turned\(n)"]!.bytes, to: "\(n).png", in: folder) }
    let found = try DataSet.examine(folder, cache: PictureCache(folder: folder), workers: WorkerPool(threads: 1))
    #expect(found.tried == 8 && found.turned == 7)
    let upright = try DataSet.open(
      folder, split: .train, options: DataOptions(exifOrientation: .apply), workers: WorkerPool(threads: 1))
    #expect(upright.images.map(\.width) == [16, 16, 16, 16, 12, 12, 12, 12])
    #expect(try DataSet.open(folder).images.allSatisfy { $0.width == 16 })
  }
}

@Test func brokenExifIsNoOrientation() {
  let png = imageFiles["turned6"]!.bytes
  #expect(Exif.orientation(of: png) == 6)
  for count in 0..<png.count { _ = Exif.orientation(of: Array(png.prefix(count))) }
  for place in png.indices where place >= 8 {
    var changed = png
    changed[place] = 0xff
    _ = Exif.orientation(of: changed)
  }
}

/// PIL warns above 89,478,485 pixels and refuses above twice that.
@Test func hugeImagesAreRefusedByTheirHeader() throws {
  func header(_ width: UInt32, _ height: UInt32) -> [UInt8] {
    var file = TestPNG(width: 1, height: 1, colorType: 2, depth: 8) { _, _, _ in 0 }.bytes
    for (place, value) in [(16, width), (20, height)] {
      for i in 0..<4 { file[place + i] = UInt8(value >> (24 - 8 * UInt32(i)) & 255) }
    }
    return file
  }
  try withFolder { folder in
    for (name, size, words) in [
      ("a", (20_000, 20_000), "more than the limit of 178956970"), ("b", (13_378, 13_377), "limit of 178956970"),
      ("c", (13_377, 13_377), "a broken PNG"), ("d", (0xffff_ffff, 0xffff_ffff), "a broken PNG"),
    ] as [(String, (UInt32, UInt32), String)] {
      try write(header(size.0, size.1), to: name, in: folder)
      let told = trouble {
        _ = try PictureFile(path: folder + "/" + name, name: name, jpeg: nil).decode()
      }
      #expect(told?.what.contains(words) == true, "\(name): \(String(describing: told))")
    }
  }
  let notes = ReadingNotes()
  notes.addHuge("scan.png", 12_000, 9_000)
  #expect(notes.all[0].hasPrefix("scan.png has 12000×9000 pixels and takes 720 MiB"))
}
