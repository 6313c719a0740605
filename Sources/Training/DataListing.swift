/// The images of a run by name, size, label and, for small sets, contents: kept as `data.tsv` in the run's folder, and as
/// a digest in each checkpoint. `resume` compares them with the data that it finds.
import Basics
import Foundation
import Images
import Synchronization
import Telemetry

/// The digest.
public struct DataFingerprint: Sendable, Equatable {
  var count: Int
  var names: UInt64
  var labels: UInt64
  var sizes: UInt64
  var heldOut: UInt64
  /// nil for large sets.
  var contents: UInt64?
}

struct DataListing: Sendable {
  struct Row: Sendable, Equatable {
    var name: String
    /// Of the class; empty without labels.
    var label: String
    /// As decoded.
    var width: Int
    var height: Int
    var isHeldOut: Bool
    /// Of the decoded pixels; nil for large sets.
    var sum: UInt64?
  }

  /// The images to train on, then those held out.
  let rows: [Row]

  /// Contents are summed up to so many bytes of pixels.
  private static let mostBytes = 64 << 20

  init(_ data: RunData, workers: WorkerPool) {
    let sets = [data.train, data.heldOut]
    let bytes = sets.flatMap(\.images).reduce(0) { $0 + 3 * $1.width * $1.height }
    rows = zip(sets, [false, true]).flatMap { set, isHeldOut in
      let sums = bytes <= Self.mostBytes ? Self.sums(set.images, workers) : nil
      return set.images.indices.map { index in
        Row(
          name: set.names[index], label: set.labels.map { set.classes[$0[index]] } ?? "",
          width: set.images[index].width, height: set.images[index].height, isHeldOut: isHeldOut,
          sum: sums?[index])
      }
    }
  }

  private static func sums(_ images: [Image], _ workers: WorkerPool) -> [UInt64] {
    let sums = Mutex([UInt64](repeating: 0, count: images.count))
    let part = 64
    workers.run((images.count + part - 1) / part) { number, _ in
      let range = number * part..<min(images.count, (number + 1) * part)
      let found = range.map { index -> UInt64 in
        var sum = Checksum()
        sum.add(images[index].pixels)
        return sum.value
      }
      sums.withLock { $0.replaceSubrange(range, with: found) }
    }
    return sums.withLock { $0 }
  }

  var heldOutNames: Set<String> { Set(rows.lazy.filter(\.isHeldOut).map(\.name)) }

  var fingerprint: DataFingerprint {
    func sum(_ add: (inout Checksum, Row) -> Void) -> UInt64 {
      var sum = Checksum()
      for row in rows { add(&sum, row) }
      return sum.value
    }
    return DataFingerprint(
      count: rows.count, names: sum { $0.add($1.name) }, labels: sum { $0.add($1.label) },
      sizes: sum {
        $0.add($1.width)
        $0.add($1.height)
      }, heldOut: sum { $0.add($1.isHeldOut ? 1 : 0) },
      contents: rows.allSatisfy { $0.sum != nil }
        ? sum { $0.add(Int(bitPattern: UInt(truncatingIfNeeded: $1.sum!))) } : nil)
  }
}

// MARK: - What differs

extension DataListing {
  /// "2 images missing (red/1.png, red/2.png), 1 added (blue/9.png), class “yellow” added"; nil when nothing does.
  func differences(from older: DataListing) -> String? {
    let before = Dictionary(older.rows.map { ($0.name, $0) }) { first, _ in first }
    let now = Dictionary(rows.map { ($0.name, $0) }) { first, _ in first }
    let missing = older.rows.filter { now[$0.name] == nil }.map(\.name)
    let added = rows.filter { before[$0.name] == nil }.map(\.name)
    let common = rows.compactMap { row in before[row.name].map { (row, $0) } }
    let changed = common.filter { row, old in
      (row.width, row.height) != (old.width, old.height) || row.sum != nil && old.sum != nil && row.sum != old.sum
    }
    let moved = common.filter { $0.label != $1.label }
    let (oldClasses, classes) = (Set(older.rows.map(\.label)), Set(rows.map(\.label)))
    let parts =
      [
        Self.part(missing, "missing"), Self.part(added, "added"), Self.part(changed.map(\.0.name), "changed"),
        Self.part(moved.map(\.0.name), "with another label"),
      ] + classes.subtracting(oldClasses).sorted().map { "class “\($0)” added" }
      + oldClasses.subtracting(classes).sorted().map { "class “\($0)” missing" }
    let told = parts.compactMap(\.self)
    return told.isEmpty ? nil : told.joined(separator: ", ")
  }

  private static func part(_ names: [String], _ what: String) -> String? {
    guard !names.isEmpty else { return nil }
    let examples = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
    return "\(names.count) image\(names.count == 1 ? "" : "s") \(what) (\(examples))"
  }
}

// MARK: - Files

