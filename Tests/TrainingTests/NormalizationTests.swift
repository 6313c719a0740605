// What the encoder sees: the same of a picture in training as in evaluation, by every normalisation.
import Basics
import Images
import Networks
import Tensors
import Testing

@testable import Training

private let workers = WorkerPool(threads: 2)
private let size = 8
private let images = (0..<4).map { number in
  var random = RandomStream(seed: 3, .test, number)
  return Image(width: size, height: size, pixels: (0..<size * size * 3).map { _ in UInt8(random.below(256)) })
}

private func smallModel() -> SimCLR {
  var configuration = Configuration()
  configuration.encoder = ResNet.Architecture.named("resnet8")!
  configuration.imageSize = size
  return SimCLR(configuration)
}

/// (x − mean) / deviation of bytes as shares of 255, in double precision: [4, 3, 8, 8].
private func normalised(_ images: [Image], _ mean: [Double], _ deviation: [Double]) -> Tensor {
  var values: [Float] = []
  for image in images {
    for channel in 0..<3 {
      for place in 0..<size * size {
        let share = Double(image.pixels[3 * place + channel]) / 255
        values.append(Float((share - mean[channel]) / deviation[channel]))
      }
    }
  }
  return Tensor([4, 3, size, size], values)
}

/// h of pictures that are normalised already.
private func encode(_ pictures: Tensor, _ mode: Mode) throws -> Tensor {
  func forward(_ workspace: inout Workspace) -> Tensor {
    var model = smallModel()
    return workspace.read(model.forwardBoth(workspace.load(pictures, as: .pixels), mode, &workspace).h)
  }
  var workspace = try Workspace(Workspace.plan(workers: workers) { _ = forward(&$0) }, workers: workers)
  return forward(&workspace)
}

private func difference(_ a: Tensor, _ b: Tensor) -> Float {
  zip(a.scalars, b.scalars).map { abs($0 - $1) }.max()! / b.scalars.map(abs).max()!
}

/// Means and deviations as PyTorch's users write them for CIFAR-10 and ImageNet.
@Test(arguments: [
  (PixelNormalization.none, [0.0, 0, 0], [1.0, 1, 1]),
  (.cifar, [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]),
  (.imagenet, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])
func trainingAndEvaluationSeeTheSamePixels(normalization: PixelNormalization, mean: [Double], deviation: [Double])
  throws
{
  let pictures = normalised(images, mean, deviation)
  var embedder = try Embedder(smallModel(), imageSize: size, normalization: normalization, workers: workers)
  let data = DataSet(images: images, labels: nil, classes: [], names: ["a", "b", "c", "d"], title: "noise")
  let evaluated = try #require(embedder.embed(data, [0, 1, 2, 3]) { _ in true }).h
  #expect(try difference(evaluated, encode(pictures, .inference)) < 1e-5)

  var configuration = Configuration()
  (configuration.imageSize, configuration.normalize, configuration.augmentation) = (size, normalization, .none)
  var model = smallModel()
  var point = Checkpoint(configuration)
  var engine = try StepEngine(
    StepPlan(model, configuration, batchSize: 2, workers: workers), configuration, workers: workers)
  var loader = Loader(data, seed: 1, order: .file, workers: workers)
  let batch = BatchPlan(epoch: 0, cursor: 0, count: 2, recipe: configuration.recipe(configuration.knobs))
  let still = Optimizer.Settings(learningRate: 0, momentum: 0, weightDecay: 0)
  let outcome = engine.step(&model, &point.optimizer, &loader, batch, temperature: 0.5, still, looks: true)
  let views = normalised([0, 1, 0, 1].map { images[$0] }, mean, deviation)
  #expect(try difference(outcome.look!.h, encode(views, .training)) < 1e-4)
}
