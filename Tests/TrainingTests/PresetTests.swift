// Presets: what they set, and what stands above what.
import Basics
import Testing

@testable import Training

private func configuration(of name: String) throws -> Configuration {
  var configuration = Configuration()
  try configuration.take(try Preset.named(name))
  configuration.adapt(toLargestSide: 32)
  return configuration
}

@Test(arguments: Preset.all.map(\.name))
func everyPresetIsWholeAndValid(name: String) throws {
  let preset = try Preset.named(name)
  #expect(preset.settings.count == preset.values.count, "a key is no setting")
  #expect(!preset.summary.isEmpty && !preset.source.isEmpty)
  let configuration = try configuration(of: name)
  for (setting, value) in preset.settings {
    let (found, wanted) = (try #require(setting.get(configuration)), value)
    #expect(found == wanted || Double(found) == Double(wanted), "\(setting.key): \(found), not \(wanted)")
  }
  // One says how fast, one way or the other, and all the same things.
  #expect((preset.values["learning_rate"] == nil) != (preset.values["base_learning_rate"] == nil))
  let free: Set = ["learning_rate", "base_learning_rate", "head_hidden"]
  #expect(Set(preset.values.keys).subtracting(free) == Set(Preset.all[0].values.keys).subtracting(free))
}

/// Peaks that the sources state or that follow from their commands: 0.3·4096/256, 0.075·√4096, 1.0·1024/256, 1.0·512/256,
/// 0.06·128/128, 0.4·256/256, 0.03·512/256.
@Test(arguments: [
  ("paper-imagenet", 4.8), ("reference-imagenet", 4.8), ("paper-cifar10", 4), ("reference-cifar10", 2),
  ("lightly-cifar10", 0.06), ("solo-learn-cifar10", 0.4), ("kobak-cifar10", 0.06), ("leftthomas-cifar10", 1e-3),
  ("sthalles-cifar10", 3e-4),
])
func presetsHaveThePeakRatesOfTheirSources(name: String, peak: Double) throws {
  #expect(abs(try configuration(of: name).knobs.learningRate / peak - 1) < 1e-12)
}

/// Encoders as the paper and the repositories count them, without the head.
@Test(arguments: [
  ("paper-cifar10", 23_500_352), ("reference-cifar10", 11_168_832), ("sthalles-cifar10", 11_176_512),
])
func presetsBuildTheirEncoders(name: String, count: Int) throws {
  #expect(SimCLR(try configuration(of: name)).encoder.parameterCount == count)
}

@Test func anUnknownPresetIsToldTheNearest() {
  #expect {
    try Preset.named("papr-cifar10")
  } throws: {
    "\($0)".contains("not “papr-cifar10”; did you mean “paper-cifar10”?") && "\($0)".contains("|quick,")
  }
}

@Test func aPresetStandsAboveAFileAndBelowFlags() throws {
  var configuration = Configuration()
  try configuration.take(
    json: #"{"temperature": 0.3, "limit": 70, "learning_rate": 0.7, "epochs": 3, "steps": 9, "batch_size": 64}"#,
    from: "f.json")
  try configuration.take(try Preset.named("reference-cifar10"))
  #expect(configuration.knobs.temperature == 0.5 && configuration.limit == 70)
  #expect(configuration.epochs == 1000 && configuration.steps == nil)
  try Setting.named("batch_size")!.apply("128", to: &configuration)
  configuration.preferLast(["batch_size"])
  configuration.adapt(toLargestSide: 32)
  // 1.0 · 128/256: the preset's base rate, not the file's rate.
  #expect(configuration.knobs.learningRate == 0.5 && configuration.knobs.batchSize == 128)
}

/// `config.json` holds both, and the rate in it counts.
@Test func theRateGivenLastCounts() throws {
  var configuration = Configuration()
  func give(_ key: String, _ value: String) throws {
    try Setting.named(key)!.apply(value, to: &configuration)
    configuration.preferLast([key])
  }
  try give("learning_rate", "0.1")
  try give("base_learning_rate", "0.2")
  configuration.adapt(toLargestSide: 32)
  #expect(configuration.knobs.learningRate == 0.2)
  try give("learning_rate", "0.3")
  configuration.adapt(toLargestSide: 32)
  #expect(configuration.knobs.learningRate == 0.3 && configuration.baseLearningRate == nil)
  try give("steps", "5")
  try give("epochs", "2")
  #expect(configuration.steps == nil && configuration.epochs == 2)
}

@Test func differencesNameTheSettingsThatDiffer() throws {
  let rows = try configuration(of: "lightly-cifar10").differences(from: configuration(of: "kobak-cifar10"))
  #expect(
    rows.map(\.setting.key) == [
      "head_hidden", "head_norm", "crop_min", "gray_probability", "normalize", "base_learning_rate", "batch_size",
      "epochs", "drop_last",
    ])
  #expect(rows.first { $0.setting.key == "crop_min" }.map { [$0.mine, $0.other] } == ["0.08", "0.2"])
  #expect(rows.first { $0.setting.key == "head_hidden" }.map { [$0.mine, $0.other] } == [nil, "1024"])
  #expect(try configuration(of: "quick").differences(from: configuration(of: "quick")).isEmpty)
}
