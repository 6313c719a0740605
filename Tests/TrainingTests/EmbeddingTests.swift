// Files for numpy, against what numpy writes.
import Basics
import Foundation
import Images
import Telemetry
import Tensors
import Testing

@testable import Training

/// The first bytes that numpy 2 writes for zeros of these shapes (`numpy.save`).
@Test func headersAreNumPys() {
  let matrix = NumPyFile.bytes([2, 3], [Float](repeating: 0, count: 6))
  let line = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
  let golden =
    Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) }) + [1, 0, 0x76, 0]
    + Array(line.utf8) + [UInt8](repeating: 0x20, count: 58) + [0x0A]
  #expect(golden.count == 128 && Array(matrix.prefix(128)) == golden)
  #expect(matrix.count == 128 + 24)
  let vector = NumPyFile.bytes([5], [1, -2, 3, 4, 5] as [Int64])
  #expect(
    String(decoding: vector[10..<128], as: UTF8.self).hasPrefix(
      "{'descr': '<i8', 'fortran_order': False, 'shape': (5,), }"))
  #expect(Array(vector[128..<144]) == [1, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])
}

private func folder() -> String {
  FileManager.default.temporaryDirectory.appendingPathComponent("simscope-\(UUID().uuidString)").path
}

@Test func anEmbeddingIsWrittenWholeAndOverNothing() throws {
  let path = folder()
  defer { try? FileManager.default.removeItem(atPath: path) }
  let embedding = EmbeddingFolder(
    h: Tensor([2, 2], [1, 2, 3, 4]), z: nil, labels: [1, 0], paths: ["a.png", "odd\nname.png"])
  try embedding.write(to: path + "/below/out/")
  let files = try FileManager.default.contentsOfDirectory(atPath: path + "/below/out").sorted()
  #expect(files == ["h.npy", "labels.npy", "paths.txt"])
  #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/below") == ["out"])
  #expect(FileManager.default.contents(atPath: path + "/below/out/paths.txt") == Data("a.png\nodd\\nname.png\n".utf8))
  #expect(throws: Trouble.self) { try embedding.write(to: path + "/below/out") }
  #expect(throws: Trouble.self) { try embedding.write(to: path + "/below/out/h.npy") }
  // An empty folder may be filled.
  try FileManager.default.createDirectory(atPath: path + "/empty", withIntermediateDirectories: true)
  try EmbeddingFolder(h: embedding.h, z: embedding.h, labels: nil, paths: ["1", "2"]).write(to: path + "/empty")
  #expect(
    try FileManager.default.contentsOfDirectory(atPath: path + "/empty").sorted() == ["h.npy", "paths.txt", "z.npy"])
}

@Test func aModelThatDivergedHasNoMap() throws {
  let scratch = try Scratch()
  try writePictures(scratch.path + "/data", perClass: 4)
  let configuration = small(scratch.path + "/data", run: scratch.path + "/run")
  let data = try DataSet.open(configuration.data, split: .pretraining, workers: WorkerPool(threads: 1)) { _, _ in true }
  let studio = EmbeddingStudio(data, configuration, Link())
  var model = SimCLR(configuration)
  #expect(studio.make(model, step: 1, [], after: nil) != nil)
  model.visitParameters("") { _, parameter in
    parameter.value = Tensor(parameter.value.shape, [Float](repeating: .nan, count: parameter.value.count))
  }
  #expect(studio.make(model, step: 2, [], after: nil) == nil)
}
