/// The screen as a function of the state and the terminal's size.
import Canvas
import Telemetry

public func view(_ state: DashboardState, columns: Int, rows: Int) -> Frame {
  var scene = Scene(state, columns: columns, rows: rows)
  for placed in layout(state, columns: columns, rows: rows) { scene.draw(placed.part, in: placed.area) }
  scene.drawRunList()
  scene.drawPalette()
  return scene.frame
}

/// The frame after one that was drawn at the same size, of a state in which only the number of the step is another since:
/// what tells it is drawn anew, for a tenth of the work.
public func view(_ state: DashboardState, after frame: Frame) -> Frame {
  let (columns, rows) = (frame.grid.columns, frame.grid.rows)
  guard state.palette == nil, !state.isListingRuns else { return view(state, columns: columns, rows: rows) }
  var newer = frame
  for placed in layout(state, columns: columns, rows: rows) where placed.part.tellsStep {
    var scene = Scene(state, columns: columns, rows: placed.area.maxY)
    scene.draw(placed.part, in: placed.area)
    newer.grid.copy(placed.area, from: scene.frame.grid)
  }
  return newer
}

extension Part {
  /// It has the number of the newest step, which comes ten times a second, without the figures.
  fileprivate var tellsStep: Bool { self == .header || self == .status }
}

extension Scene {
  mutating func draw(_ part: Part, in area: Rect) {
    switch part {
    case .header: drawHeader(in: area)
    case .failure: drawFailure(in: area)
    case .health: drawHealth(in: area)
    case .footer: drawFooter(in: area)
    case .knobStrip: drawKnobStrip(in: area)
    case .status: drawStatus(in: area)
    case .help: drawHelp(in: area)
    case .panel(let panel): drawPanel(panel, in: area)
    case .fullPanel(let panel): drawFullPanel(panel, in: area)
    }
  }

  private mutating func drawPanel(_ panel: Panel, in area: Rect) {
    switch panel {
    case .loss: drawLoss(in: area)
    case .similarity: drawSimilarity(in: area)
    case .views: drawViews(in: area)
    case .embedding: drawEmbedding(in: area)
    case .layers: drawLayers(in: area)
    case .resources: drawResources(in: area)
    case .knobs: drawKnobs(in: area)
    case .log: drawLog(in: area)
    }
  }

  private mutating func drawFullPanel(_ panel: Panel, in area: Rect) {
    switch panel {
    case .loss: drawMetrics(in: area)
    case .similarity: drawExplorer(in: area)
    case .views: state.showsSheet ? drawSheet(in: area) : drawStages(in: area)
    case .embedding: drawEmbedding(in: area)
    case .layers: drawLayers(in: area)
    case .resources: drawResources(in: area)
    case .knobs: drawKnobTable(in: area)
    case .log: drawLog(in: area)
    }
  }
}
