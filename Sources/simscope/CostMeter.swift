/// What the program takes of the machine, once a second, as the kernel counts it.
import Basics
import Dashboard
import Foundation

struct CostMeter {
  private struct Count {
    var time = ContinuousClock.now
    var process = 0.0
    var screen = 0.0
    var frames = 0
    var bytes = 0
  }

  private var last = Count()
  private var frames = 0
  private let cores = usableCores()

  mutating func countFrame() { frames += 1 }

  /// Called by the thread that draws.
  /// - Returns: nil while the last one is younger than a second.
  mutating func measure(bytesSent: Int) -> ScreenCost? {
    let now = ContinuousClock.now
    guard now - last.time >= .seconds(1) else { return nil }
    let count = Count(
      time: now, process: Self.seconds(CLOCK_PROCESS_CPUTIME_ID), screen: Self.seconds(CLOCK_THREAD_CPUTIME_ID),
      frames: frames, bytes: bytesSent)
    let seconds = (now - last.time) / .seconds(1)
    let isFirst = last.process == 0
    let before = last
    last = count
    // The first only starts the counting.
    guard !isFirst else { return nil }
    return ScreenCost(
      memory: Self.residentMemory, process: (count.process - before.process) / seconds,
      screen: (count.screen - before.screen) / seconds, cores: cores,
      framesPerSecond: Double(count.frames - before.frames) / seconds,
      bytesPerSecond: Double(count.bytes - before.bytes) / seconds)
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static var residentMemory: Int {
    let fields =
      Files.bytes(of: "/proc/self/statm").map { String(decoding: $0, as: UTF8.self) }?.split(separator: " ") ?? []
    return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
