// Encoders carried out of a run and into another.
import Foundation
import Networks
import Testing

extension RealProgram {
  @Suite struct ExportTests {
    @Test func anExportIsTheEncoderUnderTorchvisionsNamesAndStartsARun() throws {
      let scratch = try Scratch()
      try run(["generate", "data", "--classes", "2", "--per-class", "8", "--size", "16"], in: scratch.path)
      let arguments =
        [
          "train", "data", "--headless", "--stop-after", "2", "--encoder", "resnet18", "--width", "0.1", "--image-size",
          "16",
        ]
        + ["--projection-dim", "8", "--batch-size", "8", "--threads", "1", "--knn-every", "0"]
      #expect(try run(arguments + ["--run", "first"], in: scratch.path).status == 0)
      let answer = try run(["export", "first", "--output", "encoder.safetensors"], in: scratch.path)
      #expect(answer.status == 0 && answer.output.contains("resnet18 of step 2"))
      let file = try TensorFile(reading: scratch.path + "/encoder.safetensors")
      let point = try TensorFile(reading: scratch.path + "/first/checkpoints/step-00000002.safetensors")
      #expect(file["conv1.weight"]?.shape == [6, 3, 3, 3] && file["layer2.0.downsample.1.running_var"] != nil)
      #expect(file.tensors.allSatisfy { point["encoder." + $0.name] == $0.tensor })
      #expect(file.tensors.count == point.tensors.filter { $0.name.hasPrefix("encoder.") }.count)
      #expect(file.metadata["encoder"] == "resnet18" && file.metadata["stem"] == "cifar")

      let second = try run(
        arguments + ["--run", "second", "--init", "encoder.safetensors", "--seed", "7"], in: scratch.path)
      #expect(second.status == 0, "\(second.errors)")
      let start = try TensorFile(reading: scratch.path + "/second/checkpoints/step-00000000.safetensors")
      #expect(file.tensors.allSatisfy { start["encoder." + $0.name] == $0.tensor })
      #expect(!second.output.contains("warning"))

      // Given back with --config from elsewhere, the file is still found.
      let third = try run(
        ["train", "--config", scratch.path + "/second/config.json", "--headless", "--run", scratch.path + "/third"])
      #expect(third.status == 0, "\(third.errors)")
      let (a, b) = ("second", "third")
      func last(_ run: String) -> Data? {
        FileManager.default.contents(atPath: "\(scratch.path)/\(run)/checkpoints/step-00000002.safetensors")
      }
      #expect(last(a) != nil && last(a) == last(b))
    }
  }
}
