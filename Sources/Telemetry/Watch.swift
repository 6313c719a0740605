/// What costs time to find out, so that the trainer does it only while a screen shows it.
public enum Watch: String, Sendable, CaseIterable {
  /// `Snapshot.layers`
  case layers
  /// `Snapshot.embedding` by principal components; by t-SNE, by UMAP, too
  case embedding, tsne, umap
  /// `Snapshot.batch`: the fixed probe batch; the batch of a step
  case probe, batch
}
