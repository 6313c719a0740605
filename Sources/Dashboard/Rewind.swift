/// Going back to a checkpoint: the way that was gone stays, as a run under the new one's curves.
import Canvas
import Telemetry

public enum RewindIntent: Sendable, Equatable {
  case ask, goBack, stay
}

extension DashboardState {
  /// Where going back leads: while the run is non-finite, to the last finite checkpoint; else to the one before the last
  /// series of turns, or to the newest one before now; nil when there is none.
  var rewindStep: Int? {
    let events = (0..<snapshot.events.count).map { snapshot.events[$0] }
    if let divergence { return divergence.finiteStep }
    let saved = events.compactMap { event in
      if case .checkpoint = event.kind, event.step < step { event.step } else { nil as Int? }
    }
    let turned = events.last(where: \.isTurn)?.step
    return saved.last { $0 <= turned ?? .max } ?? saved.last
  }

  /// How the run diverged, while it is non-finite.
  var divergence: Divergence? {
    let isFinite = [Metric.loss, .gradientNorm].allSatisfy { snapshot.metrics?[$0]?.isFinite ?? true }
    for index in (0..<snapshot.events.count).reversed() {
      guard case .diverged(let divergence) = snapshot.events[index].kind else { continue }
      return isFinite && step > snapshot.events[index].step ? nil : divergence
    }
    return nil
  }

  /// Says that the run has diverged, and what can be done.
  mutating func report(_ divergence: Divergence) {
    let ways = trains ? divergence.finiteStep.map { " · w rewinds to step \(Figures.grouped($0))" } ?? "" : ""
    message = Message("diverged: \(divergence.finding)\(ways)", .warning)
  }

  mutating func obey(_ intent: RewindIntent) -> [Command] {
    switch intent {
    case .ask:
      rewindAsked = rewindStep
      if rewindAsked == nil { message = Message("there is no checkpoint before this step to go back to") }
    case .stay: rewindAsked = nil
    case .goBack:
      guard let step = rewindAsked else { break }
      rewindAsked = nil
      return rewind(to: step)
    }
    return []
  }

  mutating func rewind(to step: Int) -> [Command] {
    message = Message("goes back after this step")
    return [.rewind(toStep: step)]
  }

  /// What the question says.
  var rewindQuestion: [String] {
    guard let step = rewindAsked else { return [] }
    let place = "go back to step \(Figures.grouped(step))\(divergence == nil ? "" : ", the last finite checkpoint")"
    return [
      "\(place)? a new run goes on from there; this one is saved, and its curves lie under the new ones", "\(place)?",
      "go back?",
    ]
  }

  /// Another run is trained now: the one before is laid under it.
  mutating func followRewind(from older: RunDescription) {
    guard !older.folder.isEmpty, !snapshot.run.folder.isEmpty, older.folder != snapshot.run.folder,
      older.moves == snapshot.run.moves
    else { return }
    (asked, newestStep) = ([:], snapshot.step)
    let place = overlaid.firstIndex(of: nil) ?? overlaid.count - 1
    overlaid[place] = older.folder
    message = Message(
      "this is \(snapshot.run.name), from step \(Figures.grouped(snapshot.step)) of \(older.name)", .good)
  }
}

let rewindQuestionBindings: [Binding] = [
  Binding(
    .question, "y", "go back", "yes: go back",
    [(.character("y"), .rewind(.goBack)), (.character("Y"), .rewind(.goBack)), (.enter, .rewind(.goBack))],
    when: { $0.rewindAsked != nil }),
  Binding(
    .question, "n", "stay", "no: go on (also escape)",
    [
      (.character("n"), .rewind(.stay)), (.character("N"), .rewind(.stay)), (.escape, .rewind(.stay)),
      (.character("w"), .rewind(.stay)), (.character("q"), .rewind(.stay)), (.control("c"), .rewind(.stay)),
    ], when: { $0.rewindAsked != nil }),
]

let rewindBindings: [Binding] = [
  Binding(
    .training, "w", "rewind", "go back to the checkpoint before the last turn, as a new run",
    [(.character("w"), .rewind(.ask))], when: { $0.isFree && $0.trains })
]
