/// Draws pairs of views for the screen, with random streams of their own: looking never changes what is trained on.
import Basics
import Images
import Telemetry

public struct PairStudio: PairSource {
  private let data: DataSet
  private let configuration: Configuration

  public init(_ data: DataSet, _ configuration: Configuration) {
    (self.data, self.configuration) = (data, configuration)
  }

  public var count: Int { data.count }

  /// A roll takes the place of the epoch, below zero so that no epoch draws the same.
  public func pair(_ request: PairRequest) -> ViewPair {
    let index = place(of: request)
    let image = data.images[index]
    let maker = ViewMaker(configuration.recipe(request.knobs), seed: configuration.seed)
    let drawn = (0..<2).map { maker.hold(image, epoch: -1 - request.roll, index: index, view: $0) }
    let held = drawn.indices.map { drawn[$0].changed(by: request.changes ?? [], view: $0) }
    return ViewPair(
      index: index, name: data.names[index], label: label(of: index),
      original: Picture(image),
      crops: held.map { draw in
        let box = maker.seen(draw)
        return ViewPair.CropBox(x: box.x, y: box.y, width: box.width, height: box.height)
      },
      stages: zip(drawn, held).map { drawn, held in
        held.stages.filter { request.changes != nil || held.isOn($0) }.map { name in
          let stage = maker.stage(name, of: image, held)
          return ViewStage(
            name: name, parameters: stage.parameters, picture: Picture(stage.image),
            numbers: zip(drawn.numbers(of: name), held.numbers(of: name)).map { DrawnNumber(drawn: $0, now: $1) },
            asDrawn: drawn.words(of: name))
        }
      })
  }
}

extension HeldDraw {
  fileprivate func changed(by changes: [DrawChange], view: Int) -> HeldDraw {
    changes.filter { $0.view == view }.reduce(into: self) { $0.set($1.number, of: $1.stage, to: $1.value) }
  }
}

extension DrawnNumber {
  fileprivate init(drawn: HeldDraw.Number, now: HeldDraw.Number) {
    self.init(
      name: now.name, drawn: drawn.value, value: now.value, range: now.range, step: now.step, fineStep: now.fineStep)
  }
}

extension PairStudio {
  /// Pictures that colour has to match, evenly from the data set.
  private static let matched = 64

  public func sheet(_ request: PairRequest, count: Int) -> ViewSheet {
    let maker = ViewMaker(configuration.recipe(request.knobs), seed: configuration.seed)
    let (epoch, start) = (-1 - request.roll, place(of: request))
    let pairs = (0..<min(count, data.count)).map { offset -> ViewSheet.Pair in
      let index = (start + offset) % data.count
      let views = (0..<2).map { Picture(maker.view(of: data.images[index], epoch: epoch, index: index, view: $0)) }
      return ViewSheet.Pair(index: index, label: label(of: index), views: views)
    }
    let sample = evenly(data.count, atMost: Self.matched)
    let views = maker.views(of: data, indices: sample, epoch: epoch, workers: WorkerPool(threads: 1))
    let share = views.withUnsafeBufferPointer { colorMatch($0, pictures: sample.count) }
    return ViewSheet(pairs: pairs, colorMatch: share, matched: sample.count)
  }

  public func thumbnail(_ index: Int) -> Thumbnail {
    Thumbnail(Picture(data.images[index]), name: data.names[index], label: label(of: index))
  }

  private func place(of request: PairRequest) -> Int {
    let start = ((request.index % data.count) + data.count) % data.count
    guard let search = request.search else { return start }
    return (0..<data.count).lazy.map { (start + $0) % data.count }.first {
      ViewPair.matches(search, label: label(of: $0), name: data.names[$0])
    } ?? start
  }

  private func label(of index: Int) -> String? { data.labels.map { data.classes[$0[index]] } }
}

extension Picture {
  init(_ image: Image) { self.init(width: image.width, height: image.height, pixels: image.pixels) }
}
