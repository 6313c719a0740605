/// One line on the health of the run: kNN, what the loss cannot say, and where the time goes.
import Canvas
import Telemetry

extension Scene {
  mutating func drawHealth(in area: Rect) {
    let showsNumbers = grid.columns >= 60 && snapshot.similarities != nil
    var line = text(" ") + knnPart
    for way in (showsNumbers ? [timeWays, numberWays] : [numberWays, timeWays]) {
      let room = area.width - line.width - 4
      if let part = way.first(where: { $0.width <= room && !$0.isEmpty }) { line += text("   ") + part }
    }
    put(line, in: area)
  }

  private var numberWays: [Text] { [Text.joined([similarityPart, topPart], by: text("   ")), topPart] }

  /// "46.2 %", or why there is none.
  var knnText: Text {
    guard let accuracy = snapshot.knnAccuracy else {
      if state.isReplay { return text("none so far", .faint) }
      if state.hasLabels || snapshot.step == 0 { return text("not yet", .faint) }
      return text(snapshot.run.classes.isEmpty ? "needs labels" : "needs pictures held out", .faint)
    }
    return text(Figures.percent(accuracy), .accuracy)
  }

  private var knnPart: Text {
    var part = text("kNN ", .faint) + knnText
    guard let curve = snapshot.curves[.knnAccuracy], curve.count > 0 else { return part }
    let points = curve.points(in: 0...max(0, snapshot.step), atMost: 24)
    if points.count > 1 { part += text(" ") + Sparkline(points.map(\.maximum)).text(width: 10, theme[.accuracy]) }
    if let floor = snapshot.untrainedAccuracy { part += text(" untrained \(Figures.fixed(floor * 100, 1))", .faint) }
    return part
  }

  private var topPart: Text {
    guard let top = snapshot.curves[.contrastiveTop1]?.last?.smooth else { return Text() }
    return text("top-1 ", .faint) + text(Figures.percent(top), .accuracy)
  }

  private var similarityPart: Text {
    guard let positive = snapshot.curves[.positiveSimilarity]?.last?.smooth,
      let negative = snapshot.curves[.negativeSimilarity]?.last?.smooth
    else { return Text() }
    return text("pos ", .faint) + text(Figures.fixed(positive, 2), .positive) + text(" neg ", .faint)
      + text(Figures.fixed(negative, 2), .negative)
  }

  /// Shares of a step's time, the largest first, in ever fewer words; below one percent they are left out.
  private var timeWays: [Text] {
    let timing = snapshot.timing
    guard timing.total > 0 else { return [] }
    let shown = timing.parts.filter { $0.seconds / timing.total >= 0.01 }.sorted { $0.seconds > $1.seconds }.map {
      name, seconds in
      text("\(name) ", .faint) + text(Figures.percent(seconds / timing.total, 0))
    }
    return (1...max(1, shown.count)).reversed().map { text("time  ", .faint) + dotted(Array(shown.prefix($0))) }
  }
}
