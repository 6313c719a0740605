/// Which folder the images of a split lie in: of a training and a test folder by their common names, or one folder for all.
import Basics

/// Whether folders called train, test and the like are splits.
public enum SplitFolders: String, Sendable, CaseIterable {
  /// Common names of splits are understood, and a single folder around the class folders is entered.
  case auto
  /// The subfolders of DATA are the classes, whatever they are called.
  case none
}

/// What a folder's name says: the words of "seg_train" are the role train and the rest "seg".
struct SplitName {
  enum Role: Int { case train, test, validation }

  private static let roles: [String: Role] = [
    "train": .train, "training": .train, "trainset": .train, "test": .test, "testing": .test, "testset": .test,
    "val": .validation, "valid": .validation, "validation": .validation, "valset": .validation, "dev": .validation,
  ]
  /// Beside a role these say nothing: "test_set", "train images".
  private static let fillers: Set<String> = ["set", "images", "image", "data", "split", "folder"]
  private static let containers: Set<String> = [
    "images", "image", "imgs", "img", "pictures", "photos", "jpegimages", "data", "dataset", "all",
  ]

  let role: Role
  let rest: String

  /// Nil when the name has no role, or several.
  init?(_ folder: String) {
    let words = folder.lowercased().split { !$0.isLetter }.map(String.init)
    let roles = words.compactMap { Self.roles[$0] }
    guard roles.count == 1 else { return nil }
    role = roles[0]
    let digits = folder.filter(\.isNumber).count
    // A year belongs to the role ("train2017"), a short number to a class ("dev1").
    guard digits == 0 || digits == 4 || words.count > 1 else { return nil }
    rest = words.filter { Self.roles[$0] == nil && !Self.fillers.contains($0) }.joined(separator: " ")
  }

  static func isContainer(_ folder: String) -> Bool { containers.contains(folder.lowercased()) }
}

struct SplitFolder {
  let path: String
  /// In words.
  let name: String
  /// The other splits' folders: a class keeps its number in all of them.
  let siblings: [String]
  /// What was decided about the folders around, where a person may not expect it.
  private(set) var remarks: [String] = []

  init(_ root: String, split: DataSet.Split, folders choice: SplitFolders) throws {
    var (root, entered) = (root, "")
    var group = SplitGroup()
    if choice == .auto {
      group = try SplitGroup(in: root)
      if group.train == nil {
        (root, entered) = try Self.unwrapped(root, toSplits: true)
        if !entered.isEmpty { group = try SplitGroup(in: root) }
      }
    }
    guard let train = group.train else {
      guard split != .test else {
        throw Trouble(
          "\(DataSet.noTestSplit): there is no folder train/ with test/ or val/ beside it", at: root,
          remedy: choice == .none
            ? "leave out --split-folders none, or sort the images into train/ and test/"
            : "sort the images into train/ and test/")
      }
      (path, name, siblings) = (root, entered.isEmpty ? "all" : "all of \(entered)", [])
      return
    }
    remarks =
      group.leftOut.isEmpty
      ? []
      : [
        "not trained on: \(group.leftOut.map { $0 + "/" }.joined(separator: ", ")), beside \(train)/; "
          + "to use their images, name a folder that holds only those, or --split-folders none"
      ]
    let inside = { [root] (folder: String) in try Self.unwrapped(root + "/" + folder, toSplits: false).path }
    switch split {
    case .pretraining, .train:
      (path, name) = (try inside(train), entered + train + "/")
      siblings = try group.tests.map(inside)
    case .test:
      guard let test = group.tests.first else {
        throw Trouble(
          "\(DataSet.noTestSplit): \(train)/ has no test/ or val/ beside it", at: root, remedy: "add a folder test/")
      }
      (path, name, siblings) = (try inside(test), entered + test + "/", [try inside(train)])
    }
  }

  /// Goes down through folders that hold one folder only, such as images/ or an archive's own name, to class folders.
  /// - Parameter toSplits: or to the folders of splits.
  /// - Returns: `root` itself unless at least two folders with images, or splits, lie there.
  private static func unwrapped(_ root: String, toSplits: Bool) throws -> (path: String, entered: String) {
    var (path, entered) = (root, "")
    for _ in 0..<16 {
      guard try !FolderListing.hasImages(path) else { break }
      let folders = try FolderListing.folders(of: path)
      let holding = Array(folders.lazy.filter { [path] in FolderListing.holdsImages(path + "/" + $0) }.prefix(2))
      if holding.count == 2 { return (path, entered) }
      guard let inner = holding.first else { break }
      (path, entered) = (path + "/" + inner, entered + inner + "/")
      if toSplits, try SplitGroup(in: path).train != nil { return (path, entered) }
    }
    return (root, "")
  }
}

/// The folders of one data set's splits among those of a folder.
struct SplitGroup {
  var train: String?
  /// Test before validation.
  var tests: [String] = []
  /// Other folders with images beside them.
  var leftOut: [String] = []

  init() {}

  init(in root: String) throws {
    let folders = try FolderListing.folders(of: root)
    let named = folders.compactMap { folder in SplitName(folder).map { (folder: folder, name: $0) } }
    let rests = named.map(\.name.rest).sorted { ($0.isEmpty ? 0 : 1, $0) < ($1.isEmpty ? 0 : 1, $1) }
    for rest in rests {
      let group = named.filter { $0.name.rest == rest && FolderListing.holdsImages(root + "/" + $0.folder) }
      let trains = group.filter { $0.name.role == .train }.map(\.folder)
      let tests = group.filter { $0.name.role != .train }
        .sorted { ($0.name.role.rawValue, $0.folder) < ($1.name.role.rawValue, $1.folder) }.map(\.folder)
      guard let first = trains.first(where: { $0.lowercased() == "train" }) ?? trains.first else { continue }
      let members = [first] + tests
      let others = folders.filter { !members.contains($0) && FolderListing.holdsImages(root + "/" + $0) }
      // Alone among other folders, or with more words, it may well be a class.
      guard !tests.isEmpty || rest.isEmpty && others.isEmpty else { continue }
      train = first
      self.tests = tests
      leftOut = others
      return
    }
  }
}
