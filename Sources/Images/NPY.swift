/// numpy arrays of unsigned bytes or truth values [n, h, w, 3], [n, h, w, 1] or [n, h, w], with labels in a file beside.
/// Files belong together by their names (`ArrayName`): x_train.npy and y_train.npy, images.npy and labels.npy,
/// frogs.npy and frogs_labels.npy.
import Basics
import Foundation

/// What a file's name says: "x_train" holds images of the train split, "y_train" their labels.
struct ArrayName {
  private static let imageWords: Set<String> = ["x", "images", "image", "imgs", "data"]
  private static let labelWords: Set<String> = ["y", "labels", "label", "targets", "target"]

  let file: String
  let stem: String
  let isLabels: Bool
  /// The words without the one that says images or labels.
  let key: [String]
  /// The whole name's words; `frogs_labels.npy` belongs to these of `frogs.npy`.
  let words: [String]
  let role: SplitName.Role?
  /// The words of the key that name no split: those of one data set are equal.
  let rest: [String]

  init(_ file: String) {
    self.file = file
    stem = Files.stem(of: file)
    var words = stem.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    self.words = words
    let place = words.lastIndex { Self.imageWords.contains($0) || Self.labelWords.contains($0) }
    isLabels = place.map { Self.labelWords.contains(words[$0]) } ?? false
    if let place { words.remove(at: place) }
    key = words
    let roles = words.compactMap { SplitName($0)?.role }
    role = roles.count == 1 ? roles[0] : nil
    rest = role == nil ? words : words.filter { SplitName($0) == nil }
  }

  /// "x" of "x.npy" and of "x_images.npy".
  var title: String { words.count > 1 && words.last == "images" ? String(stem.dropLast("_images".count)) : stem }
  var isTest: Bool { role == .test || role == .validation }

  func hasLabels(in other: ArrayName) -> Bool { other.isLabels && (other.key == words || other.key == key) }
}

enum NPY {
  private static let suffix = ".npy"

  static func isFile(_ name: String) -> Bool { name.hasSuffix(suffix) }

  /// The training array beside a test array, or one file alone.
  static func open(folder: String, split: DataSet.Split) throws -> PackedPictures {
    let names = try names(in: folder)
    let arrays = names.filter { !$0.isLabels }
    let ofTraining = arrays.filter { $0.role == .train }
    let candidates = ofTraining.isEmpty ? arrays.filter { !$0.isTest } : ofTraining
    guard let name = candidates.first, candidates.count == 1 else {
      if split == .test && candidates.isEmpty, let test = arrays.first { return try open(test, in: folder) }
      throw Trouble(
        arrays.isEmpty
          ? "labels without images"
          : candidates.isEmpty
            ? "only a test split" : "\(arrays.count) npy files (\(arrays.map(\.file).joined(separator: ", ")))",
        at: folder, remedy: "name one that holds images, or call two of them x_train.npy and x_test.npy")
    }
    guard split == .test else { return try open(name, in: folder) }
    guard let test = siblings(of: name, among: names).first else { throw noTest(folder) }
    return try open(test, in: folder)
  }

  /// One file. Asked for the test split, an array of training images stands for the test array beside it.
  static func open(file: String, split: DataSet.Split) throws -> PackedPictures {
    let folder = Files.folder(of: file) ?? "."
    let name = ArrayName(Files.name(of: file))
    guard !name.isLabels || (try? NPYHeader(ByteSource(file)).shape.count) ?? 0 > 2 else {
      throw Trouble("labels, not images", at: file, remedy: "name the file that holds the images")
    }
    guard split == .test, !name.isTest else { return try open(name, in: folder) }
    guard let other = siblings(of: name, among: try names(in: folder)).first else { throw noTest(folder) }
    return try open(other, in: folder)
  }

  private static func open(_ name: ArrayName, in folder: String) throws -> PackedPictures {
    let names = try names(in: folder)
    let (file, remarks) = try images(name, in: folder)
    let own = try labels(of: name, among: names, in: folder)
    guard own == nil || own!.count == file.count else {
      throw Trouble(
        "\(own!.count) labels for \(file.count) images", at: file.bytes.path, remedy: "write both again")
    }
    let others = try siblings(of: name, among: names).compactMap { try labels(of: $0, among: names, in: folder) }
    let classes = own?.classes(with: others)
    return try PackedPictures(
      [file], labels: classes?.labels, classes: classes?.names ?? [], kind: "npy array", evidence: "is \(name.file)",
      title: name.title, split: name.file,
      remarks: remarks
        + (own == nil
          ? ["no labels: put them into \(name.title)_labels.npy, whole numbers or words [n], for kNN"] : []),
      warnings: remarks)
  }

  private static func names(in folder: String) throws -> [ArrayName] {
    try FolderListing.entries(of: folder).filter(isFile).map(ArrayName.init)
  }

  /// The arrays of the other splits of the same data set; test before validation.
  private static func siblings(of name: ArrayName, among names: [ArrayName]) -> [ArrayName] {
    names.filter { !$0.isLabels && $0.rest == name.rest && $0.isTest != name.isTest }
      .filter { $0.isTest || $0.role == .train }
      .sorted { ($0.role?.rawValue ?? 0, $0.file) < ($1.role?.rawValue ?? 0, $1.file) }
  }

  // MARK: images

