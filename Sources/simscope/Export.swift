/// `export`: a run's encoder as a file that PyTorch loads into torchvision's network.
import Basics
import Foundation
import Networks
import Training

let exportFlags = [Flag("output", "FILE", "the safetensors file to write")]

func export(_ arguments: Arguments) throws -> Int32 {
  let run = try arguments.words(["RUN"])[0]
  guard let output = arguments["output"] else { throw UsageError("--output FILE is missing") }
  let configuration = try RunFolder.configuration(of: run)
  let point = try Checkpoint.newest(of: run, configuration).0
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
