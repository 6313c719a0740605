/// Decodes the pictures of a source side by side, or takes them from the cache of an earlier start.
import Basics
import Foundation

struct PictureDecoding: Sendable {
  typealias Progress = @Sendable (_ done: Int, _ total: Int) -> Bool

  struct Outcome {
    /// One for each index.
    var pictures: [Result<Image, Trouble>]
    /// Where they lie, when not in memory.
    var store: PictureStore?
    /// Why no cache could be written, when that failed.
    var note: String?
  }

  let source: any PictureSource
  /// Of the pictures wanted, in the source.
  let indices: [Int]
  /// Pictures with a longer shorter side are shrunk to it.
  let shorterSideAtMost: Int?
  /// Names the folder and which part of it is wanted, to tell one cache from another.
  let purpose: String
  let workers: WorkerPool
  /// More bytes of pixels than this stay in the files that hold many pictures.
  var leastOnDemand = 1 << 30

  /// - Throws: `Trouble` when neither memory nor disk has the room; `CancellationError`.
  func pictures(cache: PictureCache?, progress: Progress) throws -> Outcome {
    let bytes = expectedBytes
    guard source.path(0) != nil else { return bytes > leastOnDemand ? onDemand : try decode(bytes, progress) }
    guard let cache, cache.isWorthwhile(pictures: indices.count, bytes: bytes) else {
      return try decode(bytes, progress)
    }
    let (path, keys) = (cache.path(for: purpose), keys)
    if let outcome = held(path, keys) { return outcome }
    do {
      return try write(path, keys, bytes, cache, progress)
    } catch let trouble as Trouble {
      var outcome = try decode(bytes, because: trouble, progress)
      outcome.note = trouble.description
      return outcome
    }
  }

  /// What `pictures` would find, without decoding.
  func state(of cache: PictureCache) -> CacheState {
    let bytes = expectedBytes
    guard source.path(0) != nil, cache.isWorthwhile(pictures: indices.count, bytes: bytes) else { return .needless }
    let path = cache.path(for: purpose)
    guard let file = PictureCacheFile(path) else { return .absent(path: path, bytes: bytes) }
    let changed = zip(file.records.map(\.key), keys).count { $0 != $1 } + abs(file.records.count - indices.count)
    return .present(path: path, bytes: file.bytes, changed: changed)
  }

  /// Of some of the pictures, as they will be.
  private var sizes: [(width: Int, height: Int)] {
    source.someSizes.map { size in
      guard let shorterSideAtMost, min(size.width, size.height) > shorterSideAtMost else { return size }
      return Fit.scaled(width: size.width, height: size.height, shorterSide: shorterSideAtMost)
    }
  }

  /// Of all pixels, to judge by these.
  private var expectedBytes: Int {
    let sizes = sizes
    let mean = sizes.reduce(0.0) { $0 + Double(3 * $1.width * $1.height) } / Double(max(1, sizes.count))
    return Int(mean * Double(indices.count))
  }

  /// What each picture is made from and how, as a number: another one tells of another file.
  private var keys: [UInt64] {
    var start = Checksum()
    start.add(purpose)
    var keys = [UInt64](repeating: 0, count: indices.count)
    let chunk = 1_024
    keys.withUnsafeMutableBufferPointer { keys in
      workers.run((indices.count + chunk - 1) / chunk) { task, _ in
        for place in task * chunk..<min((task + 1) * chunk, indices.count) {
          keys[place] = key(of: source.path(indices[place])!, start)
        }
      }
    }
    return keys
  }

  private func key(of path: String, _ start: Checksum) -> UInt64 {
    var sum = start
    sum.add(path)
    guard let status = Files.status(path) else { return sum.value }
    for number in [Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec] { sum.add(number) }
    return sum.value
  }

  /// All of them when they are looked at.
  private var onDemand: Outcome {
    let size = sizes[0]
    let store = PictureStore(nil) { [self] in try picture($0).get() }
    return Outcome(
      pictures: indices.indices.map { .success(Image(width: size.width, height: size.height, in: store, at: $0)) },
      store: store)
  }

