/// `train` and `resume`: a run with the dashboard, or with plain lines.
import Basics
import Foundation
import Telemetry
import Training

let trainFlags =
  Setting.all.map { Flag($0) } + [
    Flag("config", "FILE", "settings as JSON, such as a run's config.json", group: "run"),
    Flag("preset", "NAME", "a published recipe, over --config and under flags; “list” shows them", group: "run"),
    Flag("diff", "NAME", "show what --preset sets otherwise than this one, or than “defaults”", group: "run"),
    allowNonFiniteFlag,
  ] + screenFlags

/// Of every command that reads weights.
let allowNonFiniteFlag = Flag("allow-non-finite", "", "use weights with NaN or infinity in them", group: "run")

private let knobsOfResume = "knobs, set before the first step"

let resumeFlags =
  [
    Flag("epochs", "N", "extend the run, also a finished one, to so many epochs; the schedule is laid anew"),
    Flag("steps", "N", "extend it to so many steps"),
    Flag("data", "DATA", "the images, where they have moved; kept in the run's config.json"),
    Flag("rewind", "STEP", "continue from the newest finite checkpoint up to this step, as a new run"),
    Flag("threads", "N", "threads that compute (0: all cores)"),
    Flag("stop-after", "N", "end after this step without bending the schedule"),
    Flag("on-hangup", "continue|stop", "when the terminal is lost"),
    Flag(Setting.named("on_divergence")!),
    allowNonFiniteFlag,
  ] + Knob.all.map { Flag($0.flag, $0.isInteger ? "N" : "X", $0.help, group: knobsOfResume) } + screenFlags

func train(_ arguments: Arguments) throws -> Int32 {
  if let status = try listThemes(arguments) ?? listKeys(arguments) { return status }
  var configuration = try asked(arguments)
  if let status = try showPresets(arguments, configuration) { return status }
  if let data = try arguments.words(["DATA"], optional: 1).first { configuration.data = data }
  if configuration.data.isEmpty { configuration.data = try sampleData() }
  configuration.data = Files.absolute(configuration.data)
  configuration.initialWeights = configuration.initialWeights.map { Files.absolute($0) }
  configuration.allowsNonFinite = arguments.has(allowNonFiniteFlag.name)
  return try runTraining(configuration, resuming: nil, arguments)
}

/// The settings asked for: flags stand above a preset, a preset above a file, a file above defaults, which suit the data.
private func asked(_ arguments: Arguments) throws -> Configuration {
  var configuration = Configuration()
  if let file = arguments["config"] {
    guard let data = try Files.bytesIfThere(file, "--config: cannot read") else {
      throw UsageError("--config: cannot read “\(file)”")
    }
    try configuration.take(json: String(decoding: data, as: UTF8.self), from: file)
    configuration.run = nil
    configuration.scheduleSegments = []
  }
  if let name = arguments["preset"], name != "list" { try configuration.take(try preset(named: name)) }
  try arguments.apply(to: &configuration)
  do { try configuration.check() } catch let trouble as Trouble { throw UsageError(trouble.what) }
  return configuration
}

func resume(_ arguments: Arguments) throws -> Int32 {
  if let status = try listThemes(arguments) ?? listKeys(arguments) { return status }
  var run = try arguments.words(["RUN"])[0]
  var configuration = try RunFolder.configuration(of: run)
  var changed = configuration
  try arguments.apply(to: &changed)
  do { try changed.check() } catch let trouble as Trouble { throw UsageError(trouble.what) }
  if arguments.has("rewind") {
    run = try RunFolder.branch(of: run, upTo: Int(try arguments.number("rewind", 0...1e9, default: 0)))
    configuration = try RunFolder.configuration(of: run)
  }
  configuration.stopAfter = nil
  configuration.extending = length(in: changed, arguments)
  try arguments.apply(to: &configuration) { Knob.named($0.key) == nil && !["epochs", "steps"].contains($0.key) }
  if let data = arguments["data"] { configuration.data = Files.absolute(data) }
  configuration.allowsNonFinite = arguments.has(allowNonFiniteFlag.name)
  // Knobs change at the step that the run continues from, as if on the screen.
  let changes = Knob.all.filter { arguments[$0.flag] != nil }.map {
    Command.turn($0.key, to: changed.knobs[keyPath: $0.path])
  }
  return try runTraining(configuration, resuming: run, arguments, changes: changes)
}

/// The length that a run is extended to.
private func length(in changed: Configuration, _ arguments: Arguments) -> RunLength? {
  if arguments["steps"] != nil { return changed.steps.map { .steps($0) } }
  return arguments["epochs"] == nil ? nil : .epochs(changed.epochs)
}

/// `sample-data` beside the program (`../share/simscope`), upwards from it, or here.
func sampleData() throws -> String {
  guard let found = installedPath("sample-data") else {
    throw Trouble(
      "no DATA given and no sample-data found", remedy: "name a folder of pictures, or make one: simscope generate DIR")
  }
  return found
}

/// A folder that belongs to the program: `../share/simscope/NAME`, then NAME in every folder from the program upwards.
func installedPath(_ name: String) -> String? {
  var folder = Files.folder(of: Files.program) ?? "/"
  var candidates = ["\(Files.folder(of: folder) ?? "/")/share/simscope/\(name)"]
  while folder != "/" {
    candidates.append(folder + "/" + name)
    folder = Files.folder(of: folder) ?? "/"
  }
  candidates.append(Files.absolute(name))
  return candidates.first(where: Files.exists)
}

/// - Parameter changes: obeyed before the first step.
private func runTraining(
  _ configuration: Configuration, resuming: String?, _ arguments: Arguments, changes: [Command] = []
) throws -> Int32 {
  let cores = usableCores()
  if configuration.threads > cores {
    complain(
      "warning: --threads \(configuration.threads) are more than the \(cores) cores this process may use; "
        + "they slow each other down; use --threads \(cores)")
  }
  let hasTerminal = isatty(0) == 1 && isatty(1) == 1
  let style: LineStyle? =
    if arguments.has("json") { .objects } else if arguments.has("plain") { .plain } else {
      !hasTerminal || arguments.has("headless") ? .words : nil
    }
  if let style { return try runHeadless(configuration, resuming: resuming, changes, style) }
  return try runDashboard(configuration, resuming: resuming, changes, arguments)
}
