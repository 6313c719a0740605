// The kernels of the instruction sets that this machine has but does not choose.
import Foundation
import Testing

private let forced = ProcessInfo.processInfo.environment["SIMSCOPE_ISA"]

/// The choice is made before `main`, so the comparisons run again in a process of their own.
@Test(.enabled(if: forced == nil), arguments: ["avx2", "baseline"])
func everyInstructionSetComputesTheSame(name: String) throws {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
  process.arguments = ["--testing-library", "swift-testing", "--filter", "onvolution|maxPool|batchNorm|globalAverage"]
  process.environment = ProcessInfo.processInfo.environment.merging(["SIMSCOPE_ISA": name]) { $1 }
  let output = Pipe()
  (process.standardOutput, process.standardError) = (output, output)
  try process.run()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  #expect(process.terminationStatus == 0, "\(text)")
  #expect(text.contains("passed"), "\(text)")
}
