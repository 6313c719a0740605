// Names and values that a terminal would obey, or that forge a line: no command prints them as they are.
import Foundation
import TestSupport
import Testing

private let payloads = [
  "\u{1b}]0;PWNED\u{7}\u{1b}[31mRED", "\u{9b}31mC1\u{9d}0;x\u{9c}", "\u{202e}gnp.exe\u{202c}",
  "a\nFAKE LINE finished: ok",
  "good\rEVIL", "漢字🙂漢字🙂漢字🙂", "abc\u{8}\u{8}\u{8}xyz\u{7f}", "a\u{200b}\u{2066}b\u{2028}c\u{85}d",
]

private let tiny = [
  "--threads", "1", "--encoder", "resnet8", "--width", "0.25", "--image-size", "16", "--batch-size", "8", "--steps",
  "3",
]

/// A data set and files whose names hold a payload, and what every command prints about them.
private struct Hostile {
  let scratch: Scratch
  let payload: String
  let data: String
  var runPath: String { scratch.path + "/run" + payload }
  private let file: String

  init(_ payload: String) throws {
    scratch = try Scratch()
    self.payload = payload
    data = scratch.path + "/data" + payload
    file = scratch.path + "/file.json"
    try run(["generate", "plain", "--classes", "2", "--per-class", "8", "--size", "16"], in: scratch.path)
    let files = FileManager.default
    for (index, name) in try files.contentsOfDirectory(atPath: scratch.path + "/plain").sorted().enumerated() {
      let (from, to) = ("\(scratch.path)/plain/\(name)", "\(data)/c\(index)\(payload)")
      try files.createDirectory(atPath: to, withIntermediateDirectories: true)
      for picture in try files.contentsOfDirectory(atPath: from) {
        try files.moveItem(atPath: "\(from)/\(picture)", toPath: "\(to)/\(payload)\(picture)")
      }
    }
    try Data([0x89, 0x50, 0x4e, 0x47, 1]).write(to: URL(fileURLWithPath: "\(data)/c0\(payload)/bad\(payload).png"))
  }

