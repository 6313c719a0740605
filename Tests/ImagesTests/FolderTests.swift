// Folders of images as people have them: odd names and endings, formats that are not read, splits, links.
import Basics
import Foundation
import Testing

@testable import Images

private let png = PNG.encode(formulaImage(6, 5))
/// The first bytes of each kind of file, as the formats' specifications have them.
private let webP: [UInt8] =
  Array("RIFF".utf8) + [26, 0, 0, 0] + Array("WEBPVP8L".utf8) + [UInt8](repeating: 0, count: 18)
private let gif = Array("GIF89a".utf8) + [UInt8](repeating: 0, count: 20)
private let bmp: [UInt8] = Array("BM".utf8) + [70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0] + [0, 0]
private let tiff: [UInt8] = [0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]

private func examine(_ folder: String, _ choice: SplitFolders = .auto) throws -> Examination {
  try DataSet.examine(
    folder, options: DataOptions(splitFolders: choice), cache: PictureCache(folder: folder + "-cache"),
    workers: WorkerPool(threads: 1))
}

private func fill(_ folder: String, _ names: [String]) throws {
  for name in names { try write(png, to: name, in: folder) }
}

@Suite struct FolderTests {
  @Test func namesThatAreNotUTF8AreClassesAndImages() throws {
    try withFolder { folder in
      for bytes in [[0x63, 0xe9], [0x74, 0xe9], [0x61]] as [[UInt8]] {
        let inner = folder + "/" + String(path: bytes)
        #expect(Files.makeFolder(inner))
        for i: UInt8 in 0..<2 { try SafeFile.write(png, to: inner + "/" + String(path: [0xff, 0x30 + i])) }
      }
      let data = try DataSet.open(folder)
      #expect(data.count == 6 && data.skipped.isEmpty)
      #expect(data.classes.map(\.pathBytes) == [[0x61], [0x63, 0xe9], [0x74, 0xe9]])
      #expect(data.names[2].pathBytes == [0x63, 0xe9, 0x2f, 0xff, 0x30])
    }
  }

  @Test func contentDecidesNotTheEnding() throws {
    try withFolder { folder in
      try fill(folder, ["a/x.jfif", "a/noending", "a/x.jpg?w=500", "a/x.bin", "a/x.png", "b/x.jpe", "b/x.PJPEG"])
      try write([1, 2, 3], to: "b/readme", in: folder)
      try write([1, 2, 3], to: "b/notes.txt", in: folder)
      let data = try DataSet.open(folder)
      #expect(data.count == 7 && data.skipped.isEmpty)
      #expect(data.warnings.count == 1 && data.warnings[0].contains("1 file that is no image, b/readme"))
    }
  }

  @Test func foreignFormatsAreCountedForEachClass() throws {
    try withFolder { folder in
      try fill(folder, ["a/1.png", "b/1.png"])
      for (name, bytes) in [
        ("a/1.webp", webP), ("a/2", webP), ("a/1.gif", gif), ("b/1.bmp", bmp), ("b/1.tif", tiff),
      ] { try write(bytes, to: name, in: folder) }
      let warnings = try DataSet.open(folder).warnings
      #expect(warnings.count == 1, "\(warnings)")
      #expect(warnings[0].hasPrefix("left out: 2 WebP, 1 GIF in a; 1 BMP, 1 TIFF in b, the first of them a/1.gif"))
      #expect(try examine(folder).remarks.first == warnings[0])
    }
  }

  @Test func aClassWithoutAReadableImageStopsTheRun() throws {
    try withFolder { folder in
      try fill(folder, ["a/1.png", "b/1.png"])
      for i in 0..<3 { try write(webP, to: "c/\(i).webp", in: folder) }
      let told = trouble { _ = try DataSet.open(folder) }
      #expect(told?.what == "class c would be empty: its images are 3 WebP")
      #expect(told?.remedy.contains("mogrify") == true)
    }
    // Under another ending that is seen only when they are decoded.
    try withFolder { folder in
      try fill(folder, (0..<30).map { "a/\($0).png" } + (0..<30).map { "b/\($0).png" })
      for i in 0..<2 { try write(webP, to: "c/\(i).jpg", in: folder) }
      let told = trouble { _ = try DataSet.open(folder) }
      #expect(told?.what.hasPrefix("class c would be empty: none of its 2 images can be read (c/0.jpg: WebP") == true)
    }
  }

