// What is told of DATA before it is used.
import Basics
import Foundation
import Testing

@testable import Images

private let tiny = PNG.encode(formulaImage(6, 5))

private func examine(_ folder: String, most: Int = 2_000, least: Int = 2_000) throws -> Examination {
  var cache = PictureCache(folder: folder + "-cache")
  cache.leastPictures = least
  return try DataSet.examine(folder, cache: cache, most: most, workers: WorkerPool(threads: 2))
}

@Test func anExaminationCountsSplitsClassesAndSizes() throws {
  try withFolder { folder in
    for name in ["train/a/1.png", "train/a/2.png", "train/a/3.png", "train/b/1.png", "train/b/2.png", "test/b/1.png"] {
      try write(tiny, to: name, in: folder)
    }
    try write(PNG.encode(formulaImage(50, 4)), to: "train/b/3.png", in: folder)
    let found = try examine(folder)
    #expect(found.training.kind == "image folder with 2 class folders" && found.training.evidence == "holds a/1.png")
    #expect(found.training.pictures == 6 && found.training.picturesPerClass == 3...3 && found.labelled == nil)
    let test = try found.test.get()
    #expect(test.pictures == 1 && test.split == "test/" && test.picturesPerClass == 0...1)
    #expect(found.sizes.map(\.width) == [6, 50] && found.cache == .needless && found.remarks.isEmpty)
  }
}

@Test func anExaminationTriesPictures() throws {
  try withFolder { folder in
    for i in 0..<30 { try write(i % 10 == 3 ? [1] : tiny, to: "\(10 + i).png", in: folder) }
    let all = try examine(folder)
    #expect(all.tried == 30 && all.unreadable.map(\.name) == ["13.png", "23.png", "33.png"])
    #expect(all.unreadable[0].reason == "neither PNG nor JPEG")
    // Every third.
    let some = try examine(folder, most: 10)
    #expect(some.tried == 10 && some.unreadable.map(\.name) == ["13.png"])
  }
}

@Test func anExaminationTellsOfTheCache() throws {
  try withFolder { folder in
    defer { try? FileManager.default.removeItem(atPath: folder + "-cache") }
    for i in 0..<4 { try write(tiny, to: "\(i).png", in: folder) }
    guard case .absent(let path, let bytes) = try examine(folder, least: 4).cache else {
      Issue.record("a cache where none was written")
      return
    }
    #expect(bytes == 4 * 90)
    // What training writes is what doctor looks for.
    var cache = PictureCache(folder: folder + "-cache")
    cache.leastPictures = 4
    _ = try DataSet.open(
      folder, split: .pretraining, shorterSideAtMost: 64, cache: cache, workers: WorkerPool(threads: 1))
    func state(changed: Int) -> CacheState { .present(path: path, bytes: 32 + 4 * (24 + 90), changed: changed) }
    #expect(try examine(folder, least: 4).cache == state(changed: 0))
    try write(tiny + [0], to: "2.png", in: folder)
    #expect(try examine(folder, least: 4).cache == state(changed: 1))
  }
}

@Test(arguments: [
  (["a/1.png", "a/2.png"], "one class is no label, and all images are below a/"),
  (["a/1.png", "b/2.png", "3.png"], "images lie outside of the folders (1, the first of them 3.png)"),
  (["a/1.png", "a/2.png", "b/2.png"], "only one image in b: none can be held out"),
  (["train/a/1.png", "train/a/2.png", "test/b/2.png"], "no image in this split of b"),
  (["a/1.png", "a/2.png", "b/1.png", "b/2.png", "c/notes.txt"], "no image in the folder c"),
  (["a/1.png", "a/2.png", "b/1.png", "b/2.png", "more.zip"], "left out: an archive that is not unpacked (more.zip)"),
])
func whatWasPerhapsNotMeantIsRemarked(files: [String], remark: String) throws {
  try withFolder { folder in
    for file in files { try write(file.hasSuffix(".png") ? tiny : [1], to: file, in: folder) }
    let remarks = try examine(folder).remarks
    #expect(remarks.contains { $0.contains(remark) }, "\(remarks)")
  }
}

@Test func whatIsAsItShouldBeHasNoRemark() throws {
  try withFolder { folder in
    for file in ["a/1.png", "a/2.png", "b/1.png", "b/2.png", "readme.txt"] { try write(tiny, to: file, in: folder) }
    #expect(try examine(folder).remarks.isEmpty)
  }
  try withFolder { folder in
    for file in ["1.png", "2.png"] { try write(tiny, to: file, in: folder) }
    #expect(try examine(folder).remarks.isEmpty)
  }
}
