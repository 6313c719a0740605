// The table of settings: flags, JSON, defaults.
import Basics
import Foundation
import Networks
import Telemetry
import Testing

@testable import Training

@Test func everySettingSurvivesItsJSON() throws {
  var configuration = Configuration()
  configuration.data = "pictures"
  for (key, text) in [
    ("encoder", "resnet18"), ("width", "0.5"), ("stem", "imagenet"), ("image_size", "64"), ("head", "linear"),
    ("precision", "bfloat16"), ("temperature", "0.07"), ("batch_size", "96"),
    ("optimizer", "lars"), ("warmup_epochs", "2.5"), ("nesterov", "true"), ("limit", "7"), ("seed", "12345678901"),
    ("loss", "margin"), ("similarity", "dot"), ("mining", "semi-hard"), ("margin", "0.4"), ("loss_scale", "reference"),
    ("crop_rule", "reference"), ("jitter_rule", "reference"), ("brightness", "additive"), ("normalize", "imagenet"),
    ("drop_last", "false"), ("blur_probability", "0.25"), ("weight_decay", "1e-05"), ("on_hangup", "stop"),
  ] { try #require(Setting.named(key)).apply(text, to: &configuration) }
  var read = Configuration()
  try read.take(json: configuration.json().text, from: "config.json")
  for setting in Setting.all { #expect(setting.get(read) == setting.get(configuration), "\(setting.key)") }
  #expect(read.data == "pictures")
}

@Test func wrongValuesNameWhatIsAllowed() throws {
  var configuration = Configuration()
  func message(_ key: String, _ text: String) -> String {
    do {
      try Setting.named(key)!.apply(text, to: &configuration)
      return ""
    } catch { return "\(error)" }
  }
  #expect(message("encoder", "resnt18").contains("did you mean “resnet18”"))
  #expect(message("temperature", "0").contains("--temperature"))
  #expect(message("batch_size", "1.5").contains("--batch-size"))
  #expect(message("epochs", "many").contains("not “many”"))
  #expect(throws: Trouble.self) { try configuration.take(json: #"{"temprature": 1}"#, from: "f.json") }
}

@Test func settingsThatContradictOneAnotherAreRefused() throws {
  func sentence(_ settings: [(String, String)]) throws -> String {
    var configuration = Configuration()
    for (key, text) in settings { try Setting.named(key)!.apply(text, to: &configuration) }
    do { try configuration.check() } catch { return "\(error)" }
    return ""
  }
  #expect(try sentence([("mining", "semi-hard")]).contains("--mining semi-hard is for --loss"))
  #expect(try sentence([("mining", "semi-hard"), ("loss", "margin")]) == "")
  // Table 5 of the paper divides raw products by 10 and 100; cosines by 2 at most.
  #expect(try sentence([("temperature", "10")]).contains("--temperature goes from 0.01 to 2"))
  #expect(try sentence([("temperature", "100"), ("similarity", "dot")]) == "")
}

@Test func smallAndLargePicturesHaveTheirRecipes() throws {
  var small = Configuration()
  small.adapt(toLargestSide: 32)
  #expect(small.imageSize == 32 && small.encoder.name == "resnet20" && small.stem == .cifar)
  #expect(small.knobs.strength == 0.5 && small.knobs.blurProbability == 0)
  var large = Configuration()
  large.adapt(toLargestSide: 200)
  #expect(large.imageSize == 96 && large.encoder.name == "resnet18" && large.stem == .imagenet)
  #expect(large.knobs.strength == 1 && large.knobs.blurProbability == 0.5)
  var asked = Configuration()
  try Setting.named("strength")!.apply("0.3", to: &asked)
  asked.adapt(toLargestSide: 200)
  #expect(asked.knobs.strength == 0.3)
}

/// A view's rules belong to the experiment: a checkpoint has them, and a run resumed under others would be another.
@Test func rulesOfViewsReachTheirRecipe() throws {
  var configuration = Configuration()
  let plain = configuration.recipe(configuration.knobs)
  #expect(plain.cropRule == .torchvision && plain.jitterRule == .torchvision && plain.brightness == .multiplicative)
  for (key, text) in [("crop_rule", "reference"), ("jitter_rule", "reference"), ("brightness", "additive")] {
    let before = configuration
    try #require(Setting.named(key)).apply(text, to: &configuration)
    #expect(configuration != before && configuration.recipe(configuration.knobs) != before.recipe(before.knobs))
    #expect(configuration.json(experimentOnly: true).text.contains("\"\(key)\": \"\(text)\""))
  }
  let recipe = configuration.recipe(configuration.knobs)
  #expect(recipe.cropRule == .reference && recipe.jitterRule == .reference && recipe.brightness == .additive)
}

/// Whose config.json says neither: every encoder then had width 1 and the CIFAR stem.
@Test func runsFromBeforeWidthAndStemKeepTheirEncoder() throws {
  let run = NSTemporaryDirectory() + "simscope-old-\(getpid())"
  try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: run) }
  try #"{"encoder": "resnet18", "image_size": 96}"#.write(
    toFile: run + "/config.json", atomically: true, encoding: .utf8)
  let encoder = SimCLR(try RunFolder.configuration(of: run)).encoder
  #expect(encoder.stem == .cifar && encoder.width == 1)
}

@Test func theBaseRateFollowsItsRule() throws {
  var configuration = Configuration()
  try Setting.named("base_learning_rate")!.apply("0.3", to: &configuration)
  configuration.knobs.batchSize = 512
  configuration.adapt(toLargestSide: 32)
  #expect(abs(configuration.knobs.learningRate - 0.6) < 1e-12)
  configuration = Configuration()
  configuration.learningRateScaling = .sqrt
  try Setting.named("base_learning_rate")!.apply("0.075", to: &configuration)
  configuration.knobs.batchSize = 4096
  configuration.adapt(toLargestSide: 32)
  #expect(abs(configuration.knobs.learningRate - 4.8) < 1e-9)
}
