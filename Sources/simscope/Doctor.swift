/// `doctor`: what the program found on this machine, and what to do where something is missing.
import Basics
import CKernels
import Canvas
import Curses
import Foundation
import Images
import Tensors
import Training

let doctorFlags = ["split_folders", "exif_orientation"].map { Flag(Setting.named($0)!) }

func doctor(_ arguments: Arguments) throws -> Int32 {
  let data = try arguments.words(["DATA"], optional: 1).first
  line("simscope", programVersion)
  let processor = Processor.current()
  let flags = processor.matrixFlags
  line("processor", processor.model + (flags.isEmpty ? "" : ", \(flags.joined(separator: " "))"))
  if flags.isEmpty { line("", "no amx_*, no avx512_bf16") }
  line("cores", "\(usableCores())")
  line("memory", memoryRoom().map(\.sentence) ?? "this system does not say how much is free")
  line("kernels", String(cString: ck_isa_name()))
  line(
    "bfloat16", ck_isa_has_bfloat16() != 0 ? "rounded and multiplied by the processor" : "rounded in integer arithmetic"
  )
  line("OpenBLAS", "\(BLAS.configuration) — kernel \(BLAS.kernel)")
  describeKernelChoice()
  line("libpng", PNG.libraryVersion)
  line(
    "TurboJPEG", JPEG.isAvailable ? JPEG.libraryDescription : "missing; apt install libturbojpeg0 reads JPEG pictures")
  line("sample-data", installedPath("sample-data") ?? "not found; simscope generate DIR makes some")
  line("themes", installedPath("themes") ?? "not found; the built-in one is used")
  describeTerminal()
  guard let data else { return 0 }
  var configuration = Configuration()
  try arguments.apply(to: &configuration)
  try describeData(data, configuration.dataOptions)
  return 0
}

func line(_ name: String, _ value: String) { say(padded(name, 13) + value) }

/// Why OpenBLAS has the kernel it has, where that is not its own choice.
private func describeKernelChoice() {
  let (kernel, own, asked) = (BLAS.kernel, BLAS.ownKernel(), BLAS.askedKernel)
  if let asked {
    line("", "as OPENBLAS_CORETYPE=\(asked) has it" + (own == kernel ? "" : "; by itself OpenBLAS takes \(own)"))
  } else if own != kernel {
    line("", "in place of \(own), OpenBLAS's choice, which is slower than this processor allows")
  }
}

private func describeTerminal() {
  let term = ProcessInfo.processInfo.environment["TERM"] ?? "not set"
  guard isatty(0) == 1 && isatty(1) == 1 else { return line("terminal", "none here (TERM \(term)); --headless trains") }
  do {
    let terminal = try Terminal(options: TerminalOptions())
    let abilities = terminal.abilities
    let graphics = terminal.availableGraphics.map(\.rawValue).joined(separator: " ")
    let size = terminal.size
    let remark = terminal.remark
    terminal.close()
    line("terminal", "TERM \(term), \(size.columns)×\(size.rows), \(words(abilities.colors)), pictures as \(graphics)")
    if let remark { line("", remark) }
    if !abilities.unicode { line("", "the locale is not UTF-8: ASCII only; set LC_ALL=C.UTF-8") }
    if abilities.colors == .sixteen { line("", "for more colours set TERM=xterm-256color, or use --colors 256") }
  } catch {
    line("terminal", "\(error)")
  }
}

private func words(_ depth: Abilities.ColorDepth) -> String {
  switch depth {
  case .mono: "no colours"
  case .sixteen: "8 or 16 colours"
  case .palette256: "256 colours"
  case .truecolor: "24-bit colour"
  }
}
