/// The runs beside a run: those in the same folder, the newest first.
import Basics
import Foundation
import Telemetry

extension RunFolder {
  /// All other runs in the folder that a run lies in. One whose settings cannot be read is left out.
  public static func runs(beside path: String) -> [ListedRun] {
    let own = Files.absolute(path)
    let (parent, ownName) = (Files.folder(of: own) ?? "/", Files.name(of: own))
    guard let settings = try? configuration(of: own) else { return [] }
    let others = (Files.names(in: parent) ?? []).filter { $0 != ownName }.compactMap { name in
      listed("\(parent)/\(name)", beside: settings)
    }
    return others.sorted { ($0.age, $0.name) < ($1.age, $1.name) }
  }

  /// The newest branch of a run that trains: the process that went back is there now.
  public static func trainingBranch(of path: String) -> String? {
    let branches = runs(beside: path).filter { $0.isTraining && parent(of: $0.folder)?.name == name(of: path) }
    let prefix = Files.folder(of: path).map { $0 + "/" } ?? ""
    return branches.first.map { prefix + $0.name }
  }

  private static func listed(_ path: String, beside settings: Configuration) -> ListedRun? {
    guard let other = try? configuration(of: path) else { return nil }
    let file = path + "/metrics.jsonl"
    let written = Files.status(file).map { Date(timeIntervalSince1970: Double($0.st_mtim.tv_sec)) }
    let newest = newestStep(in: file)
    let differing = Setting.all.filter { $0.isExperiment && $0.get(other) != $0.get(settings) }
    return ListedRun(
      name: name(of: path), folder: path, step: newest?.step ?? 0, loss: newest?[.loss],
      differences: differing.map { "\($0.words) \($0.get(other) ?? "default")" },
      age: written.map { max(0, -$0.timeIntervalSinceNow) } ?? .infinity, isTraining: isTraining(in: path))
  }

  /// The last line of a step, looked for in the end of the file.
  private static func newestStep(in file: String) -> StepMetrics? {
    guard let handle = Files.handle(reading: file) else { return nil }
    defer { try? handle.close() }
    let size = (try? handle.seekToEnd()) ?? 0
    try? handle.seek(toOffset: size > 8192 ? size - 8192 : 0)
    let bytes = Array((try? handle.readToEnd()) ?? Data())
    // Of an evaluation's line there is no loss.
    return bytes.withUnsafeBufferPointer { bytes in
      bytes.split(separator: UInt8(ascii: "\n")).reversed().lazy.compactMap {
        StepMetrics(line: UnsafeBufferPointer(rebasing: $0))
      }.first { $0[.loss] != nil }
    }
  }
}

extension Setting {
  fileprivate var words: String { String(key.map { $0 == "_" ? " " : $0 }) }
}
