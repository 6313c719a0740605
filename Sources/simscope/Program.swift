/// The table of commands; finds the one asked for, runs it, and turns what went wrong into a sentence and a status.
import Basics
import CKernels
import Foundation

struct ProgramCommand: Sendable {
  let name: String
  /// What follows the name.
  let usage: String
  let summary: String
  let flags: [Flag]
  let run: @Sendable (Arguments) throws -> Int32
}

let programVersion = "0.1"

let programCommands: [ProgramCommand] = [
  ProgramCommand(
    name: "train", usage: "[DATA]", summary: "trains on pictures, with the dashboard when there is a terminal",
    flags: trainFlags, run: train),
  ProgramCommand(
    name: "resume", usage: "RUN", summary: "goes on from a run's newest whole checkpoint", flags: resumeFlags,
    run: resume),
  ProgramCommand(
    name: "preview", usage: "[DATA]", summary: "steps through augmentation pairs and their stages; no training",
    flags: previewFlags, run: preview),
  ProgramCommand(
    name: "evaluate", usage: "MODEL DATA", summary: "classifies the test split by what an encoder has learned",
    flags: evaluateFlags, run: evaluate),
  ProgramCommand(
    name: "embed", usage: "MODEL DATA", summary: "writes h and z of pictures, for numpy", flags: embedFlags, run: embed),
  ProgramCommand(
    name: "export", usage: "RUN", summary: "writes the encoder under torchvision's names", flags: exportFlags,
    run: export),
  ProgramCommand(
    name: "reproduce", usage: "[DATA]", summary: "the paper's findings in miniature, with its own numbers beside",
    flags: reproduceFlags, run: reproduce),
  ProgramCommand(
    name: "compare", usage: "RUN…", summary: "curves of runs over each other", flags: compareFlags, run: compare),
  ProgramCommand(
    name: "replay", usage: "RUN", summary: "the dashboard over a recorded run", flags: replayFlags, run: replay),
  ProgramCommand(
    name: "attach", usage: "RUN", summary: "shows a running trainer that has no terminal, or another one",
    flags: attachFlags, run: attach),
  ProgramCommand(
    name: "bench", usage: "", summary: "what this machine computes, and how fast: kernels, views, loss, steps, screen",
    flags: benchFlags, run: bench),
  ProgramCommand(
    name: "generate", usage: "DIR", summary: "renders a labelled sample data set", flags: generateFlags,
    run: generate),
  ProgramCommand(
    name: "doctor", usage: "[DATA]", summary: "CPU, libraries, terminal, what DATA is taken for, with remedies",
    flags: doctorFlags, run: doctor),
]

/// Runs the program; the result is its exit status.
func runProgram(_ arguments: [String]) -> Int32 {
  ck_heaps_open_at_once()
  do {
    return Output.status(of: try dispatch(arguments))
  } catch let error as UsageError {
    complain(error.text)
    return 2
  } catch {
    complain("\(error)")
    return 1
  }
}

private func dispatch(_ arguments: [String]) throws -> Int32 {
  let first = arguments.first
  if first == "--version" {
    say("simscope \(programVersion)")
    return 0
  }
  if first == "--help" || first == "-h" || first == "help" {
    say(lines(of: generalHelp()))
    return 0
  }
  // Without a command's name, DATA and flags are train's.
  let named = programCommands.first { $0.name == first }
  if named == nil, let first, !first.hasPrefix("-"), !Files.exists(first) {
    let near = nearestSpelling(of: first, in: programCommands.map(\.name)).map { "; did you mean “\($0)”?" }
    throw UsageError("no command and no folder “\(first)”\(near ?? "; see --help")")
  }
  let command = named ?? programCommands[0]
  let rest = named == nil ? arguments : Array(arguments.dropFirst())
  if rest.contains("--help") || rest.contains("-h") {
    say(help(of: command))
    return 0
  }
  return try command.run(Arguments(rest, flags: command.flags))
}
