/// What a person may ask of the trainer. It obeys at a step boundary and nowhere else.
public enum Command: Sendable, Equatable {
  /// Turns the knob of this key to an exact value.
  case turn(String, to: Double)
  /// Turns the last turned knob back.
  case undo
  case pause, resume
  /// One step, then pause again.
  case singleStep
  case saveCheckpoint
  /// Weighted kNN now.
  case evaluate
  /// What a screen shows now; the rest need not be found out.
  case watch(Set<Watch>)
  /// Gives the run another length; the schedule is laid anew.
  case extend(RunLength)
  /// Goes on from the newest checkpoint up to a step, as another run; this one stays as it is.
  case rewind(toStep: Int)
  /// Of a recording: to where it stood after a step; so many of its seconds a second. A trainer goes its own way.
  case seek(toStep: Int)
  case playSpeed(Double)
  /// Save and end.
  case stop
  /// Something has happened to the screen: the run goes on and writes it down.
  case report(Event.Kind)
}
