/// Plays a recording: in the trainer's place it publishes what a screen shows, and obeys what it is asked.
import Foundation
import Telemetry

public struct Player: ~Copyable {
  private let recording: Recording
  private let link: Link
  private var step = 0
  /// Seconds of training that have been played; between two steps it is ahead of `step`.
  private var time = 0.0
  private var isPlaying = true
  private var speed: Double
  private var isStopping = false

  /// A recording is through in so many seconds, unless asked otherwise.
  private static let usualLength = 30.0
  private static let frame = 0.1

  /// From its beginning.
  public init(_ recording: Recording, _ link: Link) {
    (self.recording, self.link) = (recording, link)
    speed = Self.round(max(1, recording.time(at: recording.lastStep) / Self.usualLength))
  }

  /// To 1, 2 or 5 times a power of ten.
  private static func round(_ speed: Double) -> Double {
    let power = pow(10, floor(log10(speed)))
    return power * ([1, 2, 5, 10].last { $0 * power <= speed * 1.0001 } ?? 1)
  }

  /// Until it is told to stop.
  public mutating func play() {
    var before = ContinuousClock.now
    while !isStopping {
      publish()
      let waits = !isPlaying || step == recording.lastStep
      for command in link.receive(wait: waits ? 3600 : Self.frame) { obey(command) }
      let now = ContinuousClock.now
      if isPlaying, !waits { advance(by: (now - before) / .seconds(1) * speed) }
      before = now
    }
  }

  private mutating func advance(by seconds: Double) {
    time = min(time + seconds, recording.time(at: recording.lastStep))
    step = max(step, recording.step(at: time))
  }

  private mutating func obey(_ command: Command) {
    switch command {
    case .pause: isPlaying = false
    case .resume:
      if step == recording.lastStep { seek(to: 0) }
      isPlaying = true
    case .singleStep:
      isPlaying = false
      seek(to: step + 1)
    case .seek(let step): seek(to: step)
    case .playSpeed(let speed): self.speed = min(max(Self.round(speed), 1), 1e6)
    case .stop: isStopping = true
    case .turn, .undo, .saveCheckpoint, .evaluate, .extend, .rewind, .watch, .report: break
    }
  }

  private mutating func seek(to asked: Int) {
    step = min(max(asked, 0), recording.lastStep)
    time = recording.time(at: step)
  }

  private func publish() {
    var snapshot = recording.snapshot(at: step)
    snapshot.state = isPlaying && step < recording.lastStep ? .running : .paused
    snapshot.replay = Snapshot.Replay(speed: speed, lastStep: recording.lastStep)
    link.publish(snapshot)
  }
}
