import Basics
import Foundation
import Testing

@testable import Images

/// A folder of pictures and one for caches beside it, with every folder worth a cache.
private struct Place {
  let pictures: String
  var cache: PictureCache

  init(_ folder: String, caches: String? = nil) {
    pictures = folder + "/pictures"
    var cache = PictureCache(folder: caches ?? folder + "/caches")
    cache.leastPictures = 1
    self.cache = cache
  }

  func open(threads: Int = 1, progress: @Sendable (Int, Int) -> Bool = { _, _ in true }) throws -> DataSet {
    try DataSet.open(
      pictures, split: .train, shorterSideAtMost: 20, cache: cache, workers: WorkerPool(threads: threads),
      progress: progress)
  }

  /// Of the caches, finished or not.
  var files: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: cache.folder)) ?? []).sorted()
  }

  var onlyFile: String {
    get throws {
      try #require(files.count == 1 && files[0].hasSuffix(".pictures"))
      return cache.folder + "/" + files[0]
    }
  }
}

private func withPlace(_ body: (Place) throws -> Void) throws {
  try withFolder { folder in
    let place = Place(folder)
    for i in 0..<12 { try writePicture(i, in: place) }
    try body(place)
  }
}

/// Of one size in bytes whatever the shade, and so a file that can be exchanged unnoticed.
private func picture(_ shade: Int) -> Image { flatImage(30, 24, UInt8(shade), UInt8(2 * shade), 7) }

private func bytes(_ shade: Int) -> [UInt8] {
  let png = PNG.encode(picture(shade))
  return png + [UInt8](repeating: 0, count: 400 - png.count)
}

private func writePicture(_ number: Int, shade: Int? = nil, in place: Place) throws {
  try write(bytes(shade ?? 10 + number), to: "\(number % 2)/\(10 + number).png", in: place.pictures)
}

/// Writes over a picture, leaving size and time of the file as they were.
private func exchange(_ number: Int, _ bytes: [UInt8], in place: Place) throws {
  let path = place.pictures + "/\(number % 2)/\(10 + number).png"
  let time = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate]!
  try Data(bytes).write(to: URL(fileURLWithPath: path))
  try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
}

/// To whole seconds, which survive the way through `Date`.
private func setTimes(in place: Place) throws {
  for number in 0..<12 {
    let path = place.pictures + "/\(number % 2)/\(10 + number).png"
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)], ofItemAtPath: path)
  }
}

/// The shades in the order of the names, made as small as the data set asks for.
private func expected(_ changed: [Int: Int] = [:]) -> [Image] {
  [0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11].map { picture(changed[$0] ?? 10 + $0).shrunk(toShorterSide: 20) }
}

@Test(arguments: [1, 2, 3])
func aBigFolderIsDecodedOnceAndReadFromItsCacheAfterwards(threads: Int) throws {
  try withPlace { place in
    try setTimes(in: place)
    let first = try place.open(threads: threads)
    #expect(first.images == expected() && first.note == nil)
    // What is not seen to have changed is not decoded.
    try exchange(3, bytes(99), in: place)
    let second = try place.open(threads: threads)
    #expect(second.images == expected())
    #expect(second.labels == first.labels && second.names == first.names)
    _ = try place.onlyFile
  }
}

@Test func aChangedFolderIsDecodedAgain() throws {
  try withPlace { place in
    try setTimes(in: place)
    _ = try place.open()
    // Another time.
    try writePicture(3, shade: 99, in: place)
    #expect(try place.open().images == expected([3: 99]))
    // Another size.
    try setTimes(in: place)
    _ = try place.open()
    try exchange(3, bytes(77) + [0], in: place)
    #expect(try place.open().images == expected([3: 77]))
    // One more, one fewer.
    try write(bytes(50), to: "1/99.png", in: place.pictures)
    #expect(try place.open().images == expected([3: 77]) + [picture(50).shrunk(toShorterSide: 20)])
    try FileManager.default.removeItem(atPath: place.pictures + "/1/99.png")
    #expect(try place.open().images == expected([3: 77]))
    // Another name.
    try FileManager.default.moveItem(atPath: place.pictures + "/0", toPath: place.pictures + "/2")
    #expect(try place.open().names.first == "1/11.png")
    _ = try place.onlyFile
  }
}

