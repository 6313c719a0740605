/// `bench --what probes`: the protocols of `evaluate` that work on frozen features.
import Training

func benchProbes(_ bench: Bench) throws {
  let cases = [(50_000, 64), (10_000, 512)]
  var table = FigureTable(
    "probes", "Classifiers of ten classes on frozen features: logistic regression, and kNN of 10,000 pictures (k 200).",
    labels: [.init(name: "pictures", width: 8), .init(name: "features", width: 8)],
    figures: [
      .init("linear", "s", decimals: 2), .init("linear, λ chosen", "s", decimals: 2), .init("kNN", "s", decimals: 2),
    ], rows: cases.count, json: bench.json)
  for (pictures, features) in cases {
    let found = try measureProbes(
      pictures: pictures, features: features, threads: bench.configuration.workerCount)
    table.add(
      ["\(pictures)", "\(features)"], [found.linearSeconds, found.choosingSeconds, found.neighboursSeconds])
  }
}
