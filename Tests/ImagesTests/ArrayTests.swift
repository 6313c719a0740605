// Arrays as people save them: pairs of names, labels of many kinds, headers of Python 2, gzip files that lie.
import Basics
import Foundation
import Testing

@testable import Images

private func put(_ name: String, _ file: String, in folder: String) throws {
  try write(try #require(arrayFiles[name]), to: file, in: folder)
}

@Suite struct ArrayTests {
  @Test(arguments: [
    ("x.npy", "x_labels.npy"), ("x.npy", "y.npy"), ("X.npy", "y.npy"), ("images.npy", "labels.npy"),
    ("frogs_images.npy", "frogs_labels.npy"), ("frogs.npy", "frogs_labels.npy"), ("x_train.npy", "y_train.npy"),
    ("train_images.npy", "train_labels.npy"), ("images-train.npy", "labels-train.npy"), ("data.npy", "targets.npy"),
    ("train.npy", "train_labels.npy"), ("train_x.npy", "train_y.npy"),
  ])
  func filesBelongTogetherByTheirNames(images: String, labels: String) throws {
    try withFolder { folder in
      try put("grey", images, in: folder)
      try put("labels_words", labels, in: folder)
      for path in [folder, folder + "/" + images] {
        let data = try DataSet.open(path)
        #expect(data.classes == ["ca\u{e9}", "frog"] && data.labels == [1, 0])
      }
      #expect(trouble { _ = try DataSet.open(folder + "/" + labels) }?.what == "labels, not images")
    }
  }

  @Test func kerasPairsHaveATestSplit() throws {
    try withFolder { folder in
      for split in ["train", "test", "val"] {
        try put("grey", "x_\(split).npy", in: folder)
        try put(split == "train" ? "labels_u1" : "labels_i8", "y_\(split).npy", in: folder)
      }
      for path in [folder, folder + "/x_train.npy"] {
        let (train, test) = (try DataSet.open(path), try DataSet.open(path, .test))
        #expect(train.classes == ["-1", "3", "200"] && train.labels == [2, 1] && test.labels == [0, 1])
        #expect(test.names[0] == "x_test #0")
      }
      #expect(trouble { _ = try DataSet.open(folder + "/y_test.npy") }?.what == "labels, not images")
    }
  }

  @Test(arguments: [
    ("labels_words", ["ca\u{e9}", "frog"], [1, 0]), ("labels_bytes", ["ca\u{10fee9}", "frog"], [1, 0]),
    ("labels_bool", ["0", "1"], [1, 0]), ("labels_float", ["0", "1"], [0, 1]), ("labels_oneHot", ["0", "1"], [0, 1]),
    ("labels_oneHotBool", ["0", "1"], [1, 0]), ("labels_i1", ["-1", "3"], [0, 1]), ("labels_i2", ["-1", "3"], [0, 1]),
  ])
  func labelsOfManyKindsAreRead(name: String, classes: [String], labels: [Int]) throws {
    try withFolder { folder in
      try put("grey", "x.npy", in: folder)
      try put(name, "y.npy", in: folder)
      let data = try DataSet.open(folder)
      #expect(data.classes == classes && data.labels == labels)
    }
  }

  @Test(arguments: [
    ("labels_objects", "Python objects", "allow_pickle=True)"), ("labels_half", "(1.5)", ".round()"),
    ("labels_twoHot", "not one-hot (row 0)", "argmax"), ("labels_three", "3 labels for 2 images", "write both"),
  ])
  func otherLabelsAreRefusedWithTheConversion(name: String, what: String, remedy: String) throws {
    try withFolder { folder in
      try put("grey", "x.npy", in: folder)
      try put(name, "y.npy", in: folder)
      let told = trouble { _ = try DataSet.open(folder) }
      #expect(told?.what.contains(what) == true && told?.remedy.contains(remedy) == true, "\(String(describing: told))")
    }
  }

  @Test func headersOfPython2AreRead() throws {
    try withFolder { folder in
      try put("python2", "old.npy", in: folder)
      try put("grey", "new.npy", in: folder)
      #expect(try DataSet.open(folder + "/old.npy").images == DataSet.open(folder + "/new.npy").images)
    }
  }

  /// The golden array is `grey > 100`.
  @Test(arguments: [("bool", "truth values"), ("zeroOne", "0 and 1 only")])
  func truthValuesAreBlackAndWhite(name: String, words: String) throws {
    try withFolder { folder in
      try put("grey", "grey.npy", in: folder)
      try put(name, "mask.npy", in: folder)
      let (grey, mask) = (try DataSet.open(folder + "/grey.npy"), try DataSet.open(folder + "/mask.npy"))
      #expect(mask.images.map(\.pixels) == grey.images.map { $0.pixels.map { $0 > 100 ? 255 : 0 } })
      #expect(mask.warnings == ["mask.npy holds \(words), which are taken for black and white"])
      #expect(grey.warnings.isEmpty)
    }
  }

  @Test func aConversionIsOneLineOfPython() throws {
    try withFolder { folder in
      try put("u16", "x.npy", in: folder)
      let told = trouble { _ = try DataSet.open(folder) }
      #expect(told?.what == "an array of whole numbers (<u2) where bytes (uint8) are needed")
      #expect(
        told?.remedy == #"convert it in Python: x = numpy.load("x.npy"); "#
          + #"numpy.save("new.npy", (x >> 8).astype("uint8")) for values up to 65535, or x.astype("uint8") up to 255"#)
    }
  }

  /// QMNIST: a row of whole numbers for each image, the class first.
  @Test func labelsInATableOfWholeNumbersAreRead() throws {
    try withFolder { folder in
      try put("digits", "qmnist-train-images-idx3-ubyte", in: folder)
      try put("digitLabelsWide", "qmnist-train-labels-idx2-int", in: folder)
      let data = try DataSet.open(folder)
      #expect(data.classes == ["-2", "7"] && data.labels == [1, 0])
    }
  }

  @Test(arguments: [
    ("digitsBomb", "whose header promises more than that can hold"), ("digitsLong", "which do not fit"),
    ("digitsShort", "which do not fit"), ("digitLabelsPacked", "1 dimensions where 3 are needed"),
  ])
  func gzipFilesAreNoLargerThanTheirHeadersSay(name: String, words: String) throws {
    try withFolder { folder in
      try put(name, "train-images-idx3-ubyte.gz", in: folder)
      let told = trouble { _ = try DataSet.open(folder) }
      #expect(told?.what.contains(words) == true, "\(String(describing: told))")
    }
  }
}
