import Basics
import Foundation
import Synchronization
import Testing

@testable import Images

// MARK: - CIFAR-10

/// A record of the binary layout: the label, then 1024 reds, greens and blues.
private func record(_ label: UInt8, _ image: Image) -> [UInt8] {
  [label] + (0..<3).flatMap { channel in (0..<1024).map { image.pixels[3 * $0 + channel] } }
}

private let first = formulaImage(32, 32)
private let second = flatImage(32, 32, 1, 2, 3)

private func writeBatches(in folder: String) throws {
  try write(record(3, first) + record(9, second), to: "data_batch_1.bin", in: folder)
  try write(record(0, second), to: "data_batch_2.bin", in: folder)
  try write(record(5, first), to: "test_batch.bin", in: folder)
}

@Test func cifarRecordsComeBackAsWritten() throws {
  try withFolder { folder in
    try writeBatches(in: folder)
    let data = try DataSet.open(folder)
    #expect(data.images == [first, second, second])
    #expect(data.labels == [3, 9, 0])
    #expect(data.names == ["data_batch_1 #0", "data_batch_1 #1", "data_batch_2 #0"])
    #expect((data.classes.count, data.classes[3], data.title) == (10, "cat", "CIFAR-10"))
    let test = try DataSet.open(folder, .test)
    #expect(test.labels == [5])
    #expect(test.images == [first])
    let survey = try DataSet.survey(folder, split: .train)
    #expect((survey.kind, survey.pictures, survey.defaultImageSize) == ("CIFAR-10 binary", 3, 32))
  }
}

@Test func cifarIsFoundInsideTheUnpackedDownload() throws {
  try withFolder { folder in
    try writeBatches(in: folder + "/cifar-10-batches-bin")
    #expect(try DataSet.open(folder).count == 3)
  }
}

@Test func aCifarBatchFileIsASplitOfItsOwn() throws {
  try withFolder { folder in
    try writeBatches(in: folder)
    #expect(try DataSet.open(folder + "/data_batch_2.bin").labels == [0])
    #expect(try DataSet.open(folder + "/data_batch_2.bin", .test).labels == [5])
    #expect(try DataSet.open(folder + "/test_batch.bin", .test).labels == [5])
    let refused = trouble { _ = try DataSet.open(folder + "/test_batch.bin") }
    #expect(refused?.what.contains("test split") == true)
    try FileManager.default.removeItem(atPath: folder + "/test_batch.bin")
    #expect(
      trouble { _ = try DataSet.open(folder + "/data_batch_2.bin", .test) }?.what.contains("no test split") == true)
    #expect(trouble { _ = try DataSet.open(folder, .test) }?.what.contains("no test split") == true)
  }
}

@Test func cifarClassNamesAreReadFromTheMetaFile() throws {
  try withFolder { folder in
    try write(record(1, first), to: "data_batch_1.bin", in: folder)
    try write(Array("tea\ncoffee\n\n".utf8), to: "batches.meta.txt", in: folder)
    #expect(try DataSet.open(folder).classes == ["tea", "coffee"])
    try write(record(2, first), to: "data_batch_1.bin", in: folder)
    #expect(trouble { _ = try DataSet.open(folder) }?.what == "record 0 has label 2, but there are 2 classes")
  }
}

@Test func aTornCifarBatchIsATrouble() throws {
  try withFolder { folder in
    try write(Array(record(1, first).dropLast()), to: "data_batch_1.bin", in: folder)
    #expect(trouble { _ = try DataSet.open(folder) }?.what.contains("3072 bytes") == true)
    try write([], to: "data_batch_1.bin", in: folder)
    #expect(trouble { _ = try DataSet.open(folder) }?.what.contains("0 bytes") == true)
  }
}

// MARK: - Folders

private let tiny = PNG.encode(formulaImage(6, 5))

@Test func subfoldersAreClassesInByteOrder() throws {
  try withFolder { folder in
    for name in ["zebra/1.png", "Ant/2.PNG", "Ant/10.png", "ant/deep/er.png", ".hidden/x.png", "Ant/.y.png"] {
      try write(tiny, to: name, in: folder)
    }
    try write(Array("notes".utf8), to: "Ant/readme.txt", in: folder)
    let data = try DataSet.open(folder)
    #expect(data.names == ["Ant/10.png", "Ant/2.PNG", "ant/deep/er.png", "zebra/1.png"])
    #expect(data.classes == ["Ant", "ant", "zebra"])
    #expect(data.labels == [0, 0, 1, 2])
    #expect(data.title == (folder as NSString).lastPathComponent)
    #expect(data.images.allSatisfy { $0 == formulaImage(6, 5) })
  }
}

@Test func aFlatFolderHasNoLabels() throws {
  try withFolder { folder in
    for name in ["b.png", "a.png", "more/c.png"] { try write(tiny, to: name, in: folder) }
    let data = try DataSet.open(folder)
    #expect(data.names == ["a.png", "b.png", "more/c.png"])
    #expect(data.labels == nil && data.classes.isEmpty)
    let survey = try DataSet.survey(folder, split: .train)
    #expect((survey.kind, survey.split) == ("image folder without labels", "all"))
  }
}

@Test func oneClassAloneIsNoLabel() throws {
  try withFolder { folder in
    try write(tiny, to: "only/a.png", in: folder)
    #expect(try DataSet.open(folder).labels == nil)
  }
}

