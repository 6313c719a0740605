/// `bench --what kernels`: the processor's peak, products, and the convolutions of the residual networks, one thread.
import Tensors

func benchKernels(_ bench: Bench) throws {
  let peaks = benchPeak(bench)
  let elements = bench.isGiven("precision") ? [bench.configuration.precision] : Activation.Element.allCases
  let images = bench.isGiven("batch_size") ? 2 * bench.configuration.knobs.batchSize : 256
  let cases = ConvolutionCase.all
  var table = FigureTable(
    "kernels",
    "Convolutions of \(images) views, one thread: GF/s by the textbook count 2·N·H·W·in·out·k², and as a share of the "
      + "peak of the\nmaps' type. Winograd's way takes fewer operations than the count, so it may pass 100 %.",
    labels: [.init(name: "convolution", width: 25), .init(name: "maps", width: 8)],
    figures: [
      .init("forward", "GF/s", decimals: 0), .init("forward of peak", "%", decimals: 0, title: "%"),
      .init("input gradient", "GF/s", decimals: 0), .init("input gradient of peak", "%", decimals: 0, title: "%"),
      .init("weight gradient", "GF/s", decimals: 0), .init("weight gradient of peak", "%", decimals: 0, title: "%"),
    ], rows: cases.count * elements.count, json: bench.json)
  for shape in cases {
    for element in elements {
      let speed = try measureConvolution(shape, element, images: images, seconds: bench.seconds / 2)
      let parts = [speed.forward, speed.inputGradient, speed.weightGradient]
      let peak = element == .float32 ? peaks.float32 : peaks.bfloat16
      table.add(
        [name(of: shape), element.rawValue],
        parts.flatMap { speed in [speed, speed.flatMap { speed in peak.map { 100 * speed / $0 } }] })
    }
  }
}

/// GF/s.
private func benchPeak(_ bench: Bench) -> (float32: Double, bfloat16: Double?) {
  var table = FigureTable(
    "peak", "Peak of one thread: multiply-adds in registers alone; and OpenBLAS on square matrices.",
    labels: [.init(name: "arithmetic", width: 27)], figures: [.init("speed", "GF/s", decimals: 0)], rows: 4,
    json: bench.json)
  let peak = measurePeak(seconds: bench.seconds / 4)
  table.add(["float32"], [peak.float32])
  if let bfloat16 = peak.bfloat16 { table.add(["bfloat16 pairs into float32"], [bfloat16]) }
  for size in [512, 1024] {
    table.add(["sgemm \(size)×\(size)×\(size)"], [measureProduct(size: size, seconds: bench.seconds / 4)])
  }
  return peak
}

private func name(of shape: ConvolutionCase) -> String {
  let step = shape.stride == 1 ? "" : " /\(shape.stride)"
  return
    "\(shape.kernel)×\(shape.kernel)\(step) \(shape.inChannels)→\(shape.outChannels) at \(shape.size)×\(shape.size)"
}
