// Limits on processes, memory and cores: each is respected, or ends in one sentence.
import Foundation
import Testing

extension RealProgram {
  @Suite struct LimitTests {
    /// A shell that sets limits before it becomes the program.
    private func limited(_ limits: String) -> [String] { ["/bin/sh", "-c", "\(limits); exec \"$0\" \"$@\""] }

    /// OpenBLAS starts a thread per core when it is loaded, and tries again without end where one cannot be started.
    @Test(arguments: [[], ["/usr/bin/env", "-i"]])
    func aWordOrTwoIsSaidUnderAnyLimit(environment: [String]) throws {
      let narrow = environment + limited("ulimit -v 260000")
      let version = try run(["--version"], under: narrow)
      #expect(version.status == 0 && version.output.hasPrefix("simscope "), "\(version)")
      let help = try run(["train", "--help"], under: narrow)
      #expect(help.status == 0 && help.output.contains("--threads"), "\(help)")
      let usage = try run(["train", "--no-such-flag"], under: narrow)
      #expect(usage.status == 2 && usage.errors.hasPrefix("simscope: unknown flag --no-such-flag"), "\(usage)")
    }

    @Test(.enabled(if: canBeBound, "no user here whom limits on processes bind"))
    func aLimitOnProcessesEndsInASentence() throws {
      let scratch = try Scratch()
      try run(["generate", "data", "--classes", "2", "--per-class", "20", "--size", "16"], in: scratch.path)
      chmod(scratch.path, 0o777)
      for command in [["train", "data", "--run", "run", "--headless", "--threads", "2"], ["doctor", "data"]] {
        let finished = try run(command, in: scratch.path, under: bound + ["/usr/bin/prlimit", "--nproc=1"])
        #expect(
          finished.errors == "simscope: cannot start a thread (Resource temporarily unavailable); use fewer --threads, "
            + "or raise the limit on processes (ulimit -u, a container's pids limit) or on memory (ulimit -v)\n")
        #expect(finished.status == 1)
      }
      #expect(!FileManager.default.fileExists(atPath: scratch.path + "/run"))
    }

    /// Between the threads' stacks and OpenBLAS's memory, which it asks for without end.
    @Test(arguments: [200_000, 260_000, 320_000, 400_000])
    func aLimitOnAddressesEndsInASentence(kibibytes: Int) throws {
      let scratch = try Scratch()
      try run(["generate", "data", "--classes", "2", "--per-class", "20", "--size", "16"], in: scratch.path)
      let finished = try run(
        ["train", "data", "--run", "run", "--headless"] + quick + ["--threads", "4"], in: scratch.path,
        under: limited("ulimit -v \(kibibytes)"))
      #expect(finished.status == 1, "\(finished)")
      // A machine with few cores has a warning about the threads, too.
      let lines = finished.errors.split(separator: "\n").filter { !$0.contains("warning:") }
      #expect(lines.count == 1 && lines[0].hasPrefix("simscope: ") && lines[0].contains("ulimit -v"), "\(finished)")
      #expect(!FileManager.default.fileExists(atPath: scratch.path + "/run"))
    }

    @Test func moreThreadsThanCoresAreAWarning() throws {
      let scratch = try Scratch()
      try run(["generate", "data", "--classes", "2", "--per-class", "20", "--size", "16"], in: scratch.path)
      let taskset = ["/usr/bin/taskset", "1"]
      let arguments =
        ["train", "data", "--run", "run", "--headless", "--stop-after", "1"] + quick + ["--threads", "3"]
      let finished = try run(arguments, in: scratch.path, under: taskset)
      #expect(finished.status == 0)
      #expect(
        finished.errors == "simscope: warning: --threads 3 are more than the 1 cores this process may use; "
          + "they slow each other down; use --threads 1\n")
    }

    /// A shell leaves `~` behind “=” to the program.
    @Test func aTildeIsTheHomeFolderInEveryPath() throws {
      let scratch = try Scratch()
      let home = ["/usr/bin/env", "HOME=\(scratch.path)"]
      func finished(_ arguments: [String]) throws -> Int32 { try run(arguments, under: home).status }
      #expect(try finished(["generate", "~/data", "--classes", "2", "--per-class", "20", "--size", "16"]) == 0)
      #expect(try finished(["train", "~/data", "--run=~/run", "--headless", "--stop-after", "1"] + quick) == 0)
      #expect(try finished(["export", "~/run", "--output=~/e.safetensors"]) == 0)
      #expect(FileManager.default.fileExists(atPath: scratch.path + "/e.safetensors"))
    }
  }
}