@Test(arguments: ["test", "val"])
func trainAndTestFoldersAreSplits(test: String) throws {
  try withFolder { folder in
    for name in ["train/a/1.png", "train/b/1.png", "train/c/1.png", "\(test)/c/1.png", "\(test)/b/1.png"] {
      try write(tiny, to: name, in: folder)
    }
    #expect(try DataSet.open(folder).labels == [0, 1, 2])
    let data = try DataSet.open(folder, .test)
    // A class keeps its number though the test split lacks the first class.
    #expect(data.classes == ["a", "b", "c"])
    #expect(data.labels == [1, 2])
    #expect(try DataSet.survey(folder, split: .test).split == "\(test)/")
  }
}

@Test func aMissingTestSplitIsATroubleWithARemedy() throws {
  try withFolder { folder in
    try write(tiny, to: "a/1.png", in: folder)
    let without = trouble { _ = try DataSet.open(folder, .test) }
    #expect(without?.what.hasPrefix("no test split") == true)
    #expect(without?.remedy.contains("train/") == true)
    try write(tiny, to: "train/1.png", in: folder)
    #expect(trouble { _ = try DataSet.open(folder, .test) }?.remedy.contains("test/") == true)
  }
}

@Test func whatIsNoDataSetIsToldSo() throws {
  try withFolder { folder in
    #expect(trouble { _ = try DataSet.open(folder + "/nowhere") }?.what == "no such file or folder")
    #expect(trouble { _ = try DataSet.open(folder) }?.what == "no PNG or JPEG images")
    try write(Array("text".utf8), to: "notes.txt", in: folder)
    #expect(trouble { _ = try DataSet.open(folder + "/notes.txt") }?.what == "not a data set")
    try write(tiny, to: "one.png", in: folder)
    #expect(trouble { _ = try DataSet.open(folder + "/one.png") }?.what == "one picture is no data set")
  }
}

@Test func picturesCountMoreThanAnArrayBesideThem() throws {
  try withFolder { folder in
    try write(tiny, to: "a.png", in: folder)
    try write([1, 2, 3], to: "labels.npy", in: folder)
    #expect(try DataSet.open(folder + "/.").title == (folder as NSString).lastPathComponent)
  }
}

@Test func aFewBrokenPicturesAreSkippedAndListed() throws {
  try withFolder { folder in
    for i in 0..<18 { try write(tiny, to: "\(i % 2)/\(10 + i).png", in: folder) }
    try write(Array(tiny.prefix(60)), to: "0/torn.png", in: folder)
    try write([], to: "1/empty.png", in: folder)
    let data = try DataSet.open(folder)
    #expect(data.count == 18)
    #expect(data.labels == (0..<2).flatMap { Array(repeating: $0, count: 9) })
    #expect(data.skipped.map(\.name) == ["0/torn.png", "1/empty.png"])
    #expect(data.skipped[1].reason == "an empty file")
    try write(Array("GIF89a".utf8), to: "1/cat.jpg", in: folder)
    let told = trouble { _ = try DataSet.open(folder) }
    #expect(told?.what.hasPrefix("3 of 21 pictures cannot be read (0/torn.png: a broken PNG") == true)
    #expect(told?.what.contains("1/cat.jpg: GIF, neither PNG nor JPEG") == true)
  }
}

@Test func aLimitCountsWithinEachClass() throws {
  try withFolder { folder in
    for name in ["a/1.png", "a/2.png", "a/3.png", "b/1.png"] { try write(tiny, to: name, in: folder) }
    #expect(try DataSet.open(folder, limit: 2).names == ["a/1.png", "a/2.png", "b/1.png"])
  }
  try withFolder { folder in
    for name in ["1.png", "2.png", "3.png"] { try write(tiny, to: name, in: folder) }
    #expect(try DataSet.open(folder, limit: 2).names == ["1.png", "2.png"])
  }
}

@Test func largePicturesAreShrunkOnLoading() throws {
  try withFolder { folder in
    try write(PNG.encode(flatImage(90, 60, 10, 200, 99)), to: "wide.png", in: folder)
    try write(PNG.encode(flatImage(9, 8, 10, 200, 99)), to: "small.png", in: folder)
    let data = try DataSet.open(
      folder, split: .train, shorterSideAtMost: 20, workers: WorkerPool(threads: 1))
    #expect(data.images == [flatImage(9, 8, 10, 200, 99), flatImage(30, 20, 10, 200, 99)])
  }
}

@Test func openingTellsItsProgressAndCanBeCancelled() throws {
  try withFolder { folder in
    for i in 0..<10 { try write(tiny, to: "\(i).png", in: folder) }
    let calls = Mutex<[Int]>([])
    _ = try DataSet.open(folder, split: .train, workers: WorkerPool(threads: 2)) { done, total in
      calls.withLock { $0.append(done) }
      return total == 10
    }
    #expect(calls.withLock { $0 } == Array(1...10))
    #expect(throws: CancellationError.self) {
      _ = try DataSet.open(folder, split: .train, workers: WorkerPool(threads: 2)) { done, _ in done < 3 }
    }
  }
}

@Test func aSubsetKeepsPicturesLabelsAndNamesTogether() {
  let data = DataSet(
    images: (1...4).map { flatImage($0, 1, 0, 0, 0) }, labels: [0, 1, 0, 1], classes: ["a", "b"],
    names: ["p", "q", "r", "s"], title: "four")
  let part = data.subset([3, 0])
  #expect(part.images.map(\.width) == [4, 1])
  #expect(part.labels == [1, 0])
  #expect(part.names == ["s", "p"])
  #expect(part.classes == ["a", "b"])
}

@Test func theDefaultSizeFollowsThePictures() {
  #expect(DataSet.defaultImageSize(forLongestSide: 40) == 32)
  #expect(DataSet.defaultImageSize(forLongestSide: 41) == 96)
}
