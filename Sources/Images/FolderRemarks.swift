/// What may not have been meant in a folder of pictures: a class of one picture, a picture beside the classes.
import Basics

struct FolderRemarks {
  let root: String
  /// Paths below it.
  let names: [String]
  let labels: [Int]?
  let classes: [String]

  /// Sentences, each with a remedy.
  var all: [String] { (labels.map(aboutClasses) ?? aboutMissingLabels) + aboutOthers }

  private var aboutMissingLabels: [String] {
    let folders = Set(names.compactMap(ImageFolder.topFolder)).sorted(by: FolderListing.byBytes)
    guard let first = names.first(where: { ImageFolder.topFolder($0) == nil }) else {
      return [
        "one class is no label, and all pictures are below \(folders[0])/; "
          + "if its folders are the classes, name \(root)/\(folders[0])"
      ]
    }
    guard !folders.isEmpty else { return [] }
    let outside = names.count { ImageFolder.topFolder($0) == nil }
    return [
      "no labels, as pictures lie outside of the folders (\(outside), the first of them \(first)); "
        + "move them into folders, one a class"
    ]
  }

  private func aboutClasses(_ labels: [Int]) -> [String] {
    var counts = [Int](repeating: 0, count: classes.count)
    for label in labels { counts[label] += 1 }
    let lonely = classes.indices.filter { counts[$0] == 1 }.map { classes[$0] }
    let missing = classes.indices.filter { counts[$0] == 0 }.map { classes[$0] }
    let empty = ((try? FolderListing.entries(of: root)) ?? []).filter {
      Files.isFolder(root + "/" + $0) && !classes.contains($0)
    }
    return [
      sentence("one picture alone in", lonely, "none can be held out for kNN; add some"),
      sentence("no picture in this split of", missing, "the other split has some; add some here"),
      sentence("no picture in the folder", empty, "it is left out; fill or remove it"),
    ].compactMap { $0 }
  }

  private var aboutOthers: [String] {
    guard let others = try? FolderListing.others(below: root), let foreign = ForeignData.trouble(others, at: root)
    else {
      return []
    }
    return ["left out: \(foreign.what); \(foreign.remedy)"]
  }

  /// Nil when it is about nothing.
  private func sentence(_ what: String, _ names: [String], _ remedy: String) -> String? {
    guard !names.isEmpty else { return nil }
    return "\(what) \(names.prefix(3).joined(separator: ", "))\(names.count > 3 ? ", …" : ""): \(remedy)"
  }
}
