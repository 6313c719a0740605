// The kernels of the instruction sets that this machine has but does not choose.
import Foundation
import TestSupport
import Testing

private let forced = ProcessInfo.processInfo.environment["SIMSCOPE_ISA"]

/// The choice is made before `main`, so the comparisons run again in a process of their own.
@Test(.enabled(if: forced == nil), arguments: ["avx2", "baseline"])
func everyInstructionSetComputesTheSame(name: String) throws {
  let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
  let process = try ChildProcess(
    [tests, "--testing-library", "swift-testing", "--filter", "onvolution|maxPool|batchNorm|globalAverage"],
    environment: ["SIMSCOPE_ISA": name])
  try process.waitUntilExit()
  #expect(process.terminationStatus == 0 && (process.output + process.errors).contains("passed"), "\(process)")
}
