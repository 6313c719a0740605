/// Weights in several safetensors files, by their index: `{"weight_map": {tensor: file, …}}`.
import Basics
import Foundation

struct TensorShards {
  private let path: String
  /// The file of each tensor.
  private let files: [String: String]

  /// nil when the bytes are no index.
  /// - Throws: `Trouble` for a file that is not named as one beside the index.
  init?(_ bytes: [UInt8], _ path: String) throws {
    let front = bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
    guard front == UInt8(ascii: "{"),
      let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
    else { return nil }
    guard let files = object["weight_map"] as? [String: String], !files.isEmpty else {
      throw Trouble(
        "a JSON file without a weight_map, not weights", at: path,
        remedy: "name a safetensors file, or the index of one in several files")
    }
    for file in files.values where file.isEmpty || file.contains("/") || file.contains("\0") || file == ".." {
      throw Trouble(
        "an index that names “\(file)”, which is no file beside it", at: path,
        remedy: "put all files into one folder and name them without a path")
    }
    (self.path, self.files) = (path, files)
  }

  /// All tensors that the index names, in the order of their files and of their bytes.
  func read() throws -> TensorFile {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().map { $0 + "/" }.joined()
    var whole = TensorFile()
    for name in Set(files.values).sorted() {
      guard let bytes = try Files.bytesIfThere(folder + name, "cannot read a file of tensors") else {
        throw Trouble(
          "“\(name)” is missing, which the index names", at: path, remedy: "put all files of the index beside it")
      }
      for (tensor, value) in try TensorFile(bytes, folder + name).tensors where files[tensor] == name {
        whole.add(tensor, value)
      }
    }
    return whole
  }
}
