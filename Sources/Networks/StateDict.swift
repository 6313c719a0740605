/// An encoder's weights from outside: a state dict of torchvision's names, or of names with a prefix of a framework.
import Basics
import Tensors

/// What was read from a state dict besides the encoder's tensors.
public struct StateDictRemarks: Sendable, Equatable {
  /// Stands before every name, such as `module.encoder_q.`; empty for none.
  public let prefix: String
  /// Names of what is no part of an encoder, such as `fc.*`, the classifier.
  public let unused: [String]

  /// Says which prefix was found; nil for the names that torchvision and simscope itself write.
  public func prefixLine(_ path: String) -> String? {
    prefix.isEmpty || prefix == "encoder." ? nil : "the encoder is read from “\(prefix)” of \(path)"
  }

  /// For the log.
  public func lines(_ path: String) -> [String] {
    (prefixLine(path).map { [$0] } ?? [])
      + (unused.isEmpty ? [] : ["\(unused.joined(separator: ", ")) of \(path) is no part of an encoder: left out"])
  }
}

/// How a file names an encoder's tensors.
private struct Naming {
  var prefix = ""
  /// The first layers' numbers in an `nn.Sequential`; empty for names.
  var numbers: [String: String] = [:]

  /// Ways to name the layers: by name; as children of a torchvision ResNet; of one without its pooling.
  static let ways: [[String: String]] = [
    [:],
    ["conv1": "0", "bn1": "1", "layer1": "4", "layer2": "5", "layer3": "6", "layer4": "7"],
    ["conv1": "0", "bn1": "1", "layer1": "3", "layer2": "4", "layer3": "5", "layer4": "6"],
  ]

  /// The file's name of a tensor.
  func name(of tensor: String) -> String {
    let layer = String(tensor.prefix { $0 != "." })
    return prefix + (numbers[layer] ?? layer) + tensor.dropFirst(layer.count)
  }

  /// The prefix and the way under which most of the tensors are in the file; of equals the first in the file, which is
  /// the online encoder where there is another that follows it.
  init(of tensors: Set<String>, in names: [String]) {
    var most = 0
    for numbers in Self.ways {
      let way = Naming(numbers: numbers)
      let wanted = Set(tensors.map(way.name))
      var counts: [Substring: (count: Int, first: Int)] = [:]
      for (place, name) in names.enumerated() {
        for start in Self.starts(of: name) where wanted.contains(String(name[start...])) {
          counts[name[..<start], default: (0, place)].count += 1
        }
      }
      let best = counts.max { ($0.value.count, -$0.value.first) < ($1.value.count, -$1.value.first) }
      guard let best, best.value.count > most else { continue }
      most = best.value.count
      self = Naming(prefix: String(best.key), numbers: numbers)
    }
  }

  private init(prefix: String = "", numbers: [String: String]) { (self.prefix, self.numbers) = (prefix, numbers) }

  /// Where a name begins without its first parts.
  private static func starts(of name: String) -> [String.Index] {
    [name.startIndex] + name.indices.filter { name[$0] == "." }.map { name.index(after: $0) }
  }
}

extension ResNet {
  /// Takes parameters and running statistics under torchvision's names, behind any prefix that they have in common.
  /// - Throws: `Trouble` naming the first tensor that is missing, of another shape, or of a larger encoder; then nothing
  ///   has changed.
  public mutating func load(stateDict file: TensorFile, path: String) throws -> StateDictRemarks {
    let mine = tensors(under: "").map(\.name)
    let naming = Naming(of: Set(mine), in: file.tensors.map(\.name))
    let names = Set(mine.map(naming.name))
    let others = file.tensors.map(\.name).filter { !names.contains($0) }
    let remedy = "choose the encoder that saved it with --encoder, --width and --stem"
    let layers = (1...4).map { naming.name(of: "layer\($0).") }
    if let more = others.first(where: { name in layers.contains { name.hasPrefix($0) } }) {
      throw Trouble("“\(more)” is a tensor that \(architecture.name) does not have", at: path, remedy: remedy)
    }
    if let mean = mine.first(where: { $0.hasSuffix(".running_mean") }),
      !file.tensors.contains(where: { $0.name.hasSuffix(".running_mean") }), file[naming.name(of: "bn1.weight")] != nil
    {
      throw Trouble(
        "no running statistics of batch norm (“\(naming.name(of: mean))”)", at: path,
        remedy: "save the whole state_dict(), with its buffers")
    }
    var renamed = TensorFile()
    for name in mine {
      if let tensor = file[naming.name(of: name)] { renamed.add(name, tensor) }
    }
    try load(from: renamed, under: "", path: path, remedy: remedy, named: naming.name)
    let unused = others.map { name in
      let own = name.hasPrefix(naming.prefix) ? name.dropFirst(naming.prefix.count) : name[...]
      return own.prefix { $0 != "." } + ".*"
    }
    return StateDictRemarks(prefix: naming.prefix, unused: Set(unused).map { String($0) }.sorted())
  }
}
