// `evaluate` and `embed` as a person starts them, on a small run.
import Foundation
import Testing

private func generate(_ scratch: Scratch, _ folder: String, seed: String) throws {
  try run(
    ["generate", folder, "--classes", "3", "--per-class", "20", "--size", "32", "--seed", seed], in: scratch.path)
}

/// A folder with data/train, data/test, flat (without a test split), and a run on data in `run`.
private func trained(_ arguments: [String] = []) throws -> Scratch {
  let scratch = try Scratch()
  try generate(scratch, "data/train", seed: "1")
  try generate(scratch, "data/test", seed: "2")
  try generate(scratch, "flat", seed: "1")
  let training = try run(
    ["train", "data", "--headless", "--epochs", "1", "--run", "run"] + arguments + quick, in: scratch.path)
  #expect(training.status == 0, "\(training.errors)")
  return scratch
}

private func figures(_ arguments: [String], _ scratch: Scratch) throws -> [String: Any] {
  let answer = try run(["evaluate", "run"] + arguments + ["--json"], in: scratch.path)
  #expect(answer.status == 0, "\(answer.errors)")
  #expect(answer.output.split(separator: "\n").count == 1)
  return try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: Any])
}

private let hasNumPy: Bool = {
  guard let process = try? ChildProcess(["/usr/bin/env", "python3", "-c", "import numpy"]) else { return false }
  return (try? process.waitUntilExit()) != nil && process.terminationStatus == 0
}()

extension RealProgram {
  @Suite struct EvaluateTests {
    @Test func everyProtocolHasItsFiguresAndTestIsCounted() throws {
      let scratch = try trained()
      let checkpoint = scratch.path + "/run/checkpoints/step-00000003.safetensors"
      let before = try #require(FileManager.default.contents(atPath: checkpoint))
      let training = ["--epochs", "1", "--batch-size", "20"]
      let protocols: [[String]] = [
        ["knn", "--k", "5"], ["knn", "--on", "z", "--floors", "false"], ["linear", "--weight-decay", "1e-4"],
        ["linear", "--solver", "sgd"] + training, ["finetune", "--labels", "50%"] + training,
        ["supervised"] + training,
      ]
      for (index, arguments) in protocols.enumerated() {
        let found = try figures(["data", "--protocol"] + arguments, scratch)
        #expect(found["protocol"] as? String == arguments[0] && found["test_split"] as? String == "test")
        #expect(found["on"] as? String == (index == 1 ? "z" : "h"), "h unless asked otherwise")
        #expect(found["train_count"] as? Int == (index == 4 ? 30 : 60) && found["test_count"] as? Int == 60)
        let top1 = try #require(found["top1"] as? Double)
        #expect(try #require(found["top1_low"] as? Double) <= top1)
        #expect(try #require(found["top1_high"] as? Double) >= top1)
        #expect((found["pixels_top1"] != nil) == (index != 1))
        #expect((found["untrained_top1"] != nil) == (index != 1 && index != 5))
        let confusion = try #require(found["confusion"] as? [[Int]])
        #expect(confusion.map { $0.reduce(0, +) } == [20, 20, 20])
        #expect(Int((top1 * 60).rounded()) == (0..<3).reduce(0) { $0 + confusion[$1][$1] })
        #expect(found["test_evaluations"] as? Int == index + 1)
      }
      let looks = lines(scratch.path + "/run/events.jsonl").filter { $0["kind"] as? String == "test_evaluated" }
      #expect(looks.map { $0["protocol"] as? String } == protocols.map { $0[0] })
      #expect(looks.allSatisfy { $0["step"] as? Int == 3 })
      #expect(FileManager.default.contents(atPath: checkpoint) == before)
    }

    @Test func withoutATestSplitEvaluateSaysWhatItDoes() throws {
      let scratch = try trained()
      let inTurn = try run(["evaluate", "run", "flat", "--k", "5"], in: scratch.path)
      #expect(inTurn.output.contains("no test split: each of 60 pictures is classified by all the others"))
      let held = try run(["evaluate", "run", "flat", "--protocol", "linear"], in: scratch.path)
      #expect(held.output.contains("no test split: 54 pictures of train, 6 held out of it"))
      #expect(held.output.contains("may have seen them"))
      #expect(!lines(scratch.path + "/run/events.jsonl").contains { $0["kind"] as? String == "test_evaluated" })
      try run(["train", "flat", "--headless", "--epochs", "1", "--run", "own"] + quick, in: scratch.path)
      let own = try run(["evaluate", "own", "flat", "--protocol", "linear"], in: scratch.path)
      #expect(own.output.contains("never trained on"))
    }

    @Test func confusionIsWrittenAsTableAndPicture() throws {
      let scratch = try trained()
      for name in ["c.csv", "c.svg"] {
        #expect(try run(["evaluate", "run", "data", "--confusion", name], in: scratch.path).status == 0)
      }
      let table = try String(contentsOfFile: scratch.path + "/c.csv", encoding: .utf8)
      let rows = table.split(separator: "\n").map { $0.split(separator: ",") }
      #expect(rows.count == 4 && rows.allSatisfy { $0.count == 4 })
      #expect(rows[1...].map { $0[1...].reduce(0) { $0 + Int($1)! } } == [20, 20, 20])
      let picture = try Data(contentsOf: URL(fileURLWithPath: scratch.path + "/c.svg"))
      let text = String(decoding: picture, as: UTF8.self)
      #expect(text.hasPrefix("<svg ") && text.hasSuffix("</svg>\n"))
      #expect(text.components(separatedBy: "<rect ").count == 1 + 1 + 9)
      let wrong = try run(["evaluate", "run", "data", "--confusion", "c.png"], in: scratch.path)
      #expect(wrong.status == 2 && wrong.errors.contains(".csv or an .svg"))
    }

