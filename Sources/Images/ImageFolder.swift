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
  private let root: String
  private let jpeg: TurboJPEG?

  init(_ path: String, split: DataSet.Split, jpeg: TurboJPEG?) throws {
    let folder = try SplitFolder(path, split: split)
    let names = try FolderListing.pictures(below: folder.path)
    guard !names.isEmpty else {
      throw ForeignData.trouble(try FolderListing.others(below: folder.path), at: folder.path)
        ?? Trouble("no PNG or JPEG pictures", at: folder.path, remedy: "name a folder that holds pictures")
    }
    let ownClasses = Self.classFolders(names)
    let allClasses = try ownClasses.map { own in
      try folder.siblings.reduce(own) { all, sibling in
        all.union(Self.classFolders(try FolderListing.pictures(below: sibling)) ?? [])
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
    (self.names, self.jpeg, root) = (names, jpeg, folder.path)
  }

  var someSizes: [(width: Int, height: Int)] {
    stride(from: 0, to: names.count, by: max(1, names.count / 16)).compactMap { try? file($0).size() }
  }

  func path(_ index: Int) -> String? { root + "/" + names[index] }

  var remarks: [String] { FolderRemarks(root: root, names: names, labels: labels, classes: classes).all }

  func picture(_ index: Int) throws -> Image { try file(index).decode() }

  private func file(_ index: Int) -> PictureFile { PictureFile(path: root + "/" + names[index], jpeg: jpeg) }

  /// The subfolders that hold pictures, or nil when a picture lies outside of any.
  private static func classFolders(_ names: [String]) -> Set<String>? {
    var classes: Set<String> = []
    for name in names {
      guard let folder = topFolder(name) else { return nil }
      classes.insert(folder)
    }
    return classes
  }

  static func topFolder(_ name: String) -> String? {
    name.utf8.firstIndex(of: UInt8(ascii: "/")).map { String(name[..<$0]) }
  }
}