  @Test func filesOfSystemsAreIgnoredAndCountedByDoctorOnly() throws {
    try withFolder { folder in
      try fill(folder, ["a/1.png", "b/1.png", "a/.ipynb_checkpoints/1.png", ".ipynb_checkpoints/1.png"])
      for name in ["__MACOSX/a/._1.png", "a/.DS_Store", "b/Thumbs.db", "b/desktop.ini"] {
        try write([0, 5, 22, 7], to: name, in: folder)
      }
      let data = try DataSet.open(folder)
      #expect(data.count == 2 && data.warnings.isEmpty && data.classes == ["a", "b"])
      #expect(try examine(folder).remarks.contains { $0.hasPrefix("6 hidden or system files") })
    }
  }

  @Test func aFolderNamedLikeAnImageIsAFolder() throws {
    try withFolder { folder in
      try fill(folder, ["a/slide_0.jpg/1.png", "a/slide_1.jpg/1.png", "b/slide.png/1.png"])
      let data = try DataSet.open(folder)
      #expect(data.names == ["a/slide_0.jpg/1.png", "a/slide_1.jpg/1.png", "b/slide.png/1.png"])
    }
  }

  @Test func everyFileCountsOnce() throws {
    try withFolder { folder in
      try fill(folder, ["a/1.png", "a/2.png", "b/1.png"])
      for (link, target) in [("loop", "."), ("a/up", ".."), ("again", "b"), ("b/same.png", "1.png")] {
        try FileManager.default.createSymbolicLink(atPath: folder + "/" + link, withDestinationPath: target)
      }
      try FileManager.default.linkItem(atPath: folder + "/a/2.png", toPath: folder + "/a/3.png")
      let data = try DataSet.open(folder)
      #expect(data.names == ["a/1.png", "a/2.png", "b/1.png"] && data.classes == ["a", "b"])
      #expect(data.warnings.count == 1 && data.warnings[0].contains("(and 4 more such links)"), "\(data.warnings)")
    }
  }

  /// A subset made of links is a data set like any other.
  @Test func linksToElsewhereAreFollowed() throws {
    try withFolder { folder in
      try fill(folder, ["real/a/1.png", "real/b/1.png", "set/c/1.png"])
      for name in ["a", "b"] {
        try FileManager.default.createSymbolicLink(
          atPath: folder + "/set/" + name, withDestinationPath: "../real/" + name)
      }
      try FileManager.default.createSymbolicLink(atPath: folder + "/set/gone", withDestinationPath: "nowhere")
      let data = try DataSet.open(folder + "/set")
      #expect(data.names == ["a/1.png", "b/1.png", "c/1.png"])
      #expect(data.warnings == ["left out: gone, which leads to no file; repair or remove it"])
    }
  }

  /// One name in the forms of macOS and of Linux.
  @Test func twoUnicodeFormsOfANameAreOneClass() throws {
    try withFolder { folder in
      try fill(folder, ["caf\u{e9}/1.png", "cafe\u{301}/2.png", "tea/1.png"])
      let found = try examine(folder)
      #expect(found.training.pictures == 3 && found.training.classes.count == 2)
      #expect(found.remarks.contains { $0.contains("different Unicode forms") })
    }
  }
}

