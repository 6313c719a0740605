/// Files of weights in other forms than safetensors, recognised by their first bytes.
import Basics
import Foundation

enum ForeignWeights {
  private static let kinds: [(start: [UInt8], kind: String)] = [
    ([0x89, 0x48, 0x44, 0x46], "a Keras file (HDF5)"), ([0x1f, 0x8b], "a gzip file"),
    (Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) }), "a numpy array"), (Array("GGUF".utf8), "a GGUF file"),
  ]

  /// What the bytes are and how to convert them; nil for what may be safetensors.
  static func trouble(_ bytes: [UInt8], _ path: String) -> Trouble? {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) {
      // The first entry of numpy's is an array; torch.save begins with NAME/data.pkl, or pads it.
      let isNumPy = String(decoding: bytes.prefix(120), as: UTF8.self).contains(".npy")
      return isNumPy
        ? Trouble("a numpy archive (npz), not safetensors", at: path, remedy: "save it by safetensors.numpy.save_file")
        : Trouble("a PyTorch file (zip), not safetensors", at: path, remedy: conversion(of: name))
    }
    // Pickle protocols 2 to 5.
    if bytes.count >= 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
      return Trouble("a PyTorch file (pickle), not safetensors", at: path, remedy: conversion(of: name))
    }
    let text = String(decoding: bytes.prefix(512), as: UTF8.self).drop { $0.isWhitespace || $0 == "\u{feff}" }
    if text.hasPrefix("version https://git-lfs") {
      return Trouble("a git-lfs pointer, not the weights themselves", at: path, remedy: "run git lfs pull beside it")
    }
    if ["<!doctype", "<html", "<?xml"].contains(where: text.lowercased().hasPrefix) {
      return Trouble("a web page, not weights", at: path, remedy: "download the file itself, not the page about it")
    }
    if let kind = kinds.first(where: { bytes.starts(with: $0.start) })?.kind {
      return Trouble("\(kind), not safetensors", at: path, remedy: "save the state dict by safetensors' save_file")
    }
    return nil
  }

  /// Two lines of Python.
  private static func conversion(of name: String) -> String {
    let quoted = name.filter { $0 != "\"" && $0 != "\\" }
    let stem = quoted.split(separator: ".").dropLast().joined(separator: ".")
    return "convert it by two lines of Python: “import torch; from safetensors.torch import save_file” and "
      + "“d = torch.load(\"\(quoted)\", map_location=\"cpu\"); save_file({k: v.clone() for k, v in "
      + "d.get(\"state_dict\", d).items() if torch.is_tensor(v)}, \"\(stem.isEmpty ? quoted : stem).safetensors\")”"
  }
}
