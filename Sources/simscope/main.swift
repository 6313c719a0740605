/// simscope: a SimCLR trainer and the terminal instrument that shows and steers it.
import Basics
import Curses
import Foundation
import Tensors

Output.occupyStandardFiles()
// A file over the limit on sizes shall be a trouble with a remedy, not the end of the process.
signal(SIGXFSZ, SIG_IGN)
BLAS.prepare()
Terminal.prepare()
exit(runProgram(Files.programArguments))
