// What the command line answers, and with which status.
import Foundation
import Testing

extension RealProgram {
  @Suite struct CommandLineTests {
    @Test func aWrongFlagIsNamedWithTheNearestRightOne() throws {
      let answer = try run(["train", "--temprature", "0.2"])
      #expect(answer.status == 2)
      #expect(answer.errors == "simscope: unknown flag --temprature; did you mean --temperature?\n")
    }

    @Test func aWrongValueIsNamedWithWhatIsAllowed() throws {
      let answer = try run(["--encoder", "resnet21"])
      #expect(answer.status == 2)
      #expect(
        answer.errors.contains(
          "--encoder is one of resnet8|resnet20|resnet32|resnet18|resnet34|resnet50, not “resnet21”"))
      #expect(answer.errors.split(separator: "\n").count == 1)
    }

    @Test func aFlagOfAnotherCommandSaysWhose() throws {
      let answer = try run(["resume", "runs/x", "--warmup-epochs", "5"])
      #expect(answer.status == 2)
      #expect(answer.errors == "simscope: --warmup-epochs is a flag of train, not of this command; see --help\n")
    }

    @Test func aThemeIsANameAFileOrTheList() throws {
      for command in ["train", "resume", "preview", "compare", "replay", "attach"] {
        let list = try run([command, "--theme", "list"])
        #expect(list.status == 0 && list.output.hasPrefix("dark\n"), "\(command): \(list.errors)")
      }
    }

    @Test func aRecordingWantsATerminal() throws {
      let answer = try run(["replay", "runs/x"])
      #expect(answer.status == 1 && answer.errors.hasPrefix("simscope: replay shows a run on a terminal"))
    }

    @Test(arguments: [
      [], ["train"], ["resume"], ["preview"], ["evaluate"], ["bench"], ["generate"], ["doctor"], ["embed"],
      ["reproduce"], ["export"], ["compare"], ["attach"],
    ])
    func everyCommandHasHelp(command: [String]) throws {
      let answer = try run(command + ["--help"])
      #expect(answer.status == 0)
      #expect(answer.output.hasPrefix("simscope"))
      #expect(!answer.output.split(separator: "\n").contains { $0.count > 110 && !$0.hasPrefix("  --") })
    }

    @Test func benchPrintsAnObjectAFigure() throws {
      let answer = try run(["bench", "--what", "screen", "--seconds", "0.1", "--json"])
      #expect(answer.status == 0)
      let figures = try answer.output.split(separator: "\n").map {
        try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
      }
      let sizes = ["80×24", "120×40", "200×60"].flatMap { Array(repeating: $0, count: 5) }
      #expect(figures.map { $0["cells"] as? String } == sizes)
      #expect(figures.prefix(4).map { $0["figure"] as? String } == ["overview", "metrics", "plot", "zoom"])
      for figure in figures {
        #expect(figure["what"] as? String == "screen")
        #expect(figure["unit"] as? String == "ms")
        #expect(try #require(figure["value"] as? Double) > 0)
      }
    }

    @Test func dataThatIsNotThereIsOneSentence() throws {
      let scratch = try Scratch()
      let answer = try run(["train", scratch.path + "/nothing", "--headless"], in: scratch.path)
      #expect(answer.status == 1)
      #expect(answer.errors.hasPrefix("simscope: ") && answer.errors.contains("nothing"))
      #expect(answer.errors.split(separator: "\n").count == 1)
      #expect(!FileManager.default.fileExists(atPath: scratch.path + "/runs"))
    }

    @Test func doctorTellsWhatItFound() throws {
      let scratch = try Scratch()
      try run(["generate", "pictures", "--classes", "3", "--per-class", "2", "--size", "32"], in: scratch.path)
      let answer = try run(["doctor", "pictures"], in: scratch.path)
      #expect(answer.status == 0)
      for word in ["kernels", "OpenBLAS", "libpng", "TurboJPEG", "6 pictures", "3 classes"] {
        #expect(answer.output.contains(word), "\(word)")
      }
    }

    @Test func doctorSaysWhatDataIsTakenForAndWhatMayNotBeMeant() throws {
      let scratch = try Scratch()
      let answer = { try run(["doctor", "pictures"], in: scratch.path) }
      try run(["generate", "pictures", "--classes", "2", "--per-class", "3", "--size", "16"], in: scratch.path)
      let pictures = scratch.path + "/pictures/"
      for (old, new) in zip(try FileManager.default.contentsOfDirectory(atPath: pictures).sorted(), ["a", "b"]) {
        try FileManager.default.moveItem(atPath: pictures + old, toPath: pictures + new)
      }
      for name in ["a/0001.png", "a/0002.png"] { try FileManager.default.removeItem(atPath: pictures + name) }
      try Data([1]).write(to: URL(fileURLWithPath: pictures + "b/0001.png"))
      let text = try answer().output
      for line in [
        "pictures: image folder with 2 class folders, as it holds a/0000.png",
        "4 pictures in all, 1 to 3 of a class",
        "no test split", "2 classes: a, b", "16×16 px, trained on at 32×32", "none needed",
        "1 of 4 images cannot be read and are skipped: 1 neither PNG nor JPEG; b/0001.png",
        "only one image in a: none can be held out for kNN; add some",
      ] {
        #expect(text.contains(line), "\(line)")
      }
      try FileManager.default.removeItem(atPath: pictures)
      try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
      let empty = try answer()
      #expect(empty.status == 1 && empty.errors.contains("no PNG or JPEG images, pictures; name a folder"))
      try Data([1]).write(to: URL(fileURLWithPath: pictures + "cifar-10-binary.tar.gz"))
      #expect(try answer().errors.contains("an archive that is not unpacked (cifar-10-binary.tar.gz)"))
    }

    @Test func generateIsTheSameTwiceAndRefusesToMix() throws {
      let scratch = try Scratch()
      let arguments = ["--classes", "2", "--per-class", "2", "--size", "16", "--seed", "7"]
      #expect(try run(["generate", "a"] + arguments, in: scratch.path).status == 0)
      #expect(try run(["generate", "b"] + arguments, in: scratch.path).status == 0)
      let names = try FileManager.default.subpathsOfDirectory(atPath: scratch.path + "/a").sorted()
      #expect(names.count == 6)
      for name in names where name.hasSuffix(".png") {
        let (a, b) = (scratch.path + "/a/" + name, scratch.path + "/b/" + name)
        #expect(FileManager.default.contents(atPath: a) == FileManager.default.contents(atPath: b))
      }
      #expect(try run(["generate", "a"] + arguments, in: scratch.path).status == 1)
    }
  }
}