extension DataListing {
  static let fileName = "data.tsv"
  private static let columns = "width\theight\tpart\tsum\tclass\tname\n"

  /// One line an image; a tab, line feed or backslash in a name is escaped.
  var bytes: [UInt8] {
    var bytes = Array(Self.columns.utf8)
    for row in rows {
      let sum = row.sum.map { String($0, radix: 16) } ?? "-"
      bytes += Array("\(row.width)\t\(row.height)\t\(row.isHeldOut ? "held_out" : "train")\t\(sum)\t".utf8)
      bytes += Self.escaped(row.label) + [9] + Self.escaped(row.name) + [10]
    }
    return bytes
  }

  /// - Returns: nil when there is no such file, or it is none of ours.
  init?(reading path: String) {
    guard let bytes = Files.bytes(of: path) else { return nil }
    let lines = bytes.split(separator: 10)
    guard let first = lines.first, first.elementsEqual(Self.columns.utf8.dropLast()) else { return nil }
    var rows: [Row] = []
    for line in lines.dropFirst() {
      let fields = line.split(separator: 9, omittingEmptySubsequences: false)
      func text(_ place: Int) -> String { String(decoding: fields[place], as: UTF8.self) }
      guard fields.count == 6, let width = Int(text(0)), let height = Int(text(1)) else { return nil }
      rows.append(
        Row(
          name: Self.unescaped(fields[5]), label: Self.unescaped(fields[4]), width: width, height: height,
          isHeldOut: text(2) == "held_out", sum: UInt64(text(3), radix: 16)))
    }
    self.rows = rows
  }

  private static let escapes: [(byte: UInt8, letter: UInt8)] = [(9, 0x74), (10, 0x6e), (0x5c, 0x5c)]

  private static func escaped(_ name: String) -> [UInt8] {
    name.pathBytes.flatMap { byte in escapes.first { $0.byte == byte }.map { [0x5c, $0.letter] } ?? [byte] }
  }

  private static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
    var (name, isEscape) = ([UInt8](), false)
    for byte in bytes {
      if !isEscape, byte == 0x5c {
        isEscape = true
      } else {
        name.append(isEscape ? escapes.first { $0.letter == byte }?.byte ?? byte : byte)
        isEscape = false
      }
    }
    return String(path: name)
  }
}

extension DataFingerprint {
  /// For a checkpoint's metadata.
  var json: String {
    var line = JSONLine()
    line.add("count", count)
    for (key, sum) in sums { sum.map { line.add(key, String($0, radix: 16)) } }
    return line.text
  }

  private var sums: [(String, UInt64?)] {
    [("names", names), ("labels", labels), ("sizes", sizes), ("held_out", heldOut), ("contents", contents)]
  }

  /// - Returns: nil when the text is no fingerprint.
  init?(json text: String) {
    let object = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    func sum(_ key: String) -> UInt64? { (object[key] as? String).flatMap { UInt64($0, radix: 16) } }
    guard let count = object["count"] as? Int, let names = sum("names"), let labels = sum("labels"),
      let sizes = sum("sizes"), let heldOut = sum("held_out")
    else { return nil }
    self.init(
      count: count, names: names, labels: labels, sizes: sizes, heldOut: heldOut, contents: sum("contents"))
  }
}

// MARK: - Resuming

extension Trainer {
  /// Compares the data of a resumed run with its checkpoint's. The images held out stay those that were, by name, as far
  /// as they exist.
  /// - Parameter split: by the seed, as a new run has it.
  /// - Returns: the data, its listing where one was made, and what differs.
  static func reconcile(
    _ split: RunData, of all: DataSet, with point: Checkpoint, in run: RunFolder?, _ workers: WorkerPool
  ) -> (data: RunData, listing: DataListing?, remarks: [String]) {
    guard let run, let recorded = point.data else { return (split, nil, []) }
    let listing = DataListing(split, workers: workers)
    if listing.fingerprint == recorded { return (split, nil, []) }
    let older = DataListing(reading: run.path + "/" + DataListing.fileName)
    guard let older else {
      return (split, listing, [sentence("\(recorded.count) images then, \(listing.rows.count) now", point)])
    }
    let data = RunData(all, holdingOut: older.heldOutNames)
    let now = DataListing(data, workers: workers)
    if now.fingerprint == recorded { return (data, nil, []) }
    let what =
      now.differences(from: older) ?? "\(recorded.count) images then, \(now.rows.count) now, or in another order"
    let (kept, held) = (data.heldOut.count, older.heldOutNames.count)
    let left = kept < held ? "; of \(held) images held out \(kept) are left" : ""
    return (data, now, [sentence(what + left, point)])
  }

  private static func sentence(_ what: String, _ point: Checkpoint) -> String {
    "the data has changed since step \(point.step): \(what); "
      + "the run continues, but not bit for bit as it would have"
  }
}
