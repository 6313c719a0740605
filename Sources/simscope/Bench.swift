/// `bench`: whole training steps on generated pictures, and where their time goes.
import Basics
import CKernels
import Foundation
import Images
import Networks
import Telemetry
import Tensors
import Training

let benchFlags = [
  Flag("encoder", ResNet.Architecture.all.map(\.name).joined(separator: "|"), "only this one"),
  Flag("width", "X", "factor on its channels (1)"),
  Flag("stem", "auto|cifar|imagenet", "what stands before its first stage"),
  Flag("image-size", "N", "side of a picture in pixels (32)"),
  Flag("batch-size", "N", "images a step (256)"),
  Flag("seconds", "X", "for each encoder (10)"),
  Flag("threads", "N", "threads that compute (0: all cores)"),
  Flag("json", "", "the figures as JSON lines"),
]

func bench(_ arguments: Arguments) throws -> Int32 {
  _ = try arguments.words([])
  let seconds = try arguments.number("seconds", 0.5...3600, default: 10)
  let encoders = arguments["encoder"].map { [$0] } ?? ["resnet8", "resnet20", "resnet18"]
  let size = arguments["image-size"] ?? "32"
  if !arguments.has("json") {
    print("\(String(cString: ck_isa_name())) kernels, OpenBLAS \(BLAS.coreName), \(size)×\(size) pictures, float32")
    print("encoder     batch  images/s   views  forward  loss  backward  optimizer  other   memory")
  }
  for encoder in encoders {
    var configuration = Configuration()
    try arguments.apply(to: &configuration)
    configuration.encoder = ResNet.Architecture.named(encoder)!
    try benchStep(configuration, seconds: seconds, json: arguments.has("json"))
  }
  return 0
}

private func benchStep(_ configuration: Configuration, seconds: Double, json: Bool) throws {
  let result = try measureSteps(configuration, seconds: seconds)
  let (speed, timing) = (result.imagesPerSecond, result.timing)
  let parts = [timing.views, timing.forward, timing.loss, timing.backward, timing.optimizer, timing.other]
  if json {
    var line = JSONLine()
    line.add("encoder", configuration.encoder.name)
    line.add("batch_size", configuration.knobs.batchSize)
    line.add("images_per_second", speed)
    for (name, part) in zip(["views", "forward", "loss", "backward", "optimizer", "other"], parts) {
      line.add(name, part / timing.total)
    }
    line.add("workspace_bytes", result.bytes)
    return print(line.text)
  }
  let shares = parts.map { String(format: "%5.1f %%", $0 / timing.total * 100) }
  print(
    padded(configuration.encoder.name, 10) + String(format: "%7d %9.1f  ", configuration.knobs.batchSize, speed)
      + shares.joined(separator: "  ") + "  \(result.bytes >> 20) MiB")
}
