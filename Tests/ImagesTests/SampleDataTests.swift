import Basics
import Foundation
import Testing

@testable import Images

@Test func samplePicturesRepeatAndDiffer() {
  let samples = SampleData(classes: 12, perClass: 3, size: 16, seed: 1)
  #expect(samples.image(class: 3, number: 2) == samples.image(class: 3, number: 2))
  let all = (0..<12).flatMap { label in (0..<3).map { samples.image(class: label, number: $0) } }
  for (i, image) in all.enumerated() { #expect(!all[..<i].contains(image)) }
  #expect(SampleData(classes: 12, perClass: 3, size: 16, seed: 2).image(class: 0, number: 0) != all[0])
}

@Test func colourAloneDoesNotGiveTheClassAway() {
  // The mean colour of held-out pictures, by the nearest class mean: chance is 1 in 10.
  let samples = SampleData(classes: 10, perClass: 60, size: 12, seed: 1)
  func mean(_ image: Image) -> [Double] {
    (0..<3).map { channel in
      stride(from: channel, to: image.pixels.count, by: 3).map { Double(image.pixels[$0]) }.reduce(0, +) / 144
    }
  }
  let colors = (0..<10).map { label in (0..<60).map { mean(samples.image(class: label, number: $0)) } }
  let centres = colors.map { known in
    (0..<3).map { channel in known[..<30].map { $0[channel] }.reduce(0, +) / 30 }
  }
  var right = 0
  for (label, unseen) in colors.enumerated() {
    for color in unseen[30...] {
      let distances = centres.map { centre in zip(centre, color).map { ($0 - $1) * ($0 - $1) }.reduce(0, +) }
      if distances.indices.min(by: { distances[$0] < distances[$1] }) == label { right += 1 }
    }
  }
  #expect(Double(right) / 300 < 0.25)
}

@Test func aWrittenSampleSetOpensAsItWasDrawn() throws {
  try withFolder { folder in
    let samples = SampleData(classes: 3, perClass: 4, size: 20, seed: 7)
    try samples.write(to: folder + "/set", workers: WorkerPool(threads: 2))
    let data = try DataSet.open(folder + "/set")
    #expect(data.classes == ["cross", "disc", "ring"])
    #expect(data.names.first == "cross/0000.png")
    #expect(data.count == 12)
    #expect(data.images[0] == samples.image(class: SampleData.classNames.firstIndex(of: "cross")!, number: 0))
  }
}

@Test func sampleFilesAreSmall() {
  let samples = SampleData(classes: 12, perClass: 10, size: 32, seed: 1)
  let sizes = (0..<120).map { PNG.encode(samples.image(class: $0 / 10, number: $0 % 10)).count }
  #expect(sizes.reduce(0, +) / 120 < 2_800)
}

@Test func aFolderThatHoldsSomethingIsLeftAlone() throws {
  try withFolder { folder in
    try write([1], to: "mine.txt", in: folder)
    let samples = SampleData(classes: 1, perClass: 1, size: 8, seed: 1)
    let refused = trouble { try samples.write(to: folder, workers: WorkerPool(threads: 1)) }
    #expect(refused?.place == folder)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["mine.txt"])
  }
}

@Test func writingSamplesCanBeCancelled() throws {
  try withFolder { folder in
    let samples = SampleData(classes: 2, perClass: 20, size: 8, seed: 1)
    #expect(throws: CancellationError.self) {
      try samples.write(to: folder, workers: WorkerPool(threads: 1)) { done, _ in done < 5 }
    }
  }
}
