/// How long something takes, and the middle of many.

/// The median of the seconds that a call of `body` takes, over at least three calls and about `seconds`; a first call
/// warms up and is not counted.
public func medianTime(seconds: Double, _ body: () throws -> Void) rethrows -> Double {
  try body()
  var times: [Double] = []
  let start = ContinuousClock.now
  while times.count < 3 || start.duration(to: .now) < .seconds(seconds) {
    let before = ContinuousClock.now
    try body()
    times.append(before.duration(to: .now) / .seconds(1))
  }
  return median(times)
}

/// The middle of the values, the upper one of an even number; NaN of none.
public func median(_ values: [Double]) -> Double {
  values.isEmpty ? .nan : values.sorted()[values.count / 2]
}