@Test func aCacheThatIsNotWholeIsMadeAgain() throws {
  try withPlace { place in
    try setTimes(in: place)
    _ = try place.open()
    let file = try place.onlyFile
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
    func check(_ broken: [UInt8]) throws {
      try Data(broken).write(to: URL(fileURLWithPath: file))
      #expect(try place.open().images == expected())
      #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: file))) == whole)
    }
    for length in [0, 1, 31, 32, 319, 320, whole.count / 2, whole.count - 1] {
      try check(Array(whole.prefix(length)))
    }
    try check(whole + [0])
    // Head and records: what the sum covers.
    for at in stride(from: 0, to: PictureCacheFile.bodyStart(pictures: 12), by: 7) {
      var flipped = whole
      flipped[at] ^= 0x80
      try check(flipped)
    }
  }
}

@Test func otherSizesAndLimitsHaveCachesOfTheirOwn() throws {
  try withPlace { place in
    _ = try place.open()
    func open(side: Int?, limit: Int?) throws -> DataSet {
      try DataSet.open(
        place.pictures, split: .train, limit: limit, shorterSideAtMost: side, cache: place.cache,
        workers: WorkerPool(threads: 1))
    }
    #expect(try open(side: 10, limit: nil).images.allSatisfy { $0.shorterSide == 10 })
    #expect(try open(side: nil, limit: nil).images.allSatisfy { $0.shorterSide == 24 })
    #expect(try open(side: 20, limit: 2).count == 4)
    #expect(place.files.count == 4)
    #expect(try place.open().images == expected())
  }
}

@Test func smallFoldersAndOnesThatShallNotAreNotCached() throws {
  try withPlace { place in
    let usual = PictureCache(folder: place.cache.folder)
    for cache in [usual, nil] {
      let data = try DataSet.open(
        place.pictures, split: .train, shorterSideAtMost: 20, cache: cache, workers: WorkerPool(threads: 1))
      #expect(data.images == expected())
    }
    #expect(place.files.isEmpty)
    #expect(!usual.isWorthwhile(pictures: 1_999, bytes: 0) && usual.isWorthwhile(pictures: 2_000, bytes: 0))
    // By the pixels that are kept: 12 pictures of 25×20.
    for (least, isKept) in [(18_001, false), (18_000, true)] {
      var place = place
      (place.cache.leastPictures, place.cache.leastBytes) = (13, least)
      #expect(try place.open().images == expected() && place.files.isEmpty != isKept)
    }
  }
}

@Test func aFullDiskIsToldAndLeavesNothing() throws {
  try withFolder { folder in
    let path = folder + "/full.pictures"
    let told = trouble {
      let writer = try PictureCacheWriter(path, keys: [1, 2])
      // A device that takes no byte stands in for the open file.
      let full = Files.open("/dev/full", O_RDWR)
      #expect(dup2(full, writer.file) == writer.file)
      close(full)
      #expect(writer.failure == nil)
      writer.add([1, 2, 3], width: 1, height: 1, at: 0)
      #expect(writer.failure != nil)
      try writer.finish()
    }
    #expect(told?.what.contains("No space left") == true && told?.remedy.contains("--no-cache") == true)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(left.isEmpty)
  }
}

@Test func picturesThatTakeTooMuchRoomAreToldAndNothingElse() throws {
  try withPlace { place in
    var place = place
    place.cache.mostBytes = 12 * 3 * 25 * 20 - 1
    let data = try place.open()
    #expect(data.images == expected() && place.files.isEmpty)
    #expect(data.note?.contains("they need about 0 MiB, and caches take at most 0 MiB here") == true)
    place.cache.mostBytes! += 1
    #expect(try place.open().note == nil && place.files.count == 1)
  }
}

@Test func theLeastRecentlyUsedMakesRoom() throws {
  try withFolder { folder in
    var cache = PictureCache(folder: folder)
    cache.mostBytes = 100
    for (name, bytes, days) in [("a", 30, 3.0), ("b", 30, 1), ("c", 30, 2), ("d", 1, 91)] {
      try write([UInt8](repeating: 0, count: bytes), to: name + ".pictures", in: folder)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -86_400 * days)], ofItemAtPath: "\(folder)/\(name).pictures")
    }
    func left(bytes: Int, at name: String) throws -> [String] {
      try cache.makeRoom(for: bytes, at: "\(folder)/\(name).pictures")
      return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { String($0.prefix(1)) }
    }
    #expect(try left(bytes: 10, at: "new") == ["a", "b", "c"])
    // Its own earlier file is not in the way.
    #expect(try left(bytes: 40, at: "a") == ["a", "b", "c"])
    #expect(try left(bytes: 40, at: "new") == ["b", "c"])
    PictureCache.touch(folder + "/c.pictures")
    #expect(try left(bytes: 41, at: "new") == ["c"])
    #expect(trouble { _ = try left(bytes: 101, at: "new") } != nil)
    #expect(try left(bytes: 100, at: "new") == [])
  }
}

