/// Limited-memory BFGS (Nocedal and Wright 2006, algorithm 7.5) with a line search for the strong Wolfe conditions
/// (algorithms 3.5 and 3.6): minimises a smooth function of many variables. Single-threaded and in double precision, so
/// that it repeats where its function does.
import Foundation

public struct LBFGS: Sendable, Equatable {
  public var maxIterations = 200
  /// Pairs of steps and changes of gradient that are remembered.
  public var history = 20
  /// Done when no entry of the gradient is larger.
  public var gradientTolerance = 1e-7
  /// Done when the value changes by less.
  public var changeTolerance = 1e-10

  public init() {}

  public struct Outcome: Sendable, Equatable {
    /// At the point found.
    public var value: Double
    public var iterations = 0
    /// How often the function was asked.
    public var evaluations = 0
    /// The largest entry of the gradient.
    public var largestGradient: Double
  }

  /// The function's value at x; writes its gradient.
  public typealias Objective = (_ x: [Double], _ gradient: inout [Double]) -> Double

  /// Moves x to a minimum.
  /// - Parameter isGoingOn: called before each iteration with its number; false ends with `CancellationError`.
  public func minimize(_ x: inout [Double], isGoingOn: (Int) -> Bool, _ objective: Objective) throws -> Outcome {
    var line = Line(x, objective)
    var memory = Memory(limit: history)
    var outcome = Outcome(value: line.start.value, largestGradient: largest(line.gradient))
    for iteration in 0..<maxIterations where outcome.largestGradient > gradientTolerance {
      guard isGoingOn(iteration) else { throw CancellationError() }
      let before = (line.origin, line.gradient)
      let direction = memory.direction(line.gradient)
      // The first direction is the gradient itself, whose length says nothing about the step.
      let first = iteration == 0 ? min(1, 1 / line.gradient.reduce(0) { $0 + abs($1) }) : 1
      guard let value = line.move(along: direction, first: first, objective) else { break }
      outcome.iterations += 1
      outcome.largestGradient = largest(line.gradient)
      let change = abs(value - outcome.value)
      outcome.value = value
      if change < changeTolerance { break }
      memory.remember(step: difference(line.origin, before.0), change: difference(line.gradient, before.1))
    }
    x = line.origin
    outcome.evaluations = line.evaluations
    return outcome
  }
}

/// The last steps and what they did to the gradient: an approximation of the inverse Hessian.
private struct Memory {
  let limit: Int
  private var pairs: [(step: [Double], change: [Double], product: Double)] = []

  init(limit: Int) { self.limit = limit }

  mutating func remember(step: [Double], change: [Double]) {
    let product = dot(step, change)
    // Without curvature along the step the approximation would not stay positive.
    guard product > 1e-14 * dot(change, change) else { return }
    pairs.append((step, change, product))
    if pairs.count > limit { pairs.removeFirst() }
  }

  /// −H · gradient, by the two-loop recursion.
  func direction(_ gradient: [Double]) -> [Double] {
    var d = gradient.map { -$0 }
    var factors: [Double] = []
    for pair in pairs.reversed() {
      let factor = dot(pair.step, d) / pair.product
      add(-factor, pair.change, to: &d)
      factors.append(factor)
    }
    if let last = pairs.last {
      let scale = last.product / dot(last.change, last.change)
      for i in d.indices { d[i] *= scale }
    }
    for (pair, factor) in zip(pairs, factors.reversed()) {
      add(factor - dot(pair.change, d) / pair.product, pair.step, to: &d)
    }
    return d
  }
}

/// A point, and the search for a better one along a line through it.
private struct Line {
  /// A place on the line: value and slope at origin + step · direction.
  struct Place {
    var step: Double
    var value: Double
    var slope: Double
  }

  private(set) var origin: [Double]
  /// At the origin; during a search, at the place last looked at.
  private(set) var gradient: [Double]
  private(set) var start: Place
  private(set) var evaluations = 1

  /// Share of the slope's promise that a step must keep, and share of the slope that may be left.
  private static let decrease = 1e-4
  private static let curvature = 0.9
  private static let limit = 25

  init(_ x: [Double], _ objective: LBFGS.Objective) {
    origin = x
    gradient = [Double](repeating: 0, count: x.count)
    let value = objective(x, &gradient)
    start = Place(step: 0, value: value, slope: 0)
  }

  /// Moves the origin along the direction.
  /// - Returns: the value there; nil, and nothing has changed, when rounding leaves no better place to be found.
  mutating func move(along direction: [Double], first: Double, _ objective: LBFGS.Objective) -> Double? {
    let (from, gradientThere) = (origin, gradient)
    start.slope = dot(gradient, direction)
    guard start.slope < 0 else { return nil }
    var last = start
    func look(_ step: Double, _ line: inout Line) -> Place {
      line.origin = from
      add(step, direction, to: &line.origin)
      let value = objective(line.origin, &line.gradient)
      line.evaluations += 1
      last = Place(step: step, value: value, slope: dot(line.gradient, direction))
      return last
    }
    guard let found = search(first: first, look), found.step > 0, found.value <= start.value else {
      (origin, gradient) = (from, gradientThere)
      return nil
    }
    if found.step != last.step { _ = look(found.step, &self) }
    start = Place(step: 0, value: found.value, slope: 0)
    return found.value
  }

  private mutating func search(first: Double, _ look: (Double, inout Line) -> Place) -> Place? {
    var (previous, step) = (start, first)
    for trial in 0..<Self.limit {
      let place = look(step, &self)
      if isTooHigh(place) || (trial > 0 && place.value >= previous.value) { return zoom(previous, place, look) }
      if isFlat(place) { return place }
      if place.slope >= 0 { return zoom(place, previous, look) }
      step = min(max(minimum(previous, place), place.step * 1.1), place.step * 10)
      previous = place
    }
    return previous
  }

  /// Between a low place and another one there is a place that will do.
  private mutating func zoom(_ low: Place, _ high: Place, _ look: (Double, inout Line) -> Place) -> Place? {
    var (low, high) = (low, high)
    for _ in 0..<Self.limit {
      let width = high.step - low.step
      // No closer to an end than a tenth, so that the bracket shrinks.
      let share = min(max((minimum(low, high) - low.step) / width, 0.1), 0.9)
      let place = look(low.step + (share.isNaN ? 0.5 : share) * width, &self)
      if isTooHigh(place) || place.value >= low.value {
        high = place
      } else {
        if isFlat(place) { return place }
        if place.slope * width >= 0 { high = low }
        low = place
      }
      if abs(high.step - low.step) < 1e-9 { break }
    }
    return low
  }

  /// Also of a value that is no number.
  private func isTooHigh(_ place: Place) -> Bool {
    !(place.value <= start.value + Self.decrease * place.step * start.slope)
  }
  private func isFlat(_ place: Place) -> Bool { abs(place.slope) <= -Self.curvature * start.slope }

  /// Where the cubic through two places has its minimum (Nocedal and Wright, equation 3.59).
  private func minimum(_ a: Place, _ b: Place) -> Double {
    let d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step)
    let d2 = (d1 * d1 - a.slope * b.slope).squareRoot() * (b.step > a.step ? 1 : -1)
    let step = b.step - (b.step - a.step) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
    return step.isFinite ? step : (a.step + b.step) / 2
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for i in a.indices { sum += a[i] * b[i] }
  return sum
}

private func add(_ factor: Double, _ a: [Double], to b: inout [Double]) {
  for i in a.indices { b[i] += factor * a[i] }
}

private func difference(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 - $1 } }

private func largest(_ a: [Double]) -> Double { a.reduce(0) { max($0, abs($1)) } }
