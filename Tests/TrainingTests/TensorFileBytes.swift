import Foundation

import Networks

extension TensorFile {
  /// As they would lie in a file.
  var bytes: [UInt8] {
    let path = NSTemporaryDirectory() + "tensors-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try! write(to: path)
    return [UInt8](FileManager.default.contents(atPath: path)!)
  }
}