@Suite struct SplitFolderTests {
  @Test(arguments: [
    (["Train", "Test"], "Train/", "Test/"), (["training", "testing"], "training/", "testing/"),
    (["train", "valid"], "train/", "valid/"), (["TRAIN", "Validation"], "TRAIN/", "Validation/"),
    (["train", "val", "test"], "train/", "test/"), (["images/train", "images/val"], "images/train/", "images/val/"),
    (["seg_train/seg_train", "seg_test/seg_test"], "seg_train/", "seg_test/"),
    (["train2017", "val2017"], "train2017/", "val2017/"), (["pets/train", "pets/test"], "pets/train/", "pets/test/"),
    (["training_set/training_set", "test_set/test_set"], "training_set/", "test_set/"),
    (["train/images", "test/images"], "train/", "test/"),
  ])
  func commonNamesOfSplitsAreUnderstood(folders: [String], train: String, test: String) throws {
    try withFolder { folder in
      for split in folders { try fill(folder, ["a/1.png", "a/2.png", "b/1.png", "b/2.png"].map { split + "/" + $0 }) }
      let found = try examine(folder)
      #expect(found.training.split == train && found.training.classes == ["a", "b"] && found.training.pictures == 4)
      #expect(try found.test.get().split == test && found.test.get().classes == ["a", "b"])
      let whole = try examine(folder, .none)
      #expect(whole.training.pictures == 4 * folders.count && (try? whole.test.get()) == nil)
    }
  }

  @Test(arguments: [["images/a", "images/b"], ["pets/a", "pets/b"], ["x/images/a", "x/images/b"]])
  func aSingleFolderAroundTheClassesIsEntered(folders: [String]) throws {
    try withFolder { folder in
      for name in folders { try fill(folder, [name + "/1.png", name + "/2.png"]) }
      let found = try examine(folder)
      #expect(found.training.classes == ["a", "b"] && found.training.split.hasPrefix("all of "))
      #expect(try examine(folder, .none).training.classes.isEmpty)
    }
  }

  /// A train is a class among vehicles.
  @Test func aSplitNameAmongClassesIsAClassAndQuestioned() throws {
    try withFolder { folder in
      try fill(folder, ["bus", "car", "train"].flatMap { ["\($0)/1.png", "\($0)/2.png"] })
      let data = try DataSet.open(folder, .pretraining)
      #expect(data.classes == ["bus", "car", "train"])
      #expect(data.warnings.count == 1 && data.warnings[0].contains("all are trained on: train:"))
      let told = try DataSet.open(
        folder, split: .pretraining, options: DataOptions(splitFolders: .none), workers: WorkerPool(threads: 1))
      #expect(told.warnings.isEmpty && told.classes == data.classes)
    }
  }

  @Test func testImagesAreNeverTrainedOnSilently() throws {
    try withFolder { folder in
      try fill(folder, ["cat", "dog", "test"].flatMap { ["\($0)/1.png", "\($0)/2.png"] })
      #expect(try DataSet.open(folder, .pretraining).warnings.contains { $0.contains("all are trained on: test:") })
    }
  }

  @Test func foldersBesideTheSplitsAreNamed() throws {
    try withFolder { folder in
      try fill(folder, ["train/a/1.png", "train/b/1.png", "test/a/1.png", "extra/1.png"])
      let data = try DataSet.open(folder, .pretraining)
      #expect(data.names == ["a/1.png", "b/1.png"] && data.classes == ["a", "b"])
      #expect(data.warnings.count == 1 && data.warnings[0].hasPrefix("not trained on: extra/, beside train/"))
    }
  }

  /// A test folder of unsorted images in images/, as in Tiny ImageNet, adds no class.
  @Test func aContainerInAnotherSplitIsNoClass() throws {
    try withFolder { folder in
      try fill(folder, ["train/a/images/1.png", "train/b/images/1.png", "val/images/1.png", "val/images/2.png"])
      #expect(try examine(folder).training.classes == ["a", "b"])
    }
  }

  @Test func aTableOfLabelsIsNoticed() throws {
    try withFolder { folder in
      try fill(folder, ["train/1.png", "train/2.png", "test/1.png"])
      try write(Array("id,label\n1,frog\n".utf8), to: "trainLabels.csv", in: folder)
      #expect(try examine(folder).remarks.contains { $0.contains("labels in a table (trainLabels.csv) are not read") })
    }
  }
}
