// Troubles in the world: each ends in one sentence that says what, where and what to do, and nothing is lost.
import Foundation
import Networks
import Testing

private let tiny = [
  "--headless", "--encoder", "resnet8", "--width", "0.25", "--image-size", "16", "--projection-dim", "8",
  "--batch-size", "8", "--threads", "1", "--knn-every", "0", "--held-out", "0",
]

private func pictures(_ scratch: Scratch, perClass: Int = 8) throws {
  try run(["generate", "data", "--classes", "2", "--per-class", "\(perClass)", "--size", "16"], in: scratch.path)
}

/// The one line of a program that failed.
private func sentence(of finished: Finished, status: Int32 = 1) throws -> String {
  #expect(finished.status == status, "\(finished.errors)")
  let lines = finished.errors.split(separator: "\n")
  #expect(lines.count == 1, "\(finished.errors)")
  let line = String(try #require(lines.first))
  #expect(line.hasPrefix("simscope: "))
  return line
}

private func checkpoints(_ run: String) -> [String] {
  ((try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")) ?? []).sorted()
}

/// Runs the program as somebody whom permissions bind: root itself may write anywhere.
let bound = geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
let canBeBound =
  bound.isEmpty
  || (FileManager.default.isExecutableFile(atPath: bound[0])
    && (try? run(["--version"], under: bound))?.status == 0)

extension RealProgram {
  @Suite struct HardshipTests {
    @Test func picturesThatMakeNoBatchAreRefusedBeforeAnythingIsWritten() throws {
      let scratch = try Scratch()
      try FileManager.default.createDirectory(atPath: scratch.path + "/empty", withIntermediateDirectories: true)
      try pictures(scratch)
      try FileManager.default.createDirectory(atPath: scratch.path + "/one", withIntermediateDirectories: true)
      let picture = try #require(
        FileManager.default.subpaths(atPath: scratch.path + "/data")?.first { $0.hasSuffix(".png") })
      try FileManager.default.copyItem(atPath: "\(scratch.path)/data/\(picture)", toPath: scratch.path + "/one/a.png")
      func complaint(_ arguments: [String], status: Int32 = 1) throws -> String {
        try sentence(of: try run(["train"] + arguments + ["--run", "run"], in: scratch.path), status: status)
      }
      #expect(
        try complaint(["empty"] + tiny)
          == "simscope: no PNG or JPEG images, \(scratch.path)/empty; name a folder that holds images")
      #expect(
        try complaint(["one"] + tiny)
          == "simscope: one picture to train on, where two or more are each other's negatives, \(scratch.path)/one; "
          + "add pictures")
      #expect(
        try complaint(["data"] + tiny + ["--batch-size", "17"])
          == "simscope: --batch-size 17 is more than the 16 pictures to train on, \(scratch.path)/data; take 16 or less, "
          + "or add pictures")
      #expect(
        try complaint(["data"] + tiny + ["--batch-size", "1"], status: 2)
          == "simscope: --batch-size is a whole number from 2 to 1048576, not “1”")
      #expect(!FileManager.default.fileExists(atPath: scratch.path + "/run"))
    }

    @Test func aFileThatIsNoStateDictOfTheEncoderIsRefused() throws {
      let scratch = try Scratch()
      try pictures(scratch)
      #expect(try run(["train", "data", "--run", "first", "--stop-after", "1"] + tiny, in: scratch.path).status == 0)
      #expect(try run(["export", "first", "--output", "e.safetensors"], in: scratch.path).status == 0)
      func complaint(_ arguments: [String]) throws -> String {
        try sentence(of: try run(["train", "data", "--run", "run"] + tiny + arguments, in: scratch.path))
      }
      #expect(
        try complaint(["--init", "e.safetensors", "--width", "0.5"])
          == "simscope: “conv1.weight” has shape [4, 3, 3, 3] where [8, 3, 3, 3] is needed, "
          + "\(scratch.path)/e.safetensors; choose the encoder that saved it with --encoder, --width and --stem")
      #expect(
        try complaint(["--init", "nothing"])
          == "simscope: cannot read a file of tensors, \(scratch.path)/nothing; check that it is there and may be read")
      let config = scratch.path + "/first/config.json"
      #expect(try complaint(["--init", config]).contains("a JSON file without a weight_map, not weights"))
      #expect(!FileManager.default.fileExists(atPath: scratch.path + "/run"))
    }

    @Test func exportsSayWhatIsMissing() throws {
      let scratch = try Scratch()
      #expect(
        try sentence(of: run(["export", "run"], in: scratch.path), status: 2).contains("--output FILE is missing"))
      let nothing = try sentence(of: run(["export", "run", "--output", "e"], in: scratch.path))
      #expect(nothing == "simscope: no run here (config.json is missing), run; name a folder such as runs/NAME")
      try pictures(scratch)
      try run(["train", "data", "--run", "run", "--stop-after", "1"] + tiny, in: scratch.path)
      let nowhere = try sentence(of: run(["export", "run", "--output", "no/such/e.safetensors"], in: scratch.path))
      #expect(nowhere.contains("(No such file or directory), no/such/e.safetensors; check the path"))
    }

    /// The first checkpoint fits under the limit on the size of files, the lines of many steps do not.
    @Test func linesThatCannotBeWrittenEndTheRunInASentence() throws {
      let scratch = try Scratch()
      try pictures(scratch)
      let limited = ["/usr/bin/env", "--default-signal=XFSZ", "/bin/sh", "-c", "ulimit -f 100; exec \"$0\" \"$@\""]
      let arguments = ["train", "data", "--run", "run", "--epochs", "1000", "--checkpoint-every", "0"]
      let line = try sentence(of: run(arguments + tiny, in: scratch.path, under: limited))
      #expect(
        line
          == "simscope: cannot write (File too large), run/metrics.jsonl; raise the limit on the size of files "
          + "(ulimit -f), then go on: simscope resume run")
      #expect(checkpoints(scratch.path + "/run") == ["step-00000000.safetensors"])
      // Without the limit it goes on.
      #expect(try run(["resume", "run", "--headless", "--stop-after", "3"], in: scratch.path).status == 0)
      #expect(lines(scratch.path + "/run/metrics.jsonl").compactMap { $0["step"] as? Int } == [1, 2, 3])
    }

    /// The first checkpoint fits under the limit on the size of files, the next with the optimizer's state does not.
    @Test func aCheckpointThatCannotBeWrittenLeavesTheOneBefore() throws {
      let scratch = try Scratch()
      try pictures(scratch)
      let limited = ["/usr/bin/env", "--default-signal=XFSZ", "/bin/sh", "-c", "ulimit -f 100; exec \"$0\" \"$@\""]
      let arguments = ["--epochs", "2"] + tiny
      let line = try sentence(of: run(["train", "data", "--run", "run"] + arguments, in: scratch.path, under: limited))
      #expect(
        line.contains("cannot write (File too large), run/checkpoints/step-00000002.safetensors; raise the limit"))
      #expect(checkpoints(scratch.path + "/run") == ["step-00000000.safetensors"])
      #expect(lines(scratch.path + "/run/events.jsonl").last?["kind"] as? String == "failed")
      #expect(try run(["resume", "run", "--headless"], in: scratch.path).status == 0)
      try run(["train", "data", "--run", "straight"] + arguments, in: scratch.path)
      let last = "/checkpoints/step-00000004.safetensors"
      let kept = FileManager.default.contents(atPath: scratch.path + "/run" + last)
      #expect(kept != nil && kept == FileManager.default.contents(atPath: scratch.path + "/straight" + last))
    }

    @Test(.enabled(if: canBeBound, "nobody here whom permissions bind"))
    func aFolderThatMayNotBeWrittenIsASentence() throws {
      let scratch = try Scratch()
      try pictures(scratch)
      try run(["train", "data", "--run", "run", "--stop-after", "1"] + tiny, in: scratch.path)
      let folders = ["/run/checkpoints", "/run", ""].map { scratch.path + $0 }
      for folder in folders { chmod(folder, 0o555) }
      defer { for folder in folders { chmod(folder, 0o755) } }
      let resumed = try sentence(of: run(["resume", "run", "--headless"], in: scratch.path, under: bound))
      #expect(
        resumed
          == "simscope: cannot lock the run (Permission denied), run/lock; check that its folder may be written")
      let begun = try sentence(of: run(["train", "data", "--run", "new"] + tiny, in: scratch.path, under: bound))
      #expect(
        begun
          == "simscope: cannot make the run's folder (Permission denied), new; choose a place that may be written, with --run"
      )
    }

    /// Only the checkpoints' folder: the run has begun when it is found out.
    @Test(.enabled(if: canBeBound, "nobody here whom permissions bind"))
    func checkpointsThatMayNotBeWrittenEndTheRun() throws {
      let scratch = try Scratch()
      try pictures(scratch)
      try run(["train", "data", "--run", "run", "--stop-after", "2"] + tiny, in: scratch.path)
      for file in ["", "/lock", "/metrics.jsonl", "/events.jsonl", "/log.txt"] {
        chmod(scratch.path + "/run" + file, 0o777)
      }
      chmod(scratch.path + "/run/checkpoints", 0o555)
      let before = checkpoints(scratch.path + "/run")
      let line = try sentence(of: run(["resume", "run", "--headless"], in: scratch.path, under: bound))
      #expect(line.contains("cannot create a file (Permission denied), run/checkpoints/step-0000000"))
      #expect(line.hasSuffix("then go on: simscope resume run"))
      #expect(checkpoints(scratch.path + "/run") == before)
    }
  }
}
