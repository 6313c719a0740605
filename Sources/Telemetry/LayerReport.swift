/// What one step did to one layer: a convolution or a dense layer with the batch norm behind it.
public struct LayerStatistics: Sendable, Equatable {
  /// Its weight's name in the checkpoint without ".weight": "encoder.layer1.0.conv1".
  public var name: String
  /// ‖w‖ after the step; ‖g‖ of the loss, without weight decay.
  public var weightNorm: Double
  public var gradientNorm: Double
  /// ‖Δw‖ / ‖w‖, with w before the step; NaN where that was 0.
  public var updateRatio: Double
  /// 0.001 · ‖w‖ / ‖g + λw‖, by which LARS scales the rate; nil with other optimizers.
  public var trustRatio: Double?
  /// Share of the channels that no gradient came back through for any view of the batch: behind them ReLU was 0
  /// everywhere. nil where there is neither batch norm nor bias to tell.
  public var deadShare: Double?

  public init(
    name: String, weightNorm: Double, gradientNorm: Double, updateRatio: Double, trustRatio: Double? = nil,
    deadShare: Double? = nil
  ) {
    (self.name, self.weightNorm, self.gradientNorm) = (name, weightNorm, gradientNorm)
    (self.updateRatio, self.trustRatio, self.deadShare) = (updateRatio, trustRatio, deadShare)
  }
}

/// All layers at one step, from the pictures to z.
public struct LayerReport: Sendable, Equatable {
  public var step: Int
  public var layers: [LayerStatistics]

  public init(step: Int, layers: [LayerStatistics]) { (self.step, self.layers) = (step, layers) }
}
