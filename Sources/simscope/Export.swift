/// `export`: a run's encoder as a file that PyTorch loads into torchvision's network.
import Basics
import Foundation
import Networks
import Training

let exportFlags = [
  Flag("output", "FILE", "the file to write, NAME.safetensors (also -o)"), allowNonFiniteFlag,
]

func export(_ arguments: Arguments) throws -> Int32 {
  let run = try arguments.words(["RUN"])[0]
  guard let output = arguments["output"] else { throw UsageError("--output FILE is missing") }
  var configuration = try RunFolder.configuration(of: run)
  try checkExtension(of: output, configuration)
  configuration.allowsNonFinite = arguments.has(allowNonFiniteFlag.name)
  let (point, refused) = try Checkpoint.newest(of: run, configuration)
  for trouble in refused { complain("skipped a checkpoint: \(trouble)") }
  let encoder = point.model.encoder
  var file = TensorFile()
  for (name, tensor) in encoder.tensors(under: "") { file.add(name, tensor) }
  file.metadata = [
    "format": "pt",  // what PyTorch's own files say
    "encoder": encoder.architecture.name, "width": "\(encoder.width)", "stem": encoder.stem.rawValue,
    "image_size": "\(configuration.imageSize!)", "normalize": configuration.normalize.rawValue, "step": "\(point.step)",
  ]
  try file.write(to: output)
  say([
    "\(encoder.architecture.name) of step \(point.step), \(encoder.parameterCount) parameters, in \(output)",
    "in PyTorch: model.load_state_dict(safetensors.torch.load_file(\"\(output)\"), strict=False)",
  ])
  return 0
}

/// - Throws: `UsageError` for a name that promises another format, with the lines of Python that convert to it.
private func checkExtension(of output: String, _ configuration: Configuration) throws {
  let suffix = Files.fileExtension(of: output)
  guard suffix.lowercased() != "safetensors" else { return }
  let stem = suffix.isEmpty ? output : String(output.dropLast(suffix.count + 1))
  let exported = stem + ".safetensors"
  let refusal = "--output \(output): export writes safetensors; use --output \(exported)"
  let side = configuration.imageSize ?? 32
  let conversion: [String]? =
    switch suffix.lowercased() {
    case "pt", "pth":
      ["import torch, safetensors.torch", #"torch.save(safetensors.torch.load_file("\#(exported)"), "\#(output)")"#]
    case "onnx":
      // `model` is the network that the export is loaded into, as export prints it.
      [
        #"import torch, safetensors.torch; model.load_state_dict(safetensors.torch.load_file("\#(exported)"), strict=False)"#,
        #"torch.onnx.export(model.eval(), torch.zeros(1, 3, \#(side), \#(side)), "\#(output)")"#,
      ]
    default: nil
    }
  guard let conversion else { throw UsageError(refusal) }
  throw UsageError(refusal + ", then in Python:\n" + conversion.map { "  " + $0 }.joined(separator: "\n"))
}
