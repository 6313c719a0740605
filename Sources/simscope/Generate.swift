/// `generate`: sample pictures whose classes differ by shape, not by colour.
import Basics
import Foundation
import Images

let generateFlags = [
  Flag("classes", "N", "classes, 2…\(SampleData.classNames.count) (10)"),
  Flag("per-class", "N", "pictures a class (100)"),
  Flag("size", "N", "side in pixels, 8…1024 (32)"),
  Flag("seed", "N", "another seed, other pictures (1)"),
]

func generate(_ arguments: Arguments) throws -> Int32 {
  let folder = try arguments.words(["DIR"])[0]
  let classes = try arguments.number("classes", 2...Double(SampleData.classNames.count), default: 10)
  let perClass = try arguments.number("per-class", 1...1_000_000, default: 100)
  let size = try arguments.number("size", 8...1024, default: 32)
  let seed = try arguments.number("seed", 0...0x1p53, default: 1)
  let data = SampleData(classes: Int(classes), perClass: Int(perClass), size: Int(size), seed: UInt64(seed))
  let progress = ProgressLine("rendering")
  try data.write(to: folder, workers: WorkerPool(starting: usableCores())) {
    progress.show(Double($0) / Double($1))
    return true
  }
  progress.end()
  say("\(Int(classes) * Int(perClass)) pictures of \(Int(size))×\(Int(size)) in \(folder)")
  return 0
}
