/// What has been measured so far: a line a figure in `results.jsonl`, so that a report goes on where it stopped.
import Basics
import Foundation
import Telemetry

public struct ReproductionResults {
  private struct Key: Hashable {
    let recipe: String
    let seed: Int
    let quantity: Quantity
  }

  private let path: String
  private var lines: [String] = []
  private var values: [Key: Double] = [:]

  /// Reads what is there; a line that cannot be read is left out and measured again.
  public init(path: String) throws {
    self.path = path
    guard Files.exists(path) else { return }
    guard let data = Files.contents(path) else {
      throw Trouble("cannot read the results so far", at: path, remedy: "check its permissions, or take another folder")
    }
    let known = Dictionary(
      Finding.all.flatMap(\.arms).map { ($0.quantity.key, $0.quantity) }, uniquingKeysWith: { first, _ in first })
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n") {
      guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        let recipe = object["recipe"] as? String, let seed = object["seed"] as? Int,
        let quantity = (object["quantity"] as? String).flatMap({ known[$0] }), let value = object["value"] as? Double
      else { continue }
      lines.append(String(line))
      values[Key(recipe: recipe, seed: seed, quantity: quantity)] = value
    }
  }

  public subscript(recipe: Recipe, seed: Int, quantity: Quantity) -> Double? {
    values[Key(recipe: recipe.name, seed: seed, quantity: quantity)]
  }

  /// Takes a figure down, on disk at once.
  public mutating func add(_ value: Double, _ recipe: Recipe, seed: Int, _ quantity: Quantity) throws {
    values[Key(recipe: recipe.name, seed: seed, quantity: quantity)] = value
    var line = JSONLine()
    line.add("recipe", recipe.name)
    line.add("seed", seed)
    line.add("quantity", quantity.key)
    line.add("value", value)
    lines.append(line.text)
    try SafeFile.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: path)
  }

  /// The arm's value of every seed that has one.
  func values(of arm: Finding.Arm, seeds: [Int]) -> [Int: Double] {
    var found: [Int: Double] = [:]
    for seed in seeds { found[seed] = self[arm.recipe, seed, arm.quantity] }
    return found
  }
}
