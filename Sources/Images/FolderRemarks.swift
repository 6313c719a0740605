/// What may not have been meant in a folder of images: files that are left out, a class of one image, odd class names.
import Basics

struct FolderRemarks {
  /// DATA, around the split's folder.
  let root: String
  let contents: FolderContents
  let labels: [Int]?
  let classes: [String]
  let folders: SplitFolders

  /// What a run must say: files left out, and classes that may be splits. Sentences, each with a remedy.
  var warnings: [String] { aboutLeftOut + aboutRepeats + aboutSplits }
  /// What `doctor` adds.
  var hints: [String] { (labels.map(aboutClasses) ?? aboutMissingLabels) + aboutSystemFiles }

  /// "3 WebP, 1 GIF", the most frequent first.
  static func counted(_ words: [String]) -> String {
    Dictionary(grouping: words) { $0 }.map { ($0, $1.count) }
      .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
  }

  private var aboutMissingLabels: [String] {
    let names = contents.images
    let folders = Set(names.compactMap(ImageFolder.topFolder)).sorted(by: FolderListing.byBytes)
    let beside = (try? FolderListing.entries(of: root)) ?? []
    let tables = (contents.others + beside).filter { $0.lowercased().hasSuffix(".csv") }
    guard let first = names.first(where: { ImageFolder.topFolder($0) == nil }) else {
      return [
        "one class is no label, and all images are below \(folders[0])/; "
          + "if its folders are the classes, name \(contents.root)/\(folders[0])"
      ]
    }
    guard !folders.isEmpty else {
      return tables.first.map {
        ["labels in a table (\($0)) are not read; move the images into folders, one for each class"]
      } ?? []
    }
    let outside = names.count { ImageFolder.topFolder($0) == nil }
    return [
      "no labels, as images lie outside of the folders (\(outside), the first of them \(first)); "
        + "move them into folders, one for each class"
    ]
  }

  private func aboutClasses(_ labels: [Int]) -> [String] {
    var counts = [Int](repeating: 0, count: classes.count)
    for label in labels { counts[label] += 1 }
    let lonely = classes.indices.filter { counts[$0] == 1 }.map { classes[$0] }
    let missing = classes.indices.filter { counts[$0] == 0 }.map { classes[$0] }
    let empty = ((try? FolderListing.folders(of: contents.root)) ?? []).filter { folder in
      !classes.contains(folder) && !contents.repeats.contains { $0.path == folder }
    }
    return [
      sentence("only one image in", lonely, "none can be held out for kNN; add some"),
      sentence("no image in this split of", missing, "the other split has some; add some here"),
      sentence("no image in the folder", empty, "it is left out; fill or remove it"),
      imbalance(counts),
    ].compactMap { $0 } + aboutSpellings
  }

  private func imbalance(_ counts: [Int]) -> String? {
    let present = counts.indices.filter { counts[$0] > 0 }
    guard let most = present.max(by: { counts[$0] < counts[$1] }),
      let least = present.min(by: { counts[$0] < counts[$1] }),
      counts[most] >= 20 * counts[least]
    else { return nil }
    return "classes differ much in size, from \(counts[least]) (\(classes[least])) to \(counts[most]) "
      + "(\(classes[most])); accuracy over all images is mostly that of the large classes"
  }

  /// Names that are one text in two encodings, as macOS and Linux write accents, count as one class.
  private var aboutSpellings: [String] {
    var spellings: [String: Set<[UInt8]>] = [:]
    for name in contents.images {
      guard let folder = ImageFolder.topFolder(name) else { continue }
      spellings[folder, default: []].insert(folder.pathBytes)
    }
    let several = spellings.filter { $0.value.count > 1 }.keys.sorted(by: FolderListing.byBytes)
    return [
      sentence(
        "two folders with one name in different Unicode forms:", several, "they are one class; move them together")
    ].compactMap { $0 }
  }

  private var aboutSplits: [String] {
    guard folders == .auto else { return [] }
    let odd = classes.filter { SplitName($0)?.rest == "" || SplitName.isContainer($0) }
    return [
      sentence(
        "class names that look like splits or containers, and all are trained on:", odd,
        "name the folder of the training images, or say --split-folders none if these are classes")
    ].compactMap { $0 }
  }

  private var aboutLeftOut: [String] {
    var found: [String] = []
    if let first = contents.foreign.first {
      found.append(
        "left out: \(perClass), the first of them \(first.path); \(first.format.remedy)")
    }
    if !contents.others.isEmpty, let foreign = ForeignData.trouble(contents.others, at: contents.root) {
      found.append("left out: \(foreign.what); \(foreign.remedy)")
    }
    let unknown = contents.others.filter { !FileName.promisesText($0) && ForeignData.trouble([$0], at: "") == nil }
    if let first = unknown.first {
      found.append(
        "left out: \(unknown.count) \(unknown.count == 1 ? "file that is no image" : "files that are no images"), "
          + "\(unknown.count == 1 ? "" : "the first of them ")\(first); remove what does not belong here")
    }
    for (path, reason) in contents.closed {
      found.append("left out: the folder \(path), which cannot be listed (\(reason)); check its permissions")
    }
    if let first = contents.dead.first {
      found.append(
        contents.dead.count == 1
          ? "left out: \(first), which leads to no file; repair or remove it"
          : "left out: \(contents.dead.count) links or devices that lead to no file, the first of them \(first); "
            + "repair or remove them")
    }
    return found
  }

  /// "4 WebP and 2 GIF in cat, 1 BMP in dog"
  private var perClass: String {
    let groups = Dictionary(grouping: contents.foreign) { ImageFolder.topFolder($0.path) ?? "" }
    return groups.sorted { FolderListing.byBytes($0.key, $1.key) }.prefix(8).map { folder, files in
      Self.counted(files.map(\.format.rawValue)) + (folder.isEmpty ? "" : " in \(folder)")
    }.joined(separator: "; ") + (groups.count > 8 ? "; …" : "")
  }

  private var aboutRepeats: [String] {
    guard let (path, first) = contents.repeats.first else { return [] }
    let others = contents.repeats.count - 1
    return [
      "\(path) leads to \(first.isEmpty ? "the folder itself" : first), which counts once"
        + (others > 0 ? " (and \(others) more such \(others == 1 ? "link" : "links"))" : "")
        + "; remove the link if you do not need it"
    ]
  }

  private var aboutSystemFiles: [String] {
    guard contents.systemFiles > 0 else { return [] }
    return ["\(contents.systemFiles) hidden or system files (such as .DS_Store, Thumbs.db) are ignored"]
  }

  /// Nil when it is about nothing.
  private func sentence(_ what: String, _ names: [String], _ remedy: String) -> String? {
    guard !names.isEmpty else { return nil }
    return "\(what) \(names.prefix(3).joined(separator: ", "))\(names.count > 3 ? ", …" : ""): \(remedy)"
  }
}
