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
      #expect(finished.errors.hasPrefix("simscope: ") && finished.errors.contains("ulimit -v"), "\(finished)")
      #expect(finished.errors.split(separator: "\n").count == 1, "\(finished)")
      #expect(!FileManager.default.fileExists(atPath: scratch.path + "/run"))
    }
  }
}
