/// IDX, the format of MNIST and its family: an array of unsigned bytes behind its sizes; may be gzip'd. Labels lie in a
/// file of their own, named like the pictures'.
import Basics
import Foundation

/// The head of a file: two zeros, the type of its numbers, the number of sizes; then each size in four bytes, the highest
/// first.
private struct IDXHeader {
  /// 8: unsigned bytes, 9: signed ones, 11 and 12: whole numbers of 2 and 4 bytes, the highest first.
  let kind: UInt8
  let shape: [Int]
  var itemBytes: Int { [8: 1, 9: 1, 11: 2, 12: 4][kind]! }
  var start: Int { 4 + 4 * shape.count }
  /// Of the whole file; exact for all that a file can hold.
  var fileBytes: Double { shape.reduce(Double(itemBytes)) { $0 * Double($1) } + Double(start) }

  init(_ head: [UInt8], kinds: Set<UInt8>, dimensions: ClosedRange<Int>, at path: String) throws {
    func broken(_ what: String) -> Trouble { Trouble(what, at: path, remedy: "download or unpack it again") }
    guard head.count >= 4 else { throw broken("an IDX file of \(head.count) bytes, which is cut off") }
    guard head[0] == 0, head[1] == 0 else { throw broken("not an IDX file, whatever its name says") }
    guard kinds.contains(head[2]) else {
      throw Trouble(
        kinds == [8]
          ? "an IDX file of numbers that are not unsigned bytes" : "an IDX file of numbers that are not whole ones",
        at: path, remedy: "convert it to bytes from 0 to 255")
    }
    let count = Int(head[3])
    guard dimensions.contains(count) else {
      throw broken("an IDX array of \(count) dimensions where \(dimensions.lowerBound) are needed")
    }
    guard head.count >= 4 + 4 * count else { throw broken("an IDX file that is cut off") }
    kind = head[2]
    shape = (0..<count).map { size in head[4 + 4 * size..<8 + 4 * size].reduce(0) { $0 << 8 | Int($1) } }
    guard shape.allSatisfy({ $0 > 0 }) else { throw broken("an IDX array of sizes \(shape), which is empty") }
  }
}

/// One file: its head and its bytes.
private struct IDXArray {
  let bytes: ByteSource
  let header: IDXHeader
  var shape: [Int] { header.shape }

  init(_ path: String, kinds: Set<UInt8> = [8], dimensions: ClosedRange<Int>) throws {
    func header(_ head: [UInt8]) throws -> IDXHeader {
      try IDXHeader(head, kinds: kinds, dimensions: dimensions, at: path)
    }
    bytes = try ByteSource(path) { try header($0).fileBytes }
    self.header = try header(try bytes.bytes(0..<min(bytes.count, 4 + 4 * dimensions.upperBound)))
    guard Double(bytes.count) == self.header.fileBytes else {
      throw Trouble(
        "an IDX array of sizes \(shape) in \(bytes.count) bytes, which do not fit", at: path,
        remedy: "download or unpack it again")
    }
  }

  /// The first number of each row.
  var firstNumbers: [Int] {
    get throws {
      let size = header.itemBytes
      let row = shape.dropFirst().reduce(size, *)
      let items = try bytes.bytes(header.start..<header.start + shape[0] * row)
      return (0..<shape[0]).map { index in
        let bits = items[index * row..<index * row + size].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let unused = UInt64(64 - 8 * size)
        return header.kind == 8 ? Int(bits) : Int(Int64(bitPattern: bits << unused) >> Int64(unused))
      }
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
        "\(wanted.count) IDX data sets (\(wanted.joined(separator: ", ")))", at: folder,
        remedy: "name one of the files, such as \(folder)/\(wanted[0])")
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
      name: stem.isEmpty ? "image" : stem, bytes: array.bytes, layout: layout, start: array.header.start,
      stride: layout.bytes, count: array.shape[0])
    let own = try labels(for: name, in: folder)
    guard own == nil || own!.count == file.count else {
      throw Trouble(
        "\(own!.count) labels for \(file.count) pictures", at: array.bytes.path, remedy: "download both again")
    }
    let others = try sibling(of: name, in: folder).flatMap { try labels(for: $0, in: folder) }
    let classes = own.map { FileLabels.numbers($0).classes(with: others.map { [.numbers($0)] } ?? []) }
    return try PackedPictures(
      [file], labels: classes?.labels, classes: classes?.names ?? [], kind: "IDX", evidence: "holds \(name)",
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
    // QMNIST has a row of eight numbers for each image, the first of them the class.
    return try IDXArray(path, kinds: [8, 9, 11, 12], dimensions: 1...2).firstNumbers
  }

  /// What the labels of these pictures may be called, as packed as they or not.
  private static func labelNames(for name: String) -> [String] {
    let labels = name.replacingOccurrences(of: "images", with: "labels")
    return ["idx1-ubyte", "idx2-int", "idx1-int", "idx2-ubyte"].flatMap { kind in
      let name = labels.replacingOccurrences(of: "idx3-ubyte", with: kind)
      return [name, name.hasSuffix(".gz") ? String(name.dropLast(3)) : name + ".gz"]
    }
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
