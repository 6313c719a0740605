/// What keys can do, by name: for the command palette and for files that give other keys.

/// One thing that a key may ask for.
public struct Action: Sendable {
  /// Words joined by dashes; what a file of keys calls it.
  public let name: String
  public let intent: Intent

  init(_ name: String, _ intent: Intent) { (self.name, self.intent) = (name, intent) }
}

/// All that has a name; answers and letters being typed have none.
public let actions: [Action] =
  [
    Action("turn-down", .turn(-1, fine: false)), Action("turn-up", .turn(1, fine: false)),
    Action("turn-down-finely", .turn(-1, fine: true)), Action("turn-up-finely", .turn(1, fine: true)),
    Action("knob-above", .choose(-1)), Action("knob-below", .choose(1)), Action("undo", .undo),
    Action("rewind", .rewind(.ask)),
    Action("pause", .pauseOrResume), Action("step", .singleStep), Action("save", .checkpoint),
    Action("evaluate", .evaluate),
    Action("next-pair", .pair(1)), Action("previous-pair", .pair(-1)), Action("ten-pairs-on", .pair(10)),
    Action("ten-pairs-back", .pair(-10)), Action("re-roll", .reroll),
    Action("contact-sheet", .toggleSheet),
    Action("scroll-up", .scroll(-1)), Action("scroll-down", .scroll(1)), Action("zoom", .zoom), Action("back", .back),
    Action("panel-loss", .show(.loss)), Action("metrics", .show(.loss)), Action("panel-similarity", .show(.similarity)),
    Action("panel-views", .show(.views)), Action("panel-embedding", .show(.embedding)),
    Action("panel-layers", .show(.layers)), Action("panel-resources", .show(.resources)),
    Action("panel-knobs", .show(.knobs)), Action("panel-log", .show(.log)),
    Action("next-panel", .focus(1)), Action("previous-panel", .focus(-1)), Action("log", .showLog),
    Action("search-log", .searchLog(.open)),
    Action("graphics", .nextGraphics), Action("theme", .nextTheme), Action("command", .palette(.open)),
    Action("help", .help), Action("quit", .quit), Action("stop", .stop),
  ] + drawActions + arrangementActions + embeddingActions + similarityActions + metricsActions + replayActions
