/// A snapshot as one plain line, for runs without a screen; in ASCII, for it may go to any file or pipe.
import Canvas
import Telemetry

/// "epoch 3/100 step 84 loss 5.312 (71 % of the way from ceiling to floor) 312 images/s ETA 12 min kNN 46.2 %"
public func statusLine(_ snapshot: Snapshot) -> String {
  guard snapshot.step > 0 else { return snapshot.state.words.inASCII }
  var parts: [String] = snapshot.state == .running ? [] : [snapshot.state.words + ":"]
  let total = snapshot.run.totalEpochs
  parts.append("epoch \(Figures.fixed(snapshot.epoch.rounded(.down), 0))" + (total > 0 ? "/\(total)" : ""))
  parts.append("step \(snapshot.step)")
  if let word = snapshot.nonFiniteLoss {
    parts.append("loss \(word)")
  } else if let loss = snapshot.curves[.loss]?.last?.smooth {
    let share = LossScale(snapshot).share(loss)
    let words = share.map { " (\(Figures.percent($0, 0)) of the way from ceiling to floor)" } ?? ""
    parts.append("loss \(Figures.fixed(loss, 3))\(words)")
  }
  if snapshot.imagesPerSecond > 0 { parts.append("\(Figures.significant(snapshot.imagesPerSecond, 3)) images/s") }
  if let seconds = snapshot.secondsLeft, !snapshot.state.isOver { parts.append("ETA \(Figures.duration(seconds))") }
  if let accuracy = snapshot.knnAccuracy { parts.append("kNN \(Figures.percent(accuracy))") }
  return parts.joined(separator: " ").inASCII
}

extension Snapshot {
  /// The last step's loss in a word when it is not finite: its moving average only shows what was before.
  var nonFiniteLoss: String? {
    guard let loss = metrics?[.loss], !loss.isFinite else { return nil }
    return loss.isNaN ? "NaN" : "infinite"
  }
}
