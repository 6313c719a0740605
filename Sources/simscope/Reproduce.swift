/// `reproduce`: the paper's findings in miniature, with its own numbers beside.
import Basics
import Foundation
import Images
import Networks
import Training

let reproduceFlags = [
  Flag("budget", "MINUTES", "time to spend; what does not fit is left out and named (60)"),
  Flag("seeds", "N", "repetitions of everything (3)"),
  Flag("encoder", ResNet.Architecture.all.map(\.name).joined(separator: "|"), "(resnet8)"),
  Flag("epochs", "N", "an encoder is trained (20, or as many as see 200,000 pictures)"),
  Flag("limit", "N", "first N pictures a class of train"),
  Flag("output", "DIR", "for runs, results.jsonl, report.md and plots (runs/reproduce-NAME)"),
  Flag("threads", "N", "threads that compute (0: all cores)"),
]

func reproduce(_ arguments: Arguments) throws -> Int32 {
  let budget = try arguments.number("budget", 0.1...1e6, default: 60) * 60
  let seeds = Int(try arguments.number("seeds", 1...100, default: 3))
  let data = try arguments.words(["DATA"], optional: 1).first ?? sampleData()
  let path = Files.absolute(data)
  let folder = arguments["output"] ?? "runs/reproduce-\(Files.name(of: path))"
  return try interruptible("reproduce", ended: "the same command goes on from here") { progress in
    let (base, pictures) = try settings(path, arguments)
    try claim(folder, for: base)
    var run = try ReproductionRun(
      base, pictures: pictures, folder: folder, seeds: seeds, budget: budget, progress)
    // Ctrl-C leaves a report of what is known so far.
    let outcome = Result { try run.measureAll() }
    let report = ReproductionReport(run.results, seeds: run.seeds, setting: run.setting, omitted: run.omitted)
    try report.write(to: folder)
    try outcome.get()
    progress.end()
    say([""] + lines(of: report.text) + ["", "\(folder)/report.md"])
    guard report.failures.isEmpty else {
      complain("not as the paper says: " + report.failures.joined(separator: "; "))
      return 1
    }
    return 0
  }
}

/// What all encoders have in common, and how many pictures they train on.
private func settings(_ data: String, _ arguments: Arguments) throws -> (Configuration, pictures: Int) {
  var base = Configuration()
  base.data = data
  (base.heldOut, base.knnEvery, base.checkpointEvery, base.keepCheckpoints) = (0, 0, 5, 2)
  try Setting.named("encoder")!.apply("resnet8", to: &base)
  try arguments.apply(to: &base)
  let survey = try DataSet.survey(data, split: .pretraining, options: base.dataOptions)
  base.adapt(toLargestSide: survey.longestSide ?? 64)
  let limited = base.limit.map { $0 * max(1, survey.classes.count) } ?? survey.pictures
  let pictures = max(1, min(limited, survey.pictures))
  if arguments["epochs"] == nil { base.epochs = max(20, 200_000 / pictures) }
  return (base, pictures)
}

/// Makes the folder, or finds that it holds results of the same settings.
private func claim(_ folder: String, for base: Configuration) throws {
  let file = folder + "/settings.json"
  let settings = base.json(experimentOnly: true).lines
  if let known = Files.contents(file) {
    guard String(decoding: known, as: UTF8.self) == settings else {
      throw Trouble(
        "there are results of other settings", at: folder,
        remedy: "give another --output, or the settings of settings.json")
    }
    return
  }
  guard Files.makeFolder(folder + "/runs") else {
    throw Trouble("cannot make a folder", at: folder, remedy: "choose a place that may be written, with --output")
  }
  try SafeFile.write(Array(settings.utf8), to: file)
}
