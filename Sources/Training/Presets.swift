/// The table of presets. The paper is Chen et al. 2020, arXiv 2002.05709v3.

extension Preset {
  public static let all = [
    Preset(
      name: "paper-imagenet", summary: "the paper's default; its best numbers take 1000 epochs",
      source:
        "paper: sections 2.1 to 2.3 (batch, LARS, warm-up, cosine), 3 and appendix A (views), Table 5 (temperature)",
      values: imagenet.with([
        "base_learning_rate": "0.3", "weight_decay": "1e-6", "head_layers": "2", "brightness": "additive",
      ]),
      differences: google + [
        "the paper's text names no batch norm in the head; the code that made its numbers has it, and so has this preset"
      ]),
    Preset(
      name: "reference-imagenet", summary: "the authors' code today; around 64.5 % linear",
      source: "google-research/simclr @383d414: README.md (ImageNet command), run.py, data_util.py",
      values: imagenet.with([
        "base_learning_rate": "0.075", "learning_rate_scaling": "sqrt", "weight_decay": "1e-4", "head_layers": "3",
        "loss_scale": "reference",
      ]),
      differences: google + ["the blur's sigma is drawn once for a whole batch"]),
    Preset(
      name: "paper-cifar10", summary: "the paper's CIFAR-10; 94.0 % linear at this batch size",
      source: "paper: appendix B.9, Figures B.7 and B.8",
      values: googleCIFAR.with([
        "encoder": "resnet50", "batch_size": "1024", "weight_decay": "1e-6", "head_layers": "2",
        "brightness": "additive",
      ]),
      differences: google + [
        "of the base rates tried, 0.5, 1.0 and 1.5, the paper does not say which was best: the middle"
      ]),
    Preset(
      name: "reference-cifar10", summary: "the authors' code today; around 91 % linear",
      source: "google-research/simclr @383d414: README.md (CIFAR-10 command), run.py, data_util.py",
      values: googleCIFAR.with([
        "encoder": "resnet18", "batch_size": "512", "weight_decay": "1e-4", "head_layers": "3",
        "loss_scale": "reference",
      ]),
      differences: google),
    Preset(
      name: "lightly-cifar10", summary: "84.7 % kNN, 84.8 % at batch size 512",
      source: "lightly-ai/lightly @e8d317f: docs/source/getting_started/benchmarks/cifar10_benchmark.py",
      values: torchCIFAR.with([
        "optimizer": "sgd", "base_learning_rate": "0.12", "weight_decay": "5e-4", "batch_size": "128", "epochs": "200",
        "normalize": "imagenet",
      ]),
      differences: torch + decaysAll + [
        "the head's last batch norm has a shift", "the rate moves once an epoch, not every step",
      ]),
    Preset(
      name: "solo-learn-cifar10", summary: "90.7 % online linear",
      source: "vturrisi/solo-learn @9187ea3: scripts/pretrain/cifar/simclr.yaml and augmentations/symmetric.yaml",
      values: torchCIFAR.with([
        "optimizer": "lars", "base_learning_rate": "0.4", "weight_decay": "1e-4", "warmup_epochs": "10",
        "batch_size": "256", "epochs": "1000", "temperature": "0.2", "strength": "1", "blur_probability": "0.5",
        "normalize": "cifar", "head_hidden": "2048", "head_norm": "none", "projection_dim": "256",
      ]),
      differences: torch + [
        "the first convolution has padding 2, so maps are 34×34",
        "its LARS steps by the smaller of 0.02 ‖w‖/‖g‖ and the rate: at its peak up to fifty times as far as here",
        "crops are bicubic, warm-up starts at 3e-5, maps are float16",
      ]),
    Preset(
      name: "kobak-cifar10", summary: "91.4 % kNN, 91.9 % linear; for 100 epochs it takes --base-learning-rate 0.06",
      source: "dkobak/simclr-cifar10 @44b2500: simclr-cifar10.py, README.md",
      values: torchCIFAR.with([
        "optimizer": "sgd", "base_learning_rate": "0.03", "weight_decay": "5e-4", "batch_size": "512",
        "epochs": "1000", "crop_min": "0.2", "gray_probability": "0.1", "head_hidden": "1024", "head_norm": "none",
        "drop_last": "false",
      ]),
      differences: torch + decaysAll + ["the rate moves once an epoch, not every step"]),
    Preset(
      name: "leftthomas-cifar10", summary: "89.1 % kNN, 92.0 % linear, both at the epoch that was best on test",
      source: "leftthomas/SimCLR @cee178b: main.py, model.py, utils.py",
      values: torchCIFAR.with([
        "encoder": "resnet50", "optimizer": "adam", "learning_rate": "1e-3", "schedule": "constant",
        "weight_decay": "1e-6", "batch_size": "512", "epochs": "500", "normalize": "cifar", "head_hidden": "512",
      ]),
      differences: torch + decaysAll + [
        "the head has no batch norm behind its last layer",
        "pixels are divided by deviations of 0.2023, 0.1994 and 0.2010",
      ]),
    Preset(
      name: "sthalles-cifar10", summary: "69.8 %: what ImageNet's stem costs on small pictures",
      source: "sthalles/SimCLR @1848fc9: run.py, simclr.py, models/resnet_simclr.py",
      values: torchCIFAR.with([
        "stem": "imagenet", "optimizer": "adam", "learning_rate": "3e-4", "weight_decay": "1e-4",
        "warmup_epochs": "0", "batch_size": "256", "epochs": "200", "temperature": "0.07", "strength": "1",
        "blur_probability": "1", "head_norm": "none",
      ]),
      differences: decaysAll + [
        "the cosine is as long as an epoch has batches, and moves once an epoch from the tenth on"
      ]),
    Preset(
      name: "quick", summary: "a first look: some minutes on two cores for CIFAR-10",
      source: "simscope's own",
      values: torchCIFAR.with([
        "encoder": "resnet8", "optimizer": "adam", "learning_rate": "1e-3", "weight_decay": "1e-6",
        "batch_size": "256", "epochs": "20",
      ]),
      differences: []),
  ]

