/// Many pairs of views at once, and how far colour alone gives them away.
public struct ViewSheet: Sendable, Equatable {
  public struct Pair: Sendable, Equatable {
    public var index: Int
    public var label: String?
    /// The first and the second view.
    public var views: [Picture]

    public init(index: Int, label: String?, views: [Picture]) {
      (self.index, self.label, self.views) = (index, label, views)
    }
  }

  public var pairs: [Pair]
  /// Of so many pictures, the share whose first view is nearest to its own second view by histograms of colour: the
  /// shortcut that strong colour distortion closes (paper, section 3.1 and Figure 6). Chance is 1/matched.
  public var colorMatch: Double
  public var matched: Int

  public init(pairs: [Pair], colorMatch: Double, matched: Int) {
    (self.pairs, self.colorMatch, self.matched) = (pairs, colorMatch, matched)
  }
}
