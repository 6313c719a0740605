/// Random numbers as a function of where they are used: the same (seed, purpose, coordinates) always gives the same
/// stream, so results depend neither on the number of threads nor on what was drawn before.

/// SplitMix64 (Steele, Lea, Flood 2014) started from a hash of its coordinates.
public struct RandomStream: RandomNumberGenerator, Sendable, Equatable {
  private var state: UInt64

  /// What a stream is for; keeps streams with the same coordinates apart.
  public enum Purpose: UInt64, Sendable {
    case initialization = 1, shuffle, view, split, generator, test, map
  }

  /// - Parameter coordinates: for a view: epoch, image index, view (0 or 1).
  public init(seed: UInt64, _ purpose: Purpose, _ coordinates: Int...) {
    state = Self.mix(seed &+ 0x9e37_79b9_7f4a_7c15 &* purpose.rawValue)
    for coordinate in coordinates {
      state = Self.mix(state ^ Self.mix(UInt64(bitPattern: Int64(coordinate)) &+ 0x632b_e59b_d9b4_e019))
    }
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mix(state)
  }

  /// The stream after so many more numbers, without drawing them.
  public func skipping(_ count: Int) -> RandomStream {
    var later = self
    later.state &+= 0x9e37_79b9_7f4a_7c15 &* UInt64(count)
    return later
  }

  /// Uniform in [0, 1), 24 bits.
  public mutating func unit() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// Uniform in [low, high).
  public mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * unit() }

  /// True with the given probability; draws one number whatever the probability.
  public mutating func chance(_ probability: Float) -> Bool { unit() < probability }

  /// Uniform in 0..<count.
  public mutating func below(_ count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
