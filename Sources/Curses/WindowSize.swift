/// How large the terminal's window is, and what time it is.
import CTerminal
import Glibc

/// Sizes in cells and pixels; pixels are 0 where the terminal does not say.
struct WindowSize: Equatable {
  var columns = 80
  var rows = 24
  var pixelWidth = 0
  var pixelHeight = 0

}

extension WindowSize {
  /// Of a terminal, by its file.
  init(of file: Int32) {
    var size: (columns: Int32, rows: Int32, width: Int32, height: Int32) = (0, 0, 0, 0)
    guard ct_size(file, &size.columns, &size.rows, &size.width, &size.height), size.columns > 0, size.rows > 0 else {
      return
    }
    (columns, rows) = (Int(size.columns), Int(size.rows))
    (pixelWidth, pixelHeight) = (Int(size.width), Int(size.height))
  }
}

/// Seconds on a clock that is never set.
func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
