/// An encoder's weights carried in from outside: a state dict of torchvision, saved as safetensors.
import Basics
import Tensors

extension ResNet {
  /// Takes parameters and running statistics under torchvision's names, alone or below `encoder.` as in a checkpoint.
  /// - Returns: what else the file holds, such as `fc.*`, the classifier.
  /// - Throws: `Trouble` naming the first tensor that is missing, of another shape, or of a larger encoder; then nothing
  ///   has changed.
  public mutating func load(stateDict file: TensorFile, path: String) throws -> [String] {
    let prefix = file["conv1.weight"] == nil && file["encoder.conv1.weight"] != nil ? "encoder" : ""
    let mine = Set(tensors(under: prefix).map(\.name))
    let others = file.tensors.map(\.name).filter { !mine.contains($0) }
    let remedy = "choose the encoder that saved it with --encoder, --width and --stem"
    if let more = others.first(where: { $0.hasPrefix(joined(prefix, "layer")) }) {
      throw Trouble("“\(more)” is a tensor that \(architecture.name) does not have", at: path, remedy: remedy)
    }
    try load(from: file, under: prefix, path: path, remedy: remedy)
    return Set(others.map { $0.prefix { $0 != "." } + ".*" }).sorted()
  }
}
