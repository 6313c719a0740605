/// `embed`: h and z of pictures, as files that numpy reads.
import Basics
import Foundation
import Images
import Tensors
import Training

let embedFlags =
  [
    Flag("output", "DIR", "where the files go: h.npy, z.npy when there is a head, labels.npy, paths.txt"),
    Flag("split", "train|test", "of DATA (train); a look at test is counted in the run's folder"),
    Flag("limit", "N", "first N pictures a class"),
    Flag("threads", "N", "threads that compute (0: all cores)"),
    allowNonFiniteFlag,
  ] + readingFlags + bareFileFlags

func embed(_ arguments: Arguments) throws -> Int32 {
  let words = try arguments.words(["MODEL", "DATA"])
  guard let output = arguments["output"], !output.isEmpty else { throw UsageError("--output DIR is missing") }
  let limit = arguments["limit"] == nil ? nil : Int(try arguments.number("limit", 1...1e9, default: 1))
  try EmbeddingFolder.checkFree(output)
  return try interruptible("embedding") { progress in
    let split = arguments["split"] == "test" ? DataSet.Split.test : .train
    let loaded = try LoadedModel(words[0], data: words[1], arguments)
    let workers = try WorkerPool(starting: loaded.configuration.workerCount)
    let data = try DataSet.open(
      words[1], split: split, options: loaded.configuration.dataOptions, limit: limit,
      shorterSideAtMost: 2 * loaded.imageSize,
      cache: loaded.configuration.pictureCache, workers: workers, progress: progress.decoding)
    for note in data.warnings + (data.note.map { [$0] } ?? []) { complain(note) }
    for picture in data.skipped { complain("skipped \(picture.name): \(picture.reason)") }
    var embedder = try Embedder(
      loaded.model, imageSize: loaded.imageSize, normalization: loaded.configuration.normalize, workers: workers)
    guard let found = embedder.embed(data, Array(0..<data.count), progress: progress.working) else {
      throw CancellationError()
    }
    try data.checkPictures()
    try EmbeddingFolder(h: found.h, z: loaded.hasHead ? found.z : nil, labels: data.labels, paths: data.names)
      .write(to: output)
    if split == .test { _ = loaded.countTestEvaluation("embed", top1: nil) }
    progress.end()
    say(
      "\(output): h of \(data.count) pictures, \(found.h.columns) numbers each"
        + (loaded.hasHead ? "; z, \(found.z.columns)" : ""))
    return 0
  }
}
