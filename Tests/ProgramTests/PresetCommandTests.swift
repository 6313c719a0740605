// `train --preset`, as a person types it.
import Foundation
import Testing

extension RealProgram {
  @Suite struct PresetCommandTests {
    private static let names = [
      "paper-imagenet", "reference-imagenet", "paper-cifar10", "reference-cifar10", "lightly-cifar10",
      "solo-learn-cifar10", "kobak-cifar10", "leftthomas-cifar10", "sthalles-cifar10", "quick",
    ]

    @Test(arguments: [80, 120]) func theListFitsTheTerminal(columns: Int) throws {
      let answer = try run(["train", "--preset", "list"], under: ["/usr/bin/env", "COLUMNS=\(columns)"])
      #expect(answer.status == 0 && answer.errors.isEmpty)
      let lines = answer.output.split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= columns }, "\(lines.filter { $0.count > columns })")
      #expect(lines.allSatisfy { $0.last != " " })
      for name in Self.names { #expect(lines.contains { $0.hasPrefix("\(name): ") }, "\(name)") }
      // A row in each table of presets.
      let optimizers = lines.filter { $0.hasPrefix("optimizer ") }.joined(separator: " ").split(separator: " ").map(
        String.init)
      #expect(
        optimizers.filter { $0 != "optimizer" } == [
          "lars", "lars", "lars", "lars", "sgd", "lars", "sgd", "adam", "adam", "adam",
        ])
    }

    @Test func aDifferenceIsATableOfTwo() throws {
      let answer = try run(["train", "--preset", "reference-imagenet", "--diff", "paper-imagenet"])
      #expect(answer.status == 0)
      let rows = answer.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
      #expect(rows.first == ["reference-imagenet", "paper-imagenet"])
      for row in [
        ["head-layers", "3", "2"], ["base-learning-rate", "0.075", "0.3"],
        ["learning-rate-scaling", "sqrt", "linear"], ["weight-decay", "0.0001", "1e-06"],
      ] { #expect(rows.contains(row), "\(row)") }
      // Both come to 4.8.
      #expect(!rows.contains { $0.first == "learning-rate" || $0.first == "batch-size" })
      let flags = try run(["train", "--preset", "quick", "--epochs", "3", "--diff", "quick"])
      #expect(flags.output.split(separator: "\n").count == 2 && flags.output.contains("quick and flags"))
      #expect(flags.output.contains("\nepochs  3                20"))
      #expect(
        try run(["train", "--preset", "quick", "--diff", "quick"]).output == "no difference between quick and quick\n")
      let defaults = try run(["train", "--preset", "quick", "--diff", "defaults"])
      #expect(defaults.output.contains("\nencoder             resnet8  resnet20\n"))
    }

    @Test func mistakesAreOneLineWithWhatIsAllowed() throws {
      for (arguments, words) in [
        (["--preset", "solo-lern-cifar10"], "not “solo-lern-cifar10”; did you mean “solo-learn-cifar10”?"),
        (["--preset", "quick", "--diff", "default"], "not “default”"),
        (["--diff", "quick"], "--diff needs a preset"), (["--preset"], "--preset needs a value: NAME"),
        (["-x"], "unknown flag -x; see --help"), (["-epochs", "3"], "unknown flag -epochs; did you mean --epochs?"),
      ] {
        let answer = try run(["train"] + arguments)
        #expect(answer.status == 2 && answer.errors.contains(words), "\(answer.errors)")
        #expect(answer.errors.split(separator: "\n").count == 1 && answer.output.isEmpty)
      }
    }

    /// Flags above the preset, the preset above the file; `config.json` has what came of it and can be given back.
    @Test func aRunKeepsWhatCameOfPresetFileAndFlags() throws {
      let scratch = try Scratch()
      try run(["generate", "data", "--classes", "2", "--per-class", "20", "--size", "32"], in: scratch.path)
      try #"{"temperature": 0.3, "seed": 5, "held_out": 0.2}"#.write(
        toFile: scratch.path + "/f.json", atomically: true, encoding: .utf8)
      let training = try run(
        ["train", "data", "--headless", "--preset", "kobak-cifar10", "--config", "f.json", "--run", "run"] + quick
          + ["--steps", "2"], in: scratch.path)
      #expect(training.status == 0, "\(training.errors)")
      #expect(training.output.contains("needs about"))
      func settings(_ name: String) throws -> NSDictionary {
        let data = try #require(FileManager.default.contents(atPath: scratch.path + "/\(name)/config.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? NSDictionary)
      }
      let found = try settings("run")
      #expect(
        found["temperature"] as? Double == 0.5 && found["seed"] as? Int == 5 && found["held_out"] as? Double == 0.2)
      #expect(found["gray_probability"] as? Double == 0.1 && found["head_hidden"] as? Int == 1024)
      #expect(found["encoder"] as? String == "resnet8" && found["batch_size"] as? Int == 16)
      #expect(found["base_learning_rate"] as? Double == 0.03)
      #expect(abs(try #require(found["learning_rate"] as? Double) - 0.03 * 16 / 256) < 1e-12)
      let again = try run(
        ["train", "--config", "run/config.json", "--headless", "--run", "again"], in: scratch.path)
      #expect(again.status == 0, "\(again.errors)")
      let other = try settings("again").mutableCopy() as! NSMutableDictionary
      other["run"] = found["run"]
      #expect(other == found)
    }

    @Test func doctorTellsWhoChoseTheKernelOfOpenBLAS() throws {
      let asked = try run(["doctor"], under: ["/usr/bin/env", "OPENBLAS_CORETYPE=Haswell"])
      #expect(asked.output.contains("as OPENBLAS_CORETYPE=Haswell has it"))
      let own = try run(["doctor"], under: ["/usr/bin/env", "-u", "OPENBLAS_CORETYPE"])
      #expect(own.status == 0 && !own.output.contains("OPENBLAS_CORETYPE"))
    }
  }
}
