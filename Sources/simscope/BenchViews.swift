/// `bench --what views` and `--what loss`: making views, and NT-Xent.
import Images
import Training

func benchViews(_ bench: Bench) {
  let cases = [(32, 32), (96, 96), (224, 256)]
  var table = FigureTable(
    "views", "Views a second, one thread, by torchvision's rules and by the reference code's.",
    labels: [.init(name: "view", width: 8), .init(name: "picture", width: 8)],
    figures: ["plain", "with blur", "reference", "reference with blur"].map { .init($0, "views/s", decimals: 0) },
    rows: cases.count, json: bench.json)
  for (size, sourceSize) in cases {
    let speeds = [(false, false), (true, false), (false, true), (true, true)].map { blur, isReference in
      measureViews(
        size: size, sourceSize: sourceSize, blur: blur, isReference: isReference, seconds: bench.seconds / 4
      ).viewsPerSecond
    }
    table.add(["\(size)×\(size)", "\(sourceSize)×\(sourceSize)"], speeds)
  }
}

func benchLoss(_ bench: Bench) throws {
  let sizes = bench.isGiven("batch_size") ? [bench.configuration.knobs.batchSize] : [256, 512, 1024, 2048, 4096]
  var table = FigureTable(
    "loss", "\(bench.configuration.objective.name), loss and gradient, for N images of d = 128.",
    labels: [.init(name: "batch", width: 8)], figures: [.init("time", "ms", decimals: 2), .init("memory", "MiB")],
    rows: sizes.count, json: bench.json)
  for images in sizes {
    let loss = try measureLoss(
      bench.configuration.objective, images: images, dimension: 128, seconds: bench.seconds / 2,
      threads: bench.configuration.workerCount)
    table.add(["\(images)"], [loss.milliseconds, Double(loss.bytes) / 0x1p20])
  }
}
