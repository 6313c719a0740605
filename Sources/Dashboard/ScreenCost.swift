/// What the program takes of the machine, and the screen's share of that; measured by whoever draws.
public struct ScreenCost: Sendable, Equatable {
  /// Resident bytes of the process.
  public var memory: Int
  /// Processor time per second of the whole process, and of the thread that draws: 1 is a core.
  public var process: Double
  public var screen: Double
  /// Cores that there are.
  public var cores: Int
  public var framesPerSecond: Double
  /// To the terminal.
  public var bytesPerSecond: Double

  public init(
    memory: Int, process: Double, screen: Double, cores: Int, framesPerSecond: Double, bytesPerSecond: Double
  ) {
    (self.memory, self.process, self.screen, self.cores) = (memory, process, screen, cores)
    (self.framesPerSecond, self.bytesPerSecond) = (framesPerSecond, bytesPerSecond)
  }
}
