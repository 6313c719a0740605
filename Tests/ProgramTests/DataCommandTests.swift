// What the program says about DATA as people have it: on the first lines of a run, in log.txt and in doctor.
import Basics
import Foundation
import Testing

/// The beginning of a WebP file.
private let webP = Array("RIFF".utf8) + [26, 0, 0, 0] + Array("WEBPVP8L".utf8) + [UInt8](repeating: 0, count: 18)

extension RealProgram {
  @Suite struct DataCommandTests {
    private func generate(_ names: [String], in scratch: Scratch) throws {
      for (number, name) in names.enumerated() {
        try run(
          ["generate", name, "--classes", "2", "--per-class", "8", "--size", "32", "--seed", "\(number)"],
          in: scratch.path)
      }
    }

    @Test func whatIsLeftOutIsSaidByTheRunAndByDoctor() throws {
      let scratch = try Scratch()
      try generate(["data"], in: scratch)
      let classes = try #require(Files.names(in: scratch.path + "/data")).sorted()
      let folder = scratch.path + "/data/" + classes[0]
      for name in ["a.webp", "b.jpg"] { try SafeFile.write(webP, to: folder + "/" + name) }
      let leftOut = "left out: 1 WebP in \(classes[0]), the first of them \(classes[0])/a.webp; convert"
      let unread = "1 of 17 images cannot be read and are skipped: 1 WebP, neither PNG nor JPEG; \(classes[0])/b.jpg"
      let training = try run(
        ["train", "data", "--run", "run", "--headless", "--steps", "2"] + quick.map { $0 == "16" ? "8" : $0 },
        in: scratch.path)
      #expect(training.status == 0, "\(training.errors)")
      let log = String(decoding: Files.bytes(of: scratch.path + "/run/log.txt") ?? [], as: UTF8.self)
      for (name, text) in [("output", training.output), ("log.txt", log)] {
        #expect(text.contains(leftOut), "\(name): \(text)")
      }
      #expect(training.output.contains("warning: " + unread) && log.contains("skipped \(classes[0])/b.jpg: WebP"))
      let doctor = try run(["doctor", "data"], in: scratch.path).output
      #expect(doctor.contains(leftOut) && doctor.contains(unread), "\(doctor)")
    }

    @Test func aClassThatWouldBeEmptyStopsTheRun() throws {
      let scratch = try Scratch()
      try generate(["data"], in: scratch)
      #expect(Files.makeFolder(scratch.path + "/data/zebra"))
      try SafeFile.write(webP, to: scratch.path + "/data/zebra/1.webp")
      let training = try run(["train", "data", "--run", "run", "--headless"] + quick, in: scratch.path)
      #expect(training.status == 1 && !Files.exists(scratch.path + "/run"))
      #expect(
        training.errors.hasPrefix("simscope: class zebra would be empty: its images are 1 WebP, "), "\(training.errors)"
      )
    }

    @Test func splitsOfAnyCaseAreUsedAndCanBeSwitchedOff() throws {
      let scratch = try Scratch()
      try generate(["data/Train", "data/Test"], in: scratch)
      let doctor = try run(["doctor", "data"], in: scratch.path).output
      #expect(doctor.contains("16 pictures in Train/") && doctor.contains("16 pictures in Test/"), "\(doctor)")
      let none = try run(["doctor", "data", "--split-folders", "none"], in: scratch.path).output
      #expect(none.contains("2 classes: Test, Train"), "\(none)")
      let run = try run(
        ["train", "data", "--split-folders", "none", "--run", "run", "--headless", "--steps", "1"] + quick,
        in: scratch.path)
      #expect(run.status == 0 && run.output.contains("28 pictures to train on, 4 held out"), "\(run)")
      let config = String(decoding: Files.bytes(of: scratch.path + "/run/config.json") ?? [], as: UTF8.self)
      #expect(config.contains("\"split_folders\":\"none\"") || config.contains("\"split_folders\": \"none\""))
    }
  }
}