  /// What a command prints, after a look at every character of it.
  @discardableResult
  func printed(_ arguments: [String], status: Int32? = nil, input: String = "") throws -> String {
    try Data(input.utf8).write(to: URL(fileURLWithPath: scratch.path + "/input"))
    let finished = try run(
      arguments, in: scratch.path, under: ["/bin/sh", "-c", "exec \"$0\" \"$@\" < input"])
    if let status { #expect(finished.status == status, "\(arguments): \(finished.errors)") }
    #expect(finished.status == 0 || !finished.errors.isEmpty, "\(arguments)")
    for text in [finished.output, finished.errors] { expectSafe(text, "\(arguments)") }
    return finished.output + finished.errors
  }

  func expectSafe(_ text: String, _ what: String) {
    let unsafe = text.unicodeScalars.filter { scalar in
      scalar != "\n"
        && [.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
    #expect(unsafe.isEmpty, "\(what) printed \(unsafe.map { String($0.value, radix: 16) })")
    #expect(!text.contains("\nFAKE LINE"), "\(what) printed a forged line")
  }

  func fileHolding(_ object: Any) throws -> String {
    try JSONSerialization.data(withJSONObject: object).write(to: URL(fileURLWithPath: file))
    return file
  }

  func expectTrainingIsSafe() throws {
    try printed([data, "--headless", "--run", runPath] + tiny, status: 0)
    let log = try #require(FileManager.default.contents(atPath: runPath + "/log.txt"))
    #expect(!log.isEmpty)
    expectSafe(String(decoding: log, as: UTF8.self), "log.txt")
    let words = "views\nlog\n" + payload + "\nnumbers\n"
    try printed([data, "--plain", "--run", runPath + "p"] + tiny, status: 0, input: words)
    try printed([data, "--json", "--run", runPath + "j"] + tiny, status: 0)
    try printed(["compare", runPath, runPath + "p"], status: 0)
  }

  func expectErrorsAreSafe() throws {
    for arguments in [
      ["resume", "/none" + payload], ["/none" + payload], [data, "--encoder", payload], ["--" + payload],
      ["--preset", payload], ["generate", data], [data, "--theme", payload, "--plain", "--steps", "0"],
      ["attach", "/none" + payload], ["replay", "/none" + payload], ["doctor", "/none" + payload], [payload],
      ["evaluate", "/none" + payload, data], ["compare", "/none" + payload], ["export", "/none" + payload],
    ] { try printed(arguments) }
    try printed(["--config", fileHolding([payload: 1]), data])
    try printed(["--config", fileHolding(["encoder": payload]), data])
    try printed(["--keys", fileHolding([payload: "p"]), "--plain", data] + tiny)
    try printed(["replay", "--theme", fileHolding(["name": payload, "heatmap": payload]), runPath])
  }

  func expectUsesAreSafe() throws {
    try printed(["evaluate", runPath, data, "--threads", "1"], status: 0)
    let json = try run(["evaluate", runPath, data, "--threads", "1", "--json"], in: scratch.path)
    expectSafe(json.output, "evaluate --json")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let classes = try #require(object["per_class"] as? [[String: Any]]).compactMap { $0["class"] as? String }
    #expect(classes == ["c0" + payload, "c1" + payload])
    try printed(
      ["embed", runPath, data, "--output", scratch.path + "/e" + payload, "--threads", "1"], status: 0)
    try printed(["export", runPath, "--output", scratch.path + "/x\(payload).safetensors"], status: 0)
  }

  func expectFilesAreSafe() throws {
    let tensor: [String: Any] = ["dtype": payload, "shape": [1], "data_offsets": [0, 4]]
    let head = try JSONSerialization.data(
      withJSONObject: ["__metadata__": ["format": payload, payload: payload], payload: tensor])
    let weights = scratch.path + "/w.safetensors"
    try (withUnsafeBytes(of: UInt64(head.count).littleEndian) { Data($0) } + head + Data(count: 4))
      .write(to: URL(fileURLWithPath: weights))
    try printed(["evaluate", weights, data, "--threads", "1"], status: 1)
    try printed([data, "--headless", "--init", weights, "--run", scratch.path + "/i"] + tiny, status: 1)
    let array = scratch.path + "/x\(payload).npy"
    let description = "{'descr': '\(payload)', 'fortran_order': False, 'shape': (4,2,2), }"
    let padded = Data(description.utf8) + Data(repeating: 0x20, count: 118 - description.utf8.count)
    try (Data([0x93]) + Data("NUMPY\u{1}\u{0}\u{76}\u{0}".utf8) + padded).write(to: URL(fileURLWithPath: array))
    try printed(["doctor", array], status: 1)
    let folder = scratch.path + "/cifar"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(repeating: 0, count: 3073 * 20).write(to: URL(fileURLWithPath: folder + "/data_batch_1.bin"))
    try Data("\(payload)\n\(payload)2\n".utf8).write(to: URL(fileURLWithPath: folder + "/batches.meta.txt"))
    try printed(["doctor", folder], status: 0)
    try printed(["doctor", data], status: 0)
  }
}

extension RealProgram {
  @Suite struct HostileNamesTests {
    @Test(arguments: payloads) func noCommandPrintsWhatATerminalObeys(payload: String) throws {
      let hostile = try Hostile(payload)
      try hostile.expectTrainingIsSafe()
      try hostile.expectErrorsAreSafe()
      try hostile.expectUsesAreSafe()
      try hostile.expectFilesAreSafe()
    }

    /// Whatever prints by another way would print names as they are.
    @Test func onlyOutputPrints() throws {
      let sources = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Sources").standardized.path
      let ways = ["print(", "debugPrint(", "dump(", "fputs(", "puts(", "FileHandle.standard", "fwrite("]
      for name in try #require(FileManager.default.subpaths(atPath: sources)) where name.hasSuffix(".swift") {
        guard !name.hasSuffix("simscope/Output.swift") else { continue }
        let text = String(
          decoding: try #require(FileManager.default.contents(atPath: sources + "/" + name)), as: UTF8.self)
        for line in text.split(separator: "\n") where !line.contains("///") {
          let words = line.split { !($0.isLetter || $0.isNumber || "(._".contains($0)) }
          #expect(!words.contains { word in ways.contains { word.hasPrefix($0) } }, "\(name): \(line)")
        }
      }
    }

    @Test func aFullDiskUnderStdoutIsAFailure() throws {
      let scratch = try Scratch()
      try run(["generate", "data", "--classes", "2", "--per-class", "8", "--size", "16"], in: scratch.path)
      let training = ["data", "--headless", "--run", "run"] + tiny
      for arguments in [["--version"], ["--help"], ["doctor"], training, ["compare", "run"]] {
        let finished = try run(
          arguments, in: scratch.path, under: ["/bin/sh", "-c", "exec \"$0\" \"$@\" > /dev/full"])
        #expect(finished.status == 1, "\(arguments)")
        #expect(
          finished.errors.contains("simscope: cannot print (No space left on device), stdout; "),
          "\(arguments): \(finished.errors)")
      }
      // Training itself is whole.
      #expect(lines(scratch.path + "/run/events.jsonl").last?["kind"] as? String == "finished")
    }

    @Test func aReaderThatHasEnoughIsNoFailure() throws {
      let shell = ["/bin/sh", "-c", "\"$0\" \"$@\" | head -1"]
      for arguments in [["--help"], ["doctor"], ["--preset", "list"]] {
        let finished = try run(arguments, under: shell)
        #expect(finished.output.split(separator: "\n").count == 1 && finished.errors.isEmpty, "\(finished.errors)")
      }
    }
  }
}
