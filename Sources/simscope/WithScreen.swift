/// A terminal for as long as something is shown on it.
import Canvas
import Curses
import Dashboard
import Telemetry
import Training

/// Opens the terminal, or takes one that is lent, hands a loop over it to `body`, and gives it back.
func withScreen<Result>(
  _ themes: [Theme], _ options: TerminalOptions, on lent: LentTerminal? = nil, isPreview: Bool = false,
  knobs: Knobs = Knobs(), comparing histories: [RunHistory] = [], keys: KeyChanges,
  memory: ScreenMemory = ScreenMemory(),
  _ body: (inout ScreenLoop) throws -> Result
) throws -> Result {
  let terminal = if let lent { try Terminal(lent, options: options) } else { try Terminal(options: options) }
  // stderr goes to the log by now.
  if options.logPath != nil, let remark = terminal.remark { complain(remark) }
  var state = DashboardState(
    themes: themes, abilities: terminal.abilities, isPreview: isPreview, isComparison: !histories.isEmpty,
    isAttached: lent != nil, knobs: knobs, keys: keys)
  state.arrangement = memory.arrangement
  state.remember(theme: memory.theme, isShown: !memory.isOverruled)
  if memory.isFirst { state.greet() }
  var screen = ScreenLoop(terminal, state, try Overlays(histories), log: options.logPath)
  screen.takeAbilities()
  let result = Swift.Result { try body(&screen) }
  screen.close()
  return try result.get()
}
