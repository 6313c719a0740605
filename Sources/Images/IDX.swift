/// IDX, the format of MNIST and its family: an array of unsigned bytes behind its sizes; may be gzip'd. Labels lie in a
/// file of their own, named like the pictures'.
import Basics
import Foundation

/// One file: its sizes and where its bytes begin.
private struct IDXArray {
  let bytes: ByteSource
  let shape: [Int]
  var start: Int { 4 + 4 * shape.count }

  /// Two zeros, the type (8: unsigned bytes), the number of sizes; then each size in four bytes, the highest first.
  init(_ path: String, dimensions: ClosedRange<Int>) throws {
    bytes = try ByteSource(path)
    func broken(_ what: String) -> Trouble { Trouble(what, at: path, remedy: "download or unpack it again") }
    guard bytes.count >= 4 else { throw broken("an IDX file of \(bytes.count) bytes, which is cut off") }
    let mark = try bytes.bytes(0..<4)
    guard mark[0] == 0, mark[1] == 0 else { throw broken("not an IDX file, whatever its name says") }
    guard mark[2] == 8 else {
      throw Trouble(
        "an IDX file of numbers that are not unsigned bytes", at: path, remedy: "convert it to bytes from 0 to 255")
    }
    guard dimensions.contains(Int(mark[3])) else {
      throw broken("an IDX array of \(mark[3]) dimensions where \(dimensions.lowerBound) are needed")
    }
    guard bytes.count >= 4 + 4 * Int(mark[3]) else { throw broken("an IDX file that is cut off") }
    let sizes = try bytes.bytes(4..<4 + 4 * Int(mark[3]))
    shape = (0..<Int(mark[3])).map { size in sizes[4 * size..<4 * size + 4].reduce(0) { $0 << 8 | Int($1) } }
    guard shape.allSatisfy({ $0 > 0 }) else { throw broken("an IDX array of sizes \(shape), which is empty") }
    // Exact for all that a file can hold.
    let needed = shape.reduce(1.0) { $0 * Double($1) } + Double(start)
    guard Double(bytes.count) == needed else {
      throw broken("an IDX array of sizes \(shape) in \(bytes.count) bytes, which do not fit")
    }
  }
}

enum IDX {
  static let rawFolderName = "raw"

  /// `train-images-idx3-ubyte`, also with a dot before `idx3`, and gzip'd.
  static func isPictureFile(_ name: String) -> Bool { name.contains("images") && isNamedLikeOne(name) }
  static func isNamedLikeOne(_ name: String) -> Bool {
    let stem = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    return stem.hasSuffix("-ubyte") || stem.hasSuffix(".idx")
  }

  static func open(folder: String, split: DataSet.Split) throws -> PackedPictures {
    let files = try FolderListing.entries(of: folder).filter(isPictureFile)
    // Packed and unpacked, a file counts once.
    let distinct = files.filter { !($0.hasSuffix(".gz") && files.contains(String($0.dropLast(3)))) }
    let wanted = distinct.filter { isTest($0) == (split == .test) }
    guard wanted.count <= 1 else {
      throw Trouble(
        "\(wanted.count) IDX data sets (\(wanted.joined(separator: ", ")))", at: folder, remedy: "name one of the files"
      )
    }
    guard let name = wanted.first else {
      throw split == .test
        ? Trouble(
          "\(DataSet.noTestSplit) (t10k-images-idx3-ubyte)", at: folder, remedy: "put it beside the training pictures")
        : Trouble("only a test split", at: folder, remedy: "put train-images-idx3-ubyte beside it")
    }
    return try open(name, in: folder)
  }

  /// One file. Asked for the test split, the training pictures stand for the test pictures beside them.
  static func open(file: String, split: DataSet.Split) throws -> PackedPictures {
    let folder = Files.folder(of: file) ?? "."
    let name = Files.name(of: file)
    guard isPictureFile(name) else {
      throw Trouble("labels without pictures", at: file, remedy: "name the images file, or the folder")
    }
    guard split == .test, !isTest(name) else {
      if split != .test && isTest(name) { throw Trouble.testIsNotTrainedOn(file, remedy: "name the training pictures") }
      return try open(name, in: folder)
    }
    guard let other = sibling(of: name, in: folder) else {
      throw Trouble("\(DataSet.noTestSplit) beside the training pictures", at: file, remedy: "put its files there")
    }
    return try open(other, in: folder)
  }

  private static func open(_ name: String, in folder: String) throws -> PackedPictures {
    let array = try IDXArray(folder + "/" + name, dimensions: 3...3)
    let layout = PixelLayout(width: array.shape[2], height: array.shape[1], channels: 1, order: .planes)
    let stem = name.components(separatedBy: "images")[0].trimmingCharacters(in: ["-", "_", "."])
    let file = PackedFile(
      name: stem.isEmpty ? "image" : stem, bytes: array.bytes, layout: layout, start: array.start,
      stride: layout.bytes, count: array.shape[0])
    let own = try labels(for: name, in: folder)
    guard own == nil || own!.count == file.count else {
      throw Trouble(
        "\(own!.count) labels for \(file.count) pictures", at: array.bytes.path, remedy: "download both again")
    }
    let others = try sibling(of: name, in: folder).flatMap { try labels(for: $0, in: folder) }
    let classes = NumberedClasses([own ?? [], others ?? []])
    return try PackedPictures(
      [file], labels: own.map(classes.numbers), classes: classes.names, kind: "IDX", evidence: "holds \(name)",
      title: title(folder), split: name,
      remarks: own == nil
        ? ["no labels: \(labelNames(for: name)[0]) is not beside the pictures; put it there for kNN"] : [])
  }

  /// torchvision puts the files into a folder `raw` of the data set's folder.
  private static func title(_ folder: String) -> String {
    Files.absolute(folder).split(separator: "/").last { $0 != rawFolderName }.map(String.init) ?? "IDX"
  }

  /// Nil when the file is not there.
  private static func labels(for name: String, in folder: String) throws -> [Int]? {
    let paths = labelNames(for: name).map { folder + "/" + $0 }
    guard let path = paths.first(where: Files.exists) else { return nil }
    let array = try IDXArray(path, dimensions: 1...1)
    return try array.bytes.bytes(array.start..<array.start + array.shape[0]).map { Int($0) }
  }

  /// What the labels of these pictures may be called, as packed as they or not.
  private static func labelNames(for name: String) -> [String] {
    let labels = name.replacingOccurrences(of: "images", with: "labels").replacingOccurrences(of: "idx3", with: "idx1")
    return [labels, labels.hasSuffix(".gz") ? String(labels.dropLast(3)) : labels + ".gz"]
  }

  /// The other split's pictures.
  private static func sibling(of name: String, in folder: String) -> String? {
    let pairs = [("train", "t10k"), ("train", "test")]
    let candidates = pairs.flatMap { train, test in
      [name.replacingOccurrences(of: train, with: test), name.replacingOccurrences(of: test, with: train)]
    }.filter { $0 != name }
    let spelled = candidates.flatMap { [$0, $0.hasSuffix(".gz") ? String($0.dropLast(3)) : $0 + ".gz"] }
    return spelled.first {
      Files.exists(folder + "/" + $0)
    }
  }

  private static func isTest(_ name: String) -> Bool { name.contains("t10k") || name.contains("test") }
}