    @Test(arguments: [
      (["--k", "5", "--protocol", "linear"], "--k goes with --protocol knn, not linear"),
      (["--epochs", "5", "--protocol", "linear"], "--epochs goes with --protocol finetune"),
      (["--labels", "0%"], "--labels is a share"),
      (["--protocol", "finetune", "--on", "z"], "--on z goes with knn"),
      (["--normalize", "cifar"], "--normalize goes with a bare safetensors file"),
    ])
    func aFlagThatWouldChangeNothingIsRefused(flags: [String], sentence: String) throws {
      let scratch = try Scratch()
      try FileManager.default.createDirectory(atPath: scratch.path + "/run", withIntermediateDirectories: true)
      let answer = try run(["evaluate", "run", "data"] + flags, in: scratch.path)
      #expect(answer.status == 2 && answer.errors.contains(sentence), "\(answer.errors)")
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalEndsItWithoutATrace(signal: Int32) throws {
      let scratch = try trained()
      // On a terminal, where it shows how far it is.
      let screen = try Screen(
        ["evaluate", "run", "data", "--protocol", "finetune", "--epochs", "100000"], in: scratch.path)
      try screen.wait(for: "progress") { screen.wasSent(" %") }
      screen.process.send(signal)
      try screen.wait(for: "the end") { !screen.process.isRunning }
      #expect(screen.process.terminationStatus == 128 + signal && screen.process.terminationReason == .exit)
      #expect(!lines(scratch.path + "/run/events.jsonl").contains { $0["kind"] as? String == "test_evaluated" })
    }

    /// The run's own normalisation, its pictures, labels and head; numpy reads them where there is one.
    @Test func embedWritesWhatNumPyReads() throws {
      let scratch = try trained(["--normalize", "cifar"])
      let answer = try run(["embed", "run", "data", "--output", "out"], in: scratch.path)
      #expect(answer.status == 0, "\(answer.errors)")
      let files = try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/out").sorted()
      #expect(files == ["h.npy", "labels.npy", "paths.txt", "z.npy"])
      let paths = try String(contentsOfFile: scratch.path + "/out/paths.txt", encoding: .utf8).split(separator: "\n")
      #expect(paths.count == 60 && paths.allSatisfy { $0.hasSuffix(".png") })
      #expect(try run(["embed", "run", "data", "--output", "out"], in: scratch.path).status == 1)
      #expect(!lines(scratch.path + "/run/events.jsonl").contains { $0["kind"] as? String == "test_evaluated" })
      let test = try run(["embed", "run", "data", "--split", "test", "--output", "test"], in: scratch.path)
      #expect(test.status == 0)
      #expect(lines(scratch.path + "/run/events.jsonl").last?["protocol"] as? String == "embed")
      guard hasNumPy else { return }
      let check = """
        import numpy
        h, z, y = (numpy.load(f"out/{name}.npy") for name in ("h", "z", "labels"))
        assert h.shape == (60, 64) and h.dtype == numpy.float32 and numpy.isfinite(h).all()
        assert z.shape == (60, 16) and z.dtype == numpy.float32
        assert y.dtype == numpy.int64 and (y == numpy.repeat([0, 1, 2], 20)).all()
        """
      let process = try ChildProcess(["/usr/bin/env", "python3", "-c", check], in: scratch.path)
      try process.waitUntilExit()
      #expect(process.terminationStatus == 0, "\(process)")
    }

    /// The encoder alone gives the h of the run it came from, when it is told what the run knew.
    @Test func aBareFileIsTheEncoderItHolds() throws {
      let scratch = try trained()
      let checkpoint = "run/checkpoints/step-00000003.safetensors"
      let bare = try run(
        ["embed", checkpoint, "data", "--encoder", "resnet8", "--output", "bare"], in: scratch.path)
      #expect(bare.status == 0, "\(bare.errors)")
      try run(["embed", "run", "data", "--output", "whole"], in: scratch.path)
      func h(_ folder: String) -> Data? { FileManager.default.contents(atPath: "\(scratch.path)/\(folder)/h.npy") }
      #expect(h("bare") != nil && h("bare") == h("whole"))
      #expect(!FileManager.default.fileExists(atPath: scratch.path + "/bare/z.npy"))
      let other = try run(
        ["embed", checkpoint, "data", "--encoder", "resnet20", "--output", "x"], in: scratch.path)
      #expect(other.status == 1 && other.errors.split(separator: "\n").count == 1)
      let onZ = try run(["evaluate", checkpoint, "data", "--encoder", "resnet8", "--on", "z"], in: scratch.path)
      #expect(onZ.status == 2 && onZ.errors.contains("projection head"))
    }
  }
}
