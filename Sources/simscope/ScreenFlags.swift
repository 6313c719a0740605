/// The flags of every command that may show the dashboard.
import Canvas
import Training

let screenFlags =
  [
    Flag("headless", "", "plain lines instead of the dashboard", group: "screen"),
    Flag(
      "plain", "", "lines for screen readers and dumb terminals, one a second; commands in words on stdin (“help”)",
      group: "screen"),
    Flag("json", "", "lines as in events.jsonl and metrics.jsonl instead, one a second of these", group: "screen"),
  ] + displayFlags

/// Those of every command that shows something on a terminal.
let displayFlags = [
  Flag("theme", "NAME|FILE", "colours, also a .theme of btop; “list” names them", group: "screen"),
  Flag("graphics", "auto|sixel|kitty|sextant|quadrant|half|braille|ascii", "how pictures are drawn", group: "screen"),
  Flag("colors", "auto|truecolor|256|16|mono", "how many colours the terminal has", group: "screen"),
  Flag("keys", "FILE", "other keys, as {\"pause\": \"p\"}; “list” names what has keys", group: "screen"),
  Flag("fps", "N", "frames a second at most (10)", group: "screen"),
  Flag("max-bps", "N", "bytes a second at most, 2000 or more; pictures are in cells then", group: "screen"),
]
