extension FloatingPoint {
  /// A cosine that rounding has put outside −1…1, put back; NaN stays.
  public var clampedCosine: Self { magnitude > 1 ? (self > 0 ? 1 : -1) : self }
}