  /// All of them into memory.
  /// - Parameter trouble: with the cache that was to take them.
  /// - Throws: `Trouble` when there is not the room.
  private func decode(_ bytes: Int, because trouble: Trouble? = nil, _ progress: Progress) throws -> Outcome {
    if let room = memoryRoom(), bytes > room.bytes {
      throw Trouble(
        "\(indices.count) pictures need about \(bytes >> 20) MiB of memory, \(room.sentence)",
        remedy: trouble.map { "and \($0)" } ?? "take a smaller --limit or --image-size, or leave out --no-cache")
    }
    var results = [Result<Image, Trouble>?](repeating: nil, count: indices.count)
    try results.withUnsafeMutableBufferPointer { results in
      try eachPlace(progress) { results[$0] = picture($0) }
    }
    return Outcome(pictures: results.map { $0! })
  }

  /// Nil when there is no cache of just these pictures, or one that it lacks can be decoded by now.
  private func held(_ path: String, _ keys: [UInt64]) -> Outcome? {
    guard let file = PictureCacheFile(path), file.records.lazy.map(\.key).elementsEqual(keys) else { return nil }
    PictureCache.touch(path)
    let store = PictureStore(file) { [self] in try picture($0).get() }
    var pictures: [Result<Image, Trouble>] = []
    pictures.reserveCapacity(indices.count)
    for (place, record) in file.records.enumerated() {
      if record.isHeld {
        pictures.append(
          .success(Image(width: Int(record.width), height: Int(record.height), in: store, at: place)))
      } else {
        guard case .failure(let trouble) = picture(place) else { return nil }
        pictures.append(.failure(trouble))
      }
    }
    return Outcome(pictures: pictures, store: store)
  }

  /// All of them into a new cache, those that an earlier one holds without decoding, and from there.
  /// - Throws: `Trouble` when it cannot be written; `CancellationError`.
  private func write(
    _ path: String, _ keys: [UInt64], _ bytes: Int, _ cache: PictureCache, _ progress: Progress
  ) throws -> Outcome {
    _ = Files.makeFolder(cache.folder)
    PictureCacheWriter.removeAbandoned(in: cache.folder)
    let writer = try PictureCacheWriter(path, keys: keys)
    try cache.makeRoom(for: bytes, at: path)
    let earlier = EarlierPictures(path)
    try eachPlace(progress) { place in
      guard writer.failure == nil else { return }
      if let image = earlier?.picture(keys[place]) ?? (try? picture(place).get()) {
        writer.add(image.pixels, width: image.width, height: image.height, at: place)
      }
    }
    try writer.finish()
    guard let outcome = held(path, keys) else { throw Trouble.notKept("they do not come back as written", at: path) }
    return outcome
  }

  private func eachPlace(_ progress: Progress, _ body: (_ place: Int) -> Void) throws {
    let counter = ProgressCounter(total: indices.count)
    workers.run(indices.count) { place, _ in
      guard !counter.isCancelled else { return }
      body(place)
      counter.count(progress)
    }
    try counter.checkCancelled()
  }

  private func picture(_ place: Int) -> Result<Image, Trouble> {
    do {
      let image = try source.picture(indices[place])
      return .success(shorterSideAtMost.map { image.shrunk(toShorterSide: $0) } ?? image)
    } catch let trouble as Trouble {
      return .failure(trouble)
    } catch {
      return .failure(Trouble("\(error)", at: source.names[indices[place]], remedy: "remove it"))
    }
  }
}

/// What a cache holds of the pictures that have not changed since.
private struct EarlierPictures {
  private let file: PictureCacheFile
  private let places: [UInt64: Int]

  /// Nil when there is none.
  init?(_ path: String) {
    guard let file = PictureCacheFile(path) else { return nil }
    self.file = file
    places = Dictionary(
      file.records.enumerated().lazy.filter(\.element.isHeld).map { ($1.key, $0) },
      uniquingKeysWith: { first, _ in first })
  }

  func picture(_ key: UInt64) -> Image? {
    guard let place = places[key] else { return nil }
    let record = file.records[place]
    var pixels = [UInt8](repeating: 0, count: record.bytes)
    guard pixels.withUnsafeMutableBytes({ file.read(place, into: $0) }) else { return nil }
    return Image(width: Int(record.width), height: Int(record.height), pixels: pixels)
  }
}