  // MARK: what they share

  /// The paper's family: the loss, the width, every probability of the views.
  private static let common = [
    "width": "1", "zero_init_residual": "true", "head": "nonlinear", "head_norm": "reference", "projection_dim": "128",
    "precision": "float32",
    "loss": "nt-xent", "similarity": "cosine", "mining": "none", "loss_scale": "paper",
    "augmentation": "simclr", "crop_min": "0.08", "flip_probability": "0.5", "jitter_probability": "0.8",
    "gray_probability": "0.2", "crop_rule": "torchvision", "jitter_rule": "torchvision",
    "brightness": "multiplicative", "normalize": "none", "learning_rate_scaling": "linear", "momentum": "0.9",
    "nesterov": "false", "schedule": "cosine", "drop_last": "true",
  ]

  private static let imagenet = common.with([
    "encoder": "resnet50", "stem": "imagenet", "image_size": "224", "optimizer": "lars", "warmup_epochs": "10",
    "batch_size": "4096", "epochs": "100", "temperature": "0.1", "strength": "1", "blur_probability": "0.5",
    "crop_rule": "reference", "jitter_rule": "reference",
  ])

  private static let cifar = common.with([
    "stem": "cifar", "image_size": "32", "temperature": "0.5", "strength": "0.5", "blur_probability": "0",
  ])

  private static let googleCIFAR = cifar.with([
    "optimizer": "lars", "base_learning_rate": "1", "warmup_epochs": "10", "epochs": "1000",
    "crop_rule": "reference", "jitter_rule": "reference",
  ])

  private static let torchCIFAR = cifar.with([
    "encoder": "resnet18", "zero_init_residual": "false", "head_layers": "2", "warmup_epochs": "0",
  ])

  private static let google = [
    "convolutions start with deviation √(1 / fan-in), the head with 0.01",
    "a stage's first block has a projection in the first stage too (resnet18: 11,173,056 parameters, here 11,168,832)",
    "pictures are shuffled within a buffer, and a batch may reach into the next epoch",
  ]

  private static let torch = [
    "each view goes forward alone, so that batch norm sees one view at a time"
  ]

  private static let decaysAll = ["weight decay acts on biases and batch norm too"]
}

extension [String: String] {
  /// These values, and those in their place.
  fileprivate func with(_ values: [String: String]) -> [String: String] { merging(values) { $1 } }
}
