/// Whether a forward pass learns from its batch or only reads.
public enum Mode: Sendable {
  /// Batch statistics; what backward needs is kept.
  case training
  /// Running statistics; nothing is kept, and a layer may write over its input.
  case inference
}
