/// One line on stderr that says how far a command is and when it will be done; silent where stderr is no terminal.
import Basics
import Canvas
import Foundation
import Synchronization

final class ProgressLine: Sendable {
  private let title: String
  private let start = ContinuousClock.now
  private let lastShown = Mutex(ContinuousClock.now - .seconds(1))
  private let isShown = isatty(2) == 1

  init(_ title: String) { self.title = title }

  /// - Parameters:
  ///   - share: done, 0…1.
  ///   - detail: what is being done.
  func show(_ share: Double, _ detail: String = "") {
    let isDue = lastShown.withLock { last in
      guard ContinuousClock.now - last > .milliseconds(200) else { return false }
      last = .now
      return true
    }
    guard isShown, isDue else { return }
    let elapsed = start.duration(to: .now) / .seconds(1)
    let left = share > 0.02 ? ", \(Figures.duration(elapsed / share * (1 - share))) left" : ""
    write("\r\(title) \(Int(share * 100)) %\(left)\(detail.isEmpty ? "" : " · " + detail.visible)\u{1B}[K")
  }

  func end() { if isShown { write("\r\u{1B}[K") } }

  private func write(_ text: String) { Output.write(text, to: STDERR_FILENO) }
}
