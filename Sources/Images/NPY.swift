/// numpy arrays of unsigned bytes [n, h, w, 3], [n, h, w, 1] or [n, h, w], with whole numbers as labels in a file beside:
/// `x.npy` and `x_labels.npy`, or `x_images.npy` and `x_labels.npy`.
import Basics
import Foundation

enum NPY {
  private static let suffix = ".npy"
  private static let labelSuffix = "_labels.npy"
  private static let imageSuffix = "_images.npy"

  static func isFile(_ name: String) -> Bool { name.hasSuffix(suffix) }
  static func isPictureFile(_ name: String) -> Bool { isFile(name) && !name.hasSuffix(labelSuffix) }

  /// `train.npy` beside `test.npy` or `val.npy`, or one file alone.
  static func open(folder: String, split: DataSet.Split) throws -> PackedPictures {
    let files = try FolderListing.entries(of: folder).filter(isPictureFile)
    let wanted =
      files.count == 1 && split != .test
      ? files : files.filter { (split == .test ? testWords : ["train"]).contains(stem($0)) }
    guard let name = wanted.first else {
      throw split == .test
        ? noTest(folder)
        : Trouble(
          files.isEmpty ? "labels without pictures" : "\(files.count) npy files (\(files.joined(separator: ", ")))",
          at: folder, remedy: "name one of pictures, or call two of them train.npy and test.npy")
    }
    return try open(name, in: folder)
  }

  /// One file. Asked for the test split, `train.npy` stands for `test.npy` beside it.
  static func open(file: String, split: DataSet.Split) throws -> PackedPictures {
    let folder = Files.folder(of: file) ?? "."
    let name = Files.name(of: file)
    guard isPictureFile(name) else {
      throw Trouble("labels, not pictures", at: file, remedy: "name the file without _labels")
    }
    guard split == .test, !testWords.contains(stem(name)) else { return try open(name, in: folder) }
    guard let other = siblings(of: name, in: folder).first else { throw noTest(folder) }
    return try open(other, in: folder)
  }

  private static func open(_ name: String, in folder: String) throws -> PackedPictures {
    let file = try pictures(name, in: folder)
    let own = try labels(for: name, in: folder)
    guard own == nil || own!.count == file.count else {
      throw Trouble(
        "\(own!.count) labels for \(file.count) pictures", at: file.bytes.path, remedy: "write both again")
    }
    let others = try siblings(of: name, in: folder).compactMap { try labels(for: $0, in: folder) }
    let classes = NumberedClasses([own ?? []] + others)
    return try PackedPictures(
      [file], labels: own.map(classes.numbers), classes: classes.names, kind: "npy array", evidence: "is \(name)",
      title: stem(name), split: name,
      remarks: own == nil
        ? ["no labels: put them into \(stem(name))\(labelSuffix), whole numbers [n], for kNN"] : [])
  }

  private static func pictures(_ name: String, in folder: String) throws -> PackedFile {
    let bytes = try ByteSource(folder + "/" + name)
    let header = try NPYHeader(bytes)
    func refused(_ what: String, _ remedy: String) -> Trouble { Trouble(what, at: bytes.path, remedy: remedy) }
    guard ["|u1", "<u1", ">u1", "u1"].contains(header.type) else {
      throw refused(
        "an array of \(words(header.type)) where bytes (uint8) are needed",
        "save x.astype(\"uint8\"), from 0 to 255 — for floats from 0 to 1, (255 * x).round().astype(\"uint8\")")
    }
    let shape = header.shape
    guard shape.count == 4 || shape.count == 3 else {
      throw refused("an array of shape \(shape), not [n, h, w, 3] or [n, h, w]", "save x.reshape(n, h, w, 3)")
    }
    if shape.count == 3 && [1, 3, 4].contains(shape[2]) {
      throw refused("an array of shape \(shape), which is one picture", "save many: numpy.stack([x, …])")
    }
    guard shape.count == 3 || shape[3] == 3 || shape[3] == 1 else {
      let isPlanes = shape[1] == 3 || shape[1] == 1
      throw refused(
        "an array of shape \(shape), whose last size is not the 3 of red, green and blue, nor 1",
        isPlanes ? "save x.transpose(0, 2, 3, 1)" : shape[3] == 4 ? "save x[..., :3]" : "save [n, h, w, 3]")
    }
    guard !header.isFortranOrder else {
      throw refused("an array in Fortran order", "save numpy.ascontiguousarray(x)")
    }
    guard shape.allSatisfy({ $0 > 0 }) else { throw refused("an empty array of shape \(shape)", "write it again") }
    try checkSize(header, itemBytes: 1, bytes)
    let layout = PixelLayout(
      width: shape[2], height: shape[1], channels: shape.count == 4 ? shape[3] : 1, order: .interleaved)
    return PackedFile(
      name: stem(name), bytes: bytes, layout: layout, start: header.start, stride: layout.bytes, count: shape[0])
  }

