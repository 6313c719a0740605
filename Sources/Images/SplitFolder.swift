/// Which folder a split's pictures lie in: `train`, and `test` or `val` beside it, or one folder for all.
import Basics

struct SplitFolder {
  let path: String
  /// In words.
  let name: String
  /// The other splits' folders: a class keeps its number in all of them.
  let siblings: [String]

  init(_ root: String, split: DataSet.Split) throws {
    let entries = Set(try FolderListing.entries(of: root))
    let test = ["test", "val"].filter { entries.contains($0) && Files.isFolder(root + "/" + $0) }
    guard entries.contains("train"), Files.isFolder(root + "/train") else {
      guard split != .test else {
        throw Trouble(
          "\(DataSet.noTestSplit): there is no folder train/ with test/ or val/ beside it", at: root,
          remedy: "sort the pictures into train/ and test/")
      }
      (path, name, siblings) = (root, "all", [])
      return
    }
    switch split {
    case .pretraining, .train:
      (path, name) = (root + "/train", "train/")
      siblings = test.map { root + "/" + $0 }
    case .test:
      guard let first = test.first else {
        throw Trouble(
          "\(DataSet.noTestSplit): train/ has no test/ or val/ beside it", at: root, remedy: "add a folder test/")
      }
      (path, name, siblings) = (root + "/" + first, first + "/", [root + "/train"])
    }
  }
}
