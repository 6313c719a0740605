/// simscope: a SimCLR trainer and the terminal instrument that shows and steers it.
import Foundation

exit(runProgram(Array(CommandLine.arguments.dropFirst())))
