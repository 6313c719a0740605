/// What training minimises: a contrastive loss among the 2N views of a batch and the similarity it is taken of (paper,
/// sections 2.1 and 5.1, Tables 2, 4 and 5). τ is a knob.
///
/// s⁺ is the similarity of a view with its partner, s⁻ with a negative: each of the 2(N − 1) views of other images. (For
/// Table 4 the paper took the negatives of one of the two augmented views only.) A loss is the mean over all 2N views.
public struct Objective: Sendable, Equatable {
  public enum Loss: String, Sendable, CaseIterable {
    /// −s⁺/τ + log(exp(s⁺/τ) + Σ exp(s⁻/τ)): the cross entropy of finding the partner (equation 1).
    case ntXent = "nt-xent"
    /// −log σ(s⁺/τ) − log σ(−s⁻/τ), the mean over the negatives: Table 2 says it of one negative.
    case ntLogistic = "nt-logistic"
    /// max(s⁻ − s⁺ + m, 0), the mean over the negatives.
    case margin
  }

  public enum Similarity: String, Sendable, CaseIterable {
    /// Of z scaled to length one.
    case cosine
    /// The product of z as it is, as in Table 5 without ℓ₂ normalisation.
    case dot
  }

  /// Which negatives a loss other than NT-Xent counts; NT-Xent weighs them by their hardness itself.
  public enum Mining: String, Sendable, CaseIterable {
    /// All of them.
    case none
    /// Of each view one: the most similar of those that are less similar than its partner (section 5.1, after Schroff et
    /// al. 2015); of equals the first. Where every negative is as similar as the partner or more, it is the least
    /// similar of all, as in TensorFlow's `triplet_semihard_loss`; so a collapsed batch still has its loss.
    case semiHard = "semi-hard"
  }

  public enum Scale: String, Sendable, CaseIterable {
    /// The mean over all 2N views.
    case paper
    /// The reference code adds the means of both directions: exactly twice the paper's loss and gradient.
    case reference
  }

  public var loss = Loss.ntXent
  public var similarity = Similarity.cosine
  public var mining = Mining.none
  /// m of the margin loss, in units of the similarity. The paper tried 0, 0.4, 0.8 and 1.6.
  public var margin = 0.8
  public var scale = Scale.paper

  public init() {}

  /// In the paper's words: "NT-Xent", "margin, semi-hard, dot, ×2".
  public var name: String {
    let word = [.ntXent: "NT-Xent", .ntLogistic: "NT-Logistic", .margin: "margin"][loss]!
    return word + (mining == .none ? "" : ", semi-hard") + (similarity == .cosine ? "" : ", dot")
      + (scale == .paper ? "" : ", ×2")
  }

  /// What loss and gradient are multiplied by.
  public var factor: Double { scale == .reference ? 2 : 1 }

  /// The values a knob takes under this objective. Cosines lie between −1 and 1; products do not, and Table 5 divides
  /// them by 10 and by 100.
  public func range(of knob: Knob) -> ClosedRange<Double> {
    similarity == .dot ? knob.widestRange : knob.range
  }
}
