/// What a person can ask for.
public enum Intent: Sendable, Equatable {
  /// Moves the choice among the knobs.
  case choose(Int)
  /// Turns the chosen knob by clicks.
  case turn(Int, fine: Bool)
  /// One character of an exact value.
  case type(Unicode.Scalar)
  case eraseTyped, applyTyped, cancelTyped
  case focus(Int)
  case zoom, back
  /// One panel alone.
  case show(Panel)
  case scroll(Int)
  /// Another pair of views, so many further on.
  case pair(Int)
  case reroll
  /// Many pairs, or the stages of one.
  case toggleSheet
  case pauseOrResume, singleStep, undo, checkpoint, evaluate
  case draw(DrawIntent)
  case palette(PaletteIntent)
  case arrange(ArrangementIntent)
  case searchLog(LogSearchIntent)
  case embedding(EmbeddingIntent)
  case similarity(SimilarityIntent)
  case metrics(MetricsIntent)
  case runs(RunListIntent)
  case replay(ReplayIntent)
  case rewind(RewindIntent)
  case nextTheme, nextGraphics, showLog, help
  case mouse(MouseIntent)
  /// `stop` ends the run; `quit`, too, unless the screen is only attached to it.
  case quit, stop, confirmQuit, stay
}