  private static func images(_ name: ArrayName, in folder: String) throws -> (PackedFile, remarks: [String]) {
    let bytes = try ByteSource(folder + "/" + name.file)
    let header = try NPYHeader(bytes)
    try checkLayout(header, bytes.path)
    try checkSize(header, itemBytes: 1, bytes)
    let shape = header.shape
    let layout = PixelLayout(
      width: shape[2], height: shape[1], channels: shape.count == 4 ? shape[3] : 1, order: .interleaved)
    var file = PackedFile(
      name: name.title, bytes: bytes, layout: layout, start: header.start, stride: layout.bytes, count: shape[0])
    file.isBinary = try header.kind == "b" || holdsZeroAndOne(file)
    let what = header.kind == "b" ? "truth values" : "0 and 1 only"
    return (file, file.isBinary ? ["\(name.file) holds \(what), which are taken for black and white"] : [])
  }

  /// Whether the samples of 64 images spread over the file are all 0 or 1, and some are 1.
  private static func holdsZeroAndOne(_ file: PackedFile) throws -> Bool {
    var hasOne = false
    for index in stride(from: 0, to: file.count, by: max(1, file.count / 64)) {
      let start = file.start + index * file.stride
      for sample in try file.bytes.bytes(start..<start + file.layout.bytes) {
        if sample > 1 { return false }
        hasOne = hasOne || sample == 1
      }
    }
    return hasOne
  }

  /// - Throws: `Trouble` with the line of Python that converts an array of another type or layout.
  private static func checkLayout(_ header: NPYHeader, _ path: String) throws {
    let shape = header.shape
    func refused(_ what: String, _ expression: String) -> Trouble {
      Trouble(what, at: path, remedy: conversion(path, expression, header))
    }
    guard header.itemBytes == 1, header.kind == "u" || header.kind == "b" else {
      throw refused("an array of \(header.words) where bytes (uint8) are needed", asBytes(header))
    }
    guard shape.allSatisfy({ $0 > 0 }) else {
      throw Trouble("an empty array of shape \(shape)", at: path, remedy: "write it again")
    }
    guard shape.count == 4 || shape.count == 3 else {
      throw refused("an array of shape \(shape), not [n, h, w, 3] or [n, h, w]", "x.reshape(n, h, w, 3)")
    }
    if shape.count == 3 && [1, 3, 4].contains(shape[2]) {
      throw refused("an array of shape \(shape), which is one image", "numpy.stack([x, …])")
    }
    guard shape.count == 3 || shape[3] == 3 || shape[3] == 1 else {
      let isPlanes = shape[1] == 3 || shape[1] == 1
      throw refused(
        "an array of shape \(shape), whose last size is not the 3 of red, green and blue, nor 1",
        isPlanes ? "x.transpose(0, 2, 3, 1).copy()" : shape[3] == 4 ? "x[..., :3]" : "x.reshape(n, h, w, 3)")
    }
    guard !header.isFortranOrder else { throw refused("an array in Fortran order", "numpy.ascontiguousarray(x)") }
  }

  private static func asBytes(_ header: NPYHeader) -> String {
    switch header.kind {
    case "f": #"(255 * x).round().astype("uint8")"#
    case "u" where header.itemBytes == 2: #"(x >> 8).astype("uint8")"#
    case "O": #"numpy.stack(list(x)).astype("uint8")"#
    case "V": #"x["NAME"].astype("uint8")"#
    default: #"x.astype("uint8")"#
    }
  }

  /// The values that `asBytes` expects.
  private static func note(_ header: NPYHeader) -> String {
    switch header.kind {
    case "f": #" for values from 0 to 1, or x.astype("uint8") for 0 to 255"#
    case "u" where header.itemBytes == 2: #" for values up to 65535, or x.astype("uint8") up to 255"#
    case "V": " where NAME is the field that holds the images"
    default: ""
    }
  }

  private static func conversion(_ path: String, _ expression: String, _ header: NPYHeader) -> String {
    let loading = header.kind == "O" ? ", allow_pickle=True" : ""
    return "convert it in Python: x = numpy.load(\"\(Files.name(of: path))\"\(loading)); "
      + "numpy.save(\"new.npy\", \(expression))\(note(header))"
  }

  // MARK: labels

  /// Nil when there is no such file.
  private static func labels(
    of name: ArrayName, among names: [ArrayName], in folder: String
  ) throws -> FileLabels? {
    let own = names.filter { name.hasLabels(in: $0) }
    guard let found = own.first(where: { $0.key == name.words }) ?? own.first else { return nil }
    return try NPYLabels.read(folder + "/" + found.file)
  }

  static func checkSize(_ header: NPYHeader, itemBytes: Int, _ bytes: ByteSource) throws {
    let needed = header.shape.reduce(Double(itemBytes)) { $0 * Double($1) } + Double(header.start)
    guard Double(bytes.count) == needed else {
      throw Trouble(
        "an array of shape \(header.shape) in \(bytes.count) bytes, which do not fit", at: bytes.path,
        remedy: "write it again with numpy.save")
    }
  }

  private static func noTest(_ folder: String) -> Trouble {
    Trouble(
      "\(DataSet.noTestSplit): there is no x_train.npy with x_test.npy beside it, nor train.npy with test.npy",
      at: folder, remedy: "save the test images there")
  }
}