@Test func onlyWhatHasChangedIsDecodedAgain() throws {
  try withPlace { place in
    try setTimes(in: place)
    _ = try place.open()
    // Not seen to have changed, so taken from the cache, as are the names after the new picture's.
    try exchange(3, bytes(99), in: place)
    try writePicture(4, shade: 44, in: place)
    try write(bytes(50), to: "0/9.png", in: place.pictures)
    let small = picture(50).shrunk(toShorterSide: 20)
    var images = expected([4: 44])
    images.insert(small, at: 6)
    #expect(try place.open(threads: 2).images == images)
    #expect(try place.open().images == images)
  }
}

@Test func aCacheLostWhileInUseIsReplacedByTheOriginals() throws {
  try withPlace { place in
    try setTimes(in: place)
    _ = try place.open()
    let data = try place.open()
    #expect(truncate(try place.onlyFile, 400) == 0)
    #expect(data.images == expected())
    try data.checkPictures()
    // The original of another size is not taken for it: the picture is black, and the data set knows why.
    try write(PNG.encode(flatImage(9, 9, 1, 2, 3)), to: "1/13.png", in: place.pictures)
    #expect(data.subset([7]).images == [flatImage(25, 20, 0, 0, 0)])
    #expect(trouble { try data.subset([0]).checkPictures() }?.what == "a picture was exchanged while it was in use")
  }
}

@Test func aFolderThatCannotBeWrittenIsToldAndNothingElse() throws {
  try withFolder { folder in
    try write([1], to: "file", in: folder)
    let place = Place(folder, caches: folder + "/file/below")
    for i in 0..<12 { try writePicture(i, in: place) }
    let data = try place.open()
    #expect(data.images == expected())
    #expect(data.note?.contains("not kept for the next start (Not a directory)") == true)
  }
}

@Test func picturesThatCannotBeReadAreTriedAgainEveryTime() throws {
  try withPlace { place in
    try setTimes(in: place)
    try exchange(5, [UInt8](repeating: 1, count: 400), in: place)
    var without = expected()
    without.remove(at: 8)
    for _ in 0..<2 {
      let data = try place.open()
      #expect(data.images == without)
      #expect(data.skipped.map(\.name) == ["1/15.png"])
    }
    // As when TurboJPEG has been installed: the file is the same and yet can be read.
    try exchange(5, bytes(15), in: place)
    #expect(try place.open().images == expected())
    try exchange(5, [UInt8](repeating: 1, count: 400), in: place)
    #expect(try place.open().images == expected())
  }
}

@Test func cancellingLeavesNoFileBehind() throws {
  try withPlace { place in
    #expect(throws: CancellationError.self) { _ = try place.open { done, _ in done < 3 } }
    #expect(place.files.isEmpty)
    let data = try place.open()
    #expect(data.images == expected())
  }
}

@Test func whatAKilledProcessLeftIsRemoved() throws {
  try withPlace { place in
    for name in ["left", "locked"] { try write([1], to: "\(name).pictures.7.partial", in: place.cache.folder) }
    let other = Glibc.open(place.cache.folder + "/locked.pictures.7.partial", O_RDONLY)
    defer { close(other) }
    try #require(flock(other, LOCK_EX) == 0)
    _ = try place.open()
    #expect(place.files.count == 2 && place.files.contains("locked.pictures.7.partial"))
  }
}

@Test func whoWritesTheSameCacheIsLeftToIt() throws {
  try withPlace { place in
    _ = try place.open()
    let file = try place.onlyFile
    try FileManager.default.removeItem(atPath: file)
    let other = try PictureCacheWriter(file, keys: [])
    let data = try place.open()
    #expect(data.images == expected())
    #expect(data.note?.contains("another process is writing them") == true)
    withExtendedLifetime(other) {}
  }
}

@Test func picturesOfACacheGiveTheSameViews() throws {
  try withPlace { place in
    _ = try place.open()
    let cached = try place.open()
    let decoded = try DataSet.open(
      place.pictures, split: .train, shorterSideAtMost: 20, workers: WorkerPool(threads: 1))
    let maker = ViewMaker(Augmentation(imageSize: 16), seed: 3)
    for index in 0..<cached.count {
      let views = [cached, decoded].map { maker.view(of: $0.images[index], epoch: 0, index: index, view: 1) }
      #expect(views[0] == views[1])
      #expect(cached.images[index].pixels == decoded.images[index].pixels)
    }
  }
}
