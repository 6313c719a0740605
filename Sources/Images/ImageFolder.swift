/// Folders of PNG and JPEG files: a subfolder a class, or no labels; with `train` and `test` or `val` inside, or not.
import Basics
import Foundation

struct ImageFolder: PictureSource {
  let kind: String
  let evidence: String
  let title: String
  let split: String
  /// Paths below `root`.
  let names: [String]
  let labels: [Int]?
  let classes: [String]
  /// Decided about folders and found in them.
  private let contents: FolderContents
  private let folderRemarks: [String]
  private let root: String
  private let options: DataOptions
  private let jpeg: TurboJPEG?
  private let notes = ReadingNotes()

  init(_ path: String, split: DataSet.Split, options: DataOptions, jpeg: TurboJPEG?) throws {
    let folder = try SplitFolder(path, split: split, folders: options.splitFolders)
    let contents = try FolderContents(below: folder.path)
    let names = contents.images
    guard !names.isEmpty else { throw Self.nothing(contents) }
    let own = Self.classFolders(names)
    if own != nil { try Self.checkClasses(contents) }
    let allClasses = try own.map { own in
      try folder.siblings.reduce(own) { all, sibling in
        all.union(try Self.classes(ofSibling: sibling, own))
      }
    }
    let classes = (allClasses ?? []).sorted(by: FolderListing.byBytes)
    // One class tells nothing apart.
    let isLabelled = classes.count > 1
    let numbers = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
    labels = isLabelled ? names.map { numbers[Self.topFolder($0)!]! } : nil
    self.classes = isLabelled ? classes : []
    kind = isLabelled ? "image folder with \(classes.count) class folders" : "image folder without labels"
    evidence = "holds \(names[0])"
    title = Files.name(of: Files.absolute(path))
    self.split = folder.name
    (self.names, self.jpeg, self.contents, self.options) = (names, jpeg, contents, options)
    folderRemarks = folder.remarks
    root = path
  }

  var someSizes: [(width: Int, height: Int)] {
    stride(from: 0, to: names.count, by: max(1, names.count / 16)).compactMap { try? file($0).size() }
  }

  func path(_ index: Int) -> String? { contents.root + "/" + names[index] }

  var decodingChoice: String { options.exifOrientation == .apply ? ", upright" : "" }

  private var about: FolderRemarks {
    FolderRemarks(root: root, contents: contents, labels: labels, classes: classes, folders: options.splitFolders)
  }
  var remarks: [String] { folderRemarks + about.warnings + about.hints }
  var warnings: [String] { folderRemarks + about.warnings }
  var readingNotes: [String] { notes.all }

  func picture(_ index: Int) throws -> Image { try file(index).decode(options.exifOrientation, notes) }
  func orientation(_ index: Int) -> Int? { file(index).orientation }

  private func file(_ index: Int) -> PictureFile {
    PictureFile(path: contents.root + "/" + names[index], name: names[index], jpeg: jpeg)
  }

  /// The subfolders that hold pictures, or nil when a picture lies outside of any.
  private static func classFolders(_ names: [String]) -> Set<String>? {
    var classes: Set<String> = []
    for name in names {
      guard let folder = topFolder(name) else { return nil }
      classes.insert(folder)
    }
    return classes
  }

  /// A single folder of another split is a container, not a class, when no class of this split is called so.
  private static func classes(ofSibling sibling: String, _ own: Set<String>) throws -> Set<String> {
    let theirs = classFolders(try FolderContents(below: sibling).images) ?? []
    return theirs.count == 1 && theirs.isDisjoint(with: own) && theirs.allSatisfy(SplitName.isContainer) ? [] : theirs
  }

  /// - Throws: `Trouble` when all images of a class are in formats that are not read.
  private static func checkClasses(_ contents: FolderContents) throws {
    let held = classFolders(contents.images) ?? []
    let lost = contents.foreign.filter { topFolder($0.path).map { !held.contains($0) } ?? false }
    guard let first = lost.first, let name = topFolder(first.path) else { return }
    let inClass = lost.filter { topFolder($0.path) == name }.map(\.format)
    throw Trouble(
      "class \(name) would be empty: its images are \(FolderRemarks.counted(inClass.map(\.rawValue)))",
      at: contents.root + "/" + name, remedy: first.format.remedy + "; or remove the folder")
  }

  private static func nothing(_ contents: FolderContents) -> Trouble {
    if let first = contents.foreign.first {
      return Trouble(
        "no PNG or JPEG images, but \(FolderRemarks.counted(contents.foreign.map(\.format.rawValue)))",
        at: contents.root, remedy: first.format.remedy)
    }
    return ForeignData.trouble(contents.others, at: contents.root)
      ?? Trouble("no PNG or JPEG images", at: contents.root, remedy: "name a folder that holds images")
  }

  static func topFolder(_ name: String) -> String? {
    name.utf8.firstIndex(of: UInt8(ascii: "/")).map { String(name[..<$0]) }
  }
}