  /// Nil when there is no such file.
  private static func labels(for name: String, in folder: String) throws -> [Int]? {
    let path = folder + "/" + stem(name) + labelSuffix
    guard Files.exists(path) else { return nil }
    let bytes = try ByteSource(path)
    let header = try NPYHeader(bytes)
    let (kind, size) = (header.type.dropFirst().first, Int(header.type.dropFirst(2)) ?? 0)
    guard kind == "u" || kind == "i", [1, 2, 4, 8].contains(size) else {
      throw Trouble(
        "labels of \(words(header.type)) where whole numbers are needed", at: path,
        remedy: "save y.astype(\"int64\")")
    }
    guard header.shape.count == 1 || (header.shape.count == 2 && header.shape[1] == 1) else {
      throw Trouble(
        "labels of shape \(header.shape), not one a picture", at: path, remedy: "save y.argmax(1) or y.ravel()")
    }
    try checkSize(header, itemBytes: size, bytes)
    let items = try bytes.bytes(header.start..<header.start + size * header.shape[0])
    return (0..<header.shape[0]).map { index in
      let item = items[size * index..<size * (index + 1)]
      let bits = (header.type.first == ">" ? Array(item) : item.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      // The sign of a shorter number, brought to the top and back.
      let unused = UInt64(64 - 8 * size)
      return kind == "u" ? Int(truncatingIfNeeded: bits) : Int(Int64(bitPattern: bits << unused) >> Int64(unused))
    }
  }

  private static func checkSize(_ header: NPYHeader, itemBytes: Int, _ bytes: ByteSource) throws {
    let needed = header.shape.reduce(Double(itemBytes)) { $0 * Double($1) } + Double(header.start)
    guard Double(bytes.count) == needed else {
      throw Trouble(
        "an array of shape \(header.shape) in \(bytes.count) bytes, which do not fit", at: bytes.path,
        remedy: "write it again with numpy.save")
    }
  }

  /// "x" of "x.npy" and of "x_images.npy".
  private static func stem(_ name: String) -> String {
    String(name.dropLast(name.hasSuffix(imageSuffix) ? imageSuffix.count : suffix.count))
  }

  private static let testWords = ["test", "val"]

  /// The other splits' files.
  private static func siblings(of name: String, in folder: String) -> [String] {
    let others = stem(name) == "train" ? testWords : testWords.contains(stem(name)) ? ["train"] : []
    return others.flatMap { [$0 + suffix, $0 + imageSuffix] }
      .filter { Files.exists(folder + "/" + $0) }
  }

  private static func noTest(_ folder: String) -> Trouble {
    Trouble(
      "\(DataSet.noTestSplit): there is no train.npy with test.npy or val.npy beside it", at: folder,
      remedy: "save the test pictures there")
  }

  private static func words(_ type: String) -> String {
    let names = ["f": "floats", "i": "signed whole numbers", "u": "whole numbers", "b": "truth values", "O": "objects"]
    return names[String(type.dropFirst().prefix(1))].map { "\($0) (\(type))" } ?? "items of type \(type)"
  }
}
