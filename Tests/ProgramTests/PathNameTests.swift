// DATA, --run, --output and the current folder under names that are not UTF-8.
import Basics
import Foundation
import Testing

/// "café" in Latin-1, as old Windows and Samba shares have it.
private let cafe = String(path: [0x63, 0x61, 0x66, 0xe9])

/// Runs the program by a shell, as Foundation's `Process` passes only UTF-8 on. `C` in the script stands for "café".
private func shell(_ script: String, in folder: String) throws -> Finished {
  try run(
    [], in: folder,
    under: ["/bin/sh", "-c", "C=$(printf 'caf\\351'); simscope() { \"$0\" \"$@\"; }; \(script)"])
}

extension RealProgram {
  @Suite struct PathNameTests {
    private func data(in scratch: Scratch) throws {
      try run(["generate", "plain", "--classes", "3", "--per-class", "8", "--size", "32"], in: scratch.path)
      let root = scratch.path + "/" + cafe
      #expect(Files.rename(scratch.path + "/plain", to: root))
      let folders = try #require(Files.names(in: root)).sorted()
      #expect(Files.rename(root + "/" + folders[0], to: root + "/" + cafe))
    }

    @Test func everyPathMayHaveAnyBytes() throws {
      let scratch = try Scratch()
      try data(in: scratch)
      let flags = quick.joined(separator: " ")
      let training = try shell(
        "cd \"$C\" && simscope train . --run \"../run$C\" --steps 2 --headless \(flags)", in: scratch.path)
      #expect(training.status == 0, "\(training.errors)")
      let run = scratch.path + "/run" + cafe
      #expect(Files.exists(run + "/config.json"))
      let resumed = try shell("simscope resume \"run$C\" --headless", in: scratch.path)
      #expect(resumed.status == 0, "\(resumed.errors)")
      let embedding = try shell("simscope embed \"run$C\" \"$C\" --output \"h$C\"", in: scratch.path)
      #expect(embedding.status == 0, "\(embedding.errors)")
      let paths = try #require(Files.bytes(of: scratch.path + "/h" + cafe + "/paths.txt"))
      let lines = paths.split(separator: UInt8(ascii: "\n"))
      #expect(lines.count == 24)
      #expect(lines.count { $0.starts(with: [0x63, 0x61, 0x66, 0xe9, 0x2f]) } == 8)
      let export = try shell("simscope export \"run$C\" --output \"$C.safetensors\"", in: scratch.path)
      #expect(export.status == 0 && Files.exists(scratch.path + "/" + cafe + ".safetensors"), "\(export.errors)")
    }

    @Test func aClassOfAnyNameIsAClass() throws {
      let scratch = try Scratch()
      try data(in: scratch)
      let doctor = try shell("simscope doctor \"$C\"", in: scratch.path)
      #expect(doctor.output.contains("image folder with 3 class folders"), "\(doctor.output)")
    }
  }
}
