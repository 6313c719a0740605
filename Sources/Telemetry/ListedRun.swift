/// A run in a list of runs, by what its files say at a glance.
public struct ListedRun: Sendable, Equatable {
  /// The run folder's name and path.
  public var name: String
  public var folder: String
  /// The newest step written down; 0: none.
  public var step: Int
  /// Of the newest step; nil when there is none.
  public var loss: Double?
  /// The settings in which it differs from the run it is listed for: "temperature 0.2".
  public var differences: [String]
  /// Seconds since its last step was written.
  public var age: Double
  /// Somebody trains in it now.
  public var isTraining: Bool

  public init(
    name: String, folder: String, step: Int, loss: Double?, differences: [String], age: Double, isTraining: Bool
  ) {
    (self.name, self.folder, self.step, self.loss) = (name, folder, step, loss)
    (self.differences, self.age, self.isTraining) = (differences, age, isTraining)
  }
}
