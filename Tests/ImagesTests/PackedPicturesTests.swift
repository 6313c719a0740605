// Files that hold many pictures: CIFAR-100, STL-10, IDX, npy.
import Basics
import Foundation
import Testing

@testable import Images

// What Tools/make-array-goldens puts into its arrays [2, 2, 5, 3] and [2, 2, 5].
private let rgb = images { n, i in 7 * (30 * n + i) + 5 }
private let grey = images { n, i in 11 * (10 * n + i / 3) + 3 }

/// Two pictures 5×2: byte i of picture n.
private func images(_ byte: (_ n: Int, _ i: Int) -> Int) -> [Image] {
  (0..<2).map { n in Image(width: 5, height: 2, pixels: (0..<30).map { i in UInt8(byte(n, i) % 256) }) }
}

private func told(_ path: String, _ split: DataSet.Split = .train) -> String {
  trouble { _ = try DataSet.open(path, split) }?.description ?? "nothing"
}

private func writeArray(_ array: String, to name: String, in folder: String) throws {
  try write(try #require(arrayFiles[array]), to: name, in: folder)
}

// MARK: - CIFAR-100

/// Coarse label, fine label, then 1024 reds, greens and blues.
private func record(_ coarse: UInt8, _ fine: UInt8, _ image: Image) -> [UInt8] {
  [coarse, fine] + (0..<3).flatMap { channel in (0..<1024).map { image.pixels[3 * $0 + channel] } }
}

@Test func cifar100HasItsFineLabels() throws {
  try withFolder { folder in
    let inner = folder + "/cifar-100-binary"
    let (first, second) = (formulaImage(32, 32), flatImage(32, 32, 1, 2, 3))
    try write(record(19, 99, first) + record(4, 0, second), to: "train.bin", in: inner)
    try write(record(2, 1, second), to: "test.bin", in: inner)
    for path in [folder, inner, inner + "/train.bin"] {
      let data = try DataSet.open(path)
      #expect(data.images == [first, second] && data.labels == [99, 0] && data.title == "CIFAR-100")
      #expect(data.names == ["train #0", "train #1"] && data.classes.count == 100)
      #expect(try DataSet.open(path, .test).labels == [1])
    }
    try write(Array("apple\nbaby\n".utf8), to: "fine_label_names.txt", in: inner)
    #expect(try DataSet.open(folder, .test).classes == ["apple", "baby"])
    #expect(told(folder).hasPrefix("record 0 has label 99, but there are 2 classes"))
    #expect(told(inner + "/test.bin").contains("test split"))
    try write([1], to: "train.bin", in: inner)
    #expect(told(folder).contains("1 bytes are not a whole number of CIFAR-100 records (3074 bytes each)"))
  }
}

// MARK: - STL-10

/// Byte i of picture n, as it lies in the file: channel by channel, column by column.
private func stlByte(_ n: Int, _ i: Int) -> UInt8 { UInt8(truncatingIfNeeded: 31 * n + i / 3 + i % 251) }

private func stlFile(_ pictures: Range<Int>) -> [UInt8] {
  pictures.flatMap { n in (0..<27_648).map { stlByte(n, $0) } }
}

private func stlImage(_ n: Int) -> Image {
  var pixels: [UInt8] = []
  for y in 0..<96 {
    for x in 0..<96 {
      for channel in 0..<3 { pixels.append(stlByte(n, channel * 9_216 + x * 96 + y)) }
    }
  }
  return Image(width: 96, height: 96, pixels: pixels)
}

@Test func stl10IsTrainedOnWithItsUnlabelledPictures() throws {
  try withFolder { folder in
    let inner = folder + "/stl10_binary"
    try write(stlFile(0..<2), to: "train_X.bin", in: inner)
    try write([10, 1], to: "train_y.bin", in: inner)
    try write(stlFile(2..<3), to: "test_X.bin", in: inner)
    try write([3], to: "test_y.bin", in: inner)
    try write(stlFile(3..<5), to: "unlabeled_X.bin", in: inner)
    let all = try DataSet.open(folder, .pretraining)
    #expect(all.images == [0, 1, 3, 4].map(stlImage) && all.labels == nil && all.classes.isEmpty)
    #expect(all.names == ["train #0", "train #1", "unlabeled #0", "unlabeled #1"] && all.title == "STL-10")
    let train = try DataSet.open(inner)
    #expect(train.images == [0, 1].map(stlImage) && train.labels == [9, 0] && train.classes[9] == "truck")
    let test = try DataSet.open(folder, .test)
    #expect(test.images == [stlImage(2)] && test.labels == [2])
    // A file alone.
    #expect(try DataSet.open(inner + "/train_X.bin", .pretraining).labels == [9, 0])
    #expect(try DataSet.open(inner + "/unlabeled_X.bin", .pretraining).images == [3, 4].map(stlImage))
    #expect(try DataSet.open(inner + "/unlabeled_X.bin", .test).labels == [2])
    #expect(told(inner + "/test_X.bin").contains("test split"))
    #expect(told(inner + "/train_y.bin").hasPrefix("labels, not images"))
    try write(Array("a\nb\n".utf8), to: "class_names.txt", in: inner)
    #expect(told(inner).contains("picture 0 has label 10, but there are 2 classes, from 1 on"))
    try write([1], to: "train_y.bin", in: inner)
    #expect(told(inner).contains("1 labels for 2 pictures"))
    try write(Array(stlFile(0..<2).dropLast()), to: "train_X.bin", in: inner)
    #expect(told(inner).contains("55295 bytes are not a whole number of STL-10 pictures"))
    try FileManager.default.removeItem(atPath: inner + "/train_X.bin")
    #expect(told(inner).contains("STL-10 without labelled pictures (train_X.bin)"))
    #expect(try DataSet.open(inner, .pretraining).count == 2)
  }
}

// MARK: - IDX

private let idxFiles = [
  ("digits", "images-idx3-ubyte"), ("digitsPacked", "images-idx3-ubyte.gz"), ("digitLabels", "labels-idx1-ubyte"),
  ("digitLabelsPacked", "labels-idx1-ubyte.gz"),
]

@Test(arguments: [[0, 2], [1, 3], [0, 3], [1, 2], [0, 1, 2, 3]])
func idxIsReadPackedOrNot(files: [Int]) throws {
  try withFolder { folder in
    let raw = folder + "/MNIST/raw"
    for file in files {
      for split in ["train", "t10k"] { try writeArray(idxFiles[file].0, to: "\(split)-\(idxFiles[file].1)", in: raw) }
    }
    for path in [folder + "/MNIST", raw, raw + "/train-" + idxFiles[files[0]].1] {
      for split in [DataSet.Split.pretraining, .train, .test] {
        let data = try DataSet.open(path, split)
        #expect(data.images == grey && data.labels == [1, 0] && data.classes == ["2", "7"])
        #expect(data.names[1] == (split == .test ? "t10k #1" : "train #1") && data.title == "MNIST")
      }
    }
  }
}

@Test func idxThatIsNotWholeIsATrouble() throws {
  try withFolder { folder in
    let (images, labels) = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    try writeArray("digits", to: images, in: folder)
    #expect(try DataSet.open(folder).labels == nil)
    #expect(told(folder, .test).hasPrefix("no test split"))
    try writeArray("digitLabels", to: labels, in: folder)
    #expect(told(folder + "/" + labels).hasPrefix("labels without pictures"))
    let whole = arrayFiles["digits"]!
    func check(_ bytes: [UInt8], _ words: String) throws {
      try write(bytes, to: images, in: folder)
      #expect(told(folder).contains(words), "\(told(folder))")
    }
    for length in [0, 3] { try check(Array(whole.prefix(length)), "an IDX file of \(length) bytes, which is cut off") }
    for length in [4, 15] { try check(Array(whole.prefix(length)), "an IDX file that is cut off") }
    for length in [16, whole.count - 1] {
      try check(Array(whole.prefix(length)), "in \(length) bytes, which do not fit")
    }
    try check(whole + [0], "which do not fit")
    try check([1] + whole.dropFirst(), "not an IDX file")
    try check([0, 0, 13] + whole.dropFirst(3), "not unsigned bytes")
    try check(arrayFiles["digitLabels"]!, "an IDX array of 1 dimensions where 3 are needed")
    try check([0, 0, 8, 3] + [UInt8](repeating: 255, count: 12), "which do not fit")
    try check([0, 0, 8, 3] + [UInt8](repeating: 0, count: 12), "empty")
    let packed = arrayFiles["digitsPacked"]!
    for length in [2, 12, packed.count - 9, packed.count - 1] {
      try check(Array(packed.prefix(length)), "a broken gzip file")
    }
    try check(whole, "nothing")
    try write(arrayFiles["digitLabels"]!.dropLast() + [2, 2], to: labels, in: folder)
    #expect(told(folder).contains("which do not fit"))
    try write([0, 0, 8, 1, 0, 0, 0, 1, 5], to: labels, in: folder)
    #expect(told(folder).contains("1 labels for 2 pictures"))
  }
}

@Test func severalIDXDataSetsInAFolderAreNotMixed() throws {
  try withFolder { folder in
    for set in ["emnist-digits", "emnist-letters"] {
      for split in ["train", "test"] {
        try writeArray("digitsPacked", to: "\(set)-\(split)-images-idx3-ubyte.gz", in: folder)
        try writeArray("digitLabelsPacked", to: "\(set)-\(split)-labels-idx1-ubyte.gz", in: folder)
      }
    }
    #expect(told(folder).hasPrefix("2 IDX data sets (emnist-digits-train-images"))
    let file = folder + "/emnist-letters-train-images-idx3-ubyte.gz"
    #expect(try DataSet.open(file).names[0] == "emnist-letters-train #0")
    #expect(try DataSet.open(file, .test).names[0] == "emnist-letters-test #0")
    #expect(told(folder + "/emnist-letters-test-images-idx3-ubyte.gz").contains("test split"))
  }
}

// MARK: - npy

@Test(arguments: ["rgbVersion1", "rgbVersion2", "rgbVersion3", "grey", "greyWithChannel"])
func numpyArraysOfBytesArePictures(array: String) throws {
  try withFolder { folder in
    try writeArray(array, to: "frogs.npy", in: folder)
    for path in [folder, folder + "/frogs.npy"] {
      let data = try DataSet.open(path)
      #expect(data.images == (array.hasPrefix("rgb") ? rgb : grey) && data.labels == nil)
      #expect(data.names == ["frogs #0", "frogs #1"] && data.title == "frogs")
    }
    #expect(told(folder, .test).hasPrefix("no test split"))
  }
}

@Test(arguments: [
  ("i8", "-1"), ("i4", "-1"), ("i2", "-1"), ("i1", "-1"), ("u1", "200"), ("u8", "200"), ("column", "200"),
])
func labelsBesideAnArrayAreWholeNumbersOfAnyKind(type: String, first: String) throws {
  try withFolder { folder in
    for name in ["x.npy", "y_images.npy"] { try writeArray("rgbVersion1", to: name, in: folder) }
    for name in ["x", "y"] { try writeArray("labels_" + type, to: name + "_labels.npy", in: folder) }
    for file in ["x.npy", "y_images.npy"] {
      let data = try DataSet.open(folder + "/" + file)
      #expect(data.classes == (first == "-1" ? ["-1", "3"] : ["3", "200"]))
      #expect(data.labels == (first == "-1" ? [0, 1] : [1, 0]))
    }
    #expect(told(folder).hasPrefix("2 npy files (x.npy, y_images.npy)"))
    #expect(told(folder + "/x_labels.npy").hasPrefix("labels, not images"))
  }
}

@Test(arguments: ["test", "val"])
func aClassKeepsItsNumberInBothArrays(test: String) throws {
  try withFolder { folder in
    for (split, labels) in [("train", "labels_u1"), (test, "labels_i8")] {
      try writeArray("rgbVersion1", to: split + ".npy", in: folder)
      try writeArray(labels, to: split + "_labels.npy", in: folder)
    }
    for path in [folder, folder + "/train.npy"] {
      let (train, other) = (try DataSet.open(path), try DataSet.open(path, .test))
      #expect(train.classes == ["-1", "3", "200"] && other.classes == train.classes)
      #expect(train.labels == [2, 1] && other.labels == [0, 1])
      #expect(other.names[0] == "\(test) #0")
    }
  }
}

@Test(arguments: [
  ("fortran", "Fortran order", "ascontiguousarray"), ("floats", "floats (<f4)", "astype"),
  ("planes", "shape [2, 3, 2, 2], whose last size", "transpose(0, 2, 3, 1)"),
  ("transparent", "last size is not the 3", "x[..., :3]"),
  ("onePicture", "one image", "stack"), ("flat", "shape [2, 30]", "reshape"),
  ("structured", "records ([", "astype"),
  ("empty", "an empty array", "again"),
])
func arraysOfOtherKindsAreToldWithARemedy(array: String, what: String, remedy: String) throws {
  try withFolder { folder in
    try writeArray(array, to: "x.npy", in: folder)
    #expect(told(folder).contains(what) && told(folder).contains(remedy), "\(told(folder))")
  }
}

@Test func arraysThatAreNotWholeAreATrouble() throws {
  try withFolder { folder in
    for array in ["rgbVersion1", "rgbVersion2"] {
      let whole = arrayFiles[array]!
      func check(_ bytes: [UInt8], _ words: String) throws {
        try write(bytes, to: "x.npy", in: folder)
        #expect(told(folder).contains(words), "\(told(folder))")
      }
      for length in [0, 6, 11] { try check(Array(whole.prefix(length)), "\(length) bytes, not an npy file") }
      for length in [12, 100, 127] { try check(Array(whole.prefix(length)), "a head that is cut off") }
      for length in [128, whole.count - 1] { try check(Array(whole.prefix(length)), "which do not fit") }
      try check(whole + [0], "which do not fit")
      try check([0] + whole.dropFirst(), "another mark")
      try check(whole.prefix(6) + [9] + whole.dropFirst(7), "version 9")
      try check(whole.map { $0 == UInt8(ascii: "'") ? 34 : $0 }, "a head without type, order or shape")
      try check(whole, "nothing")
    }
    for (labels, words) in [
      ("labels_three", "3 labels for 2 images"), ("digits", "another mark"),
    ] {
      try writeArray(labels, to: "x_labels.npy", in: folder)
      #expect(told(folder).contains(words), "\(told(folder))")
    }
  }
}

// MARK: - all of them

@Test func manyBytesStayInTheirFileAndAreReadWhenLookedAt() throws {
  try withFolder { folder in
    try write(stlFile(0..<3), to: "train_X.bin", in: folder)
    func outcome(_ least: Int, side: Int?) throws -> PictureDecoding.Outcome {
      let source = try DataDetection.source(folder, split: .train, jpeg: nil)
      var decoding = DataSet.decoding(
        source, folder, limit: nil, shorterSideAtMost: side, workers: WorkerPool(threads: 1))
      decoding.leastOnDemand = least
      return try decoding.pictures(cache: nil) { _, _ in true }
    }
    for side in [nil, 20] as [Int?] {
      let (late, early) = (try outcome(0, side: side), try outcome(.max, side: side))
      #expect(late.store != nil && early.store == nil)
      #expect(try late.pictures.map { try $0.get() } == early.pictures.map { try $0.get() })
    }
    // A file that is lost while it is in use.
    let late = try outcome(0, side: nil)
    #expect(truncate(folder + "/train_X.bin", 27_648) == 0)
    #expect(try late.pictures[0].get() == stlImage(0) && late.store!.trouble == nil)
    #expect(try late.pictures[2].get() == flatImage(96, 96, 0, 0, 0))
    #expect(late.store!.trouble?.what.hasPrefix("bytes 55296 to 82944 cannot be read") == true)
  }
}

@Test(arguments: [
  ("cifar-100-binary.tar.gz", "not unpacked", "tar xf"), ("pictures.zip", "not unpacked", "unzip"),
  ("pathmnist.npz", "npz", "unzip"), ("data_batch_1", "pickle", "cifar-10-binary.tar.gz"),
  ("train_32x32.mat", "not read", "PNG"), ("cat.webp", "neither PNG nor JPEG", "mogrify"),
  ("deep/er/cat.TIFF", "neither PNG nor JPEG", "mogrify"),
])
func formatsNotReadAreNamedWithARemedy(file: String, what: String, remedy: String) throws {
  try withFolder { folder in
    try write([1, 2, 3], to: file, in: folder)
    for path in [folder, folder + "/" + file] {
      #expect(told(path).contains(what) && told(path).contains(remedy), "\(told(path))")
    }
  }
}
