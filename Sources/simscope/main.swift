/// simscope: a SimCLR trainer and the terminal instrument that shows and steers it.
import Foundation
import Tensors

// Swift's backtracer waits for a key on a terminal unless it is told not to when the process starts.
if isatty(2) == 1, getenv("SWIFT_BACKTRACE") == nil {
  setenv("SWIFT_BACKTRACE", "enable=yes,interactive=no,color=no", 1)
  let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
  execv(program ?? "/proc/self/exe", CommandLine.unsafeArgv)
}
// A file over the limit on sizes shall be a trouble with a remedy, not the end of the process.
signal(SIGXFSZ, SIG_IGN)
BLAS.prepare()
exit(runProgram(Array(CommandLine.arguments.dropFirst())))
