/// A palette out of a picture's own colours (Heckbert 1982): the box with the widest channel is cut at its median until
/// there are enough boxes; each box becomes its mean.
import Canvas

func medianCut(_ colors: [RGB], colors count: Int) -> [RGB] {
  var boxes = [ColorBox(colors)]
  while boxes.count < count, let widest = boxes.indices.max(by: { boxes[$0].spread < boxes[$1].spread }),
    boxes[widest].spread > 0
  {
    let (low, high) = boxes[widest].cut()
    boxes[widest] = low
    boxes.append(high)
  }
  return boxes.map(\.mean)
}

private struct ColorBox {
  let colors: [RGB]
  private let channel: KeyPath<RGB, UInt8>
  /// Width of the widest channel.
  let spread: Int

  init(_ colors: [RGB]) {
    self.colors = colors
    var widest: (channel: KeyPath<RGB, UInt8>, spread: Int) = (\.red, -1)
    for channel in [\RGB.green, \.red, \.blue] {
      let levels = colors.map { $0[keyPath: channel] }
      let spread = Int(levels.max() ?? 0) - Int(levels.min() ?? 0)
      if spread > widest.spread { widest = (channel, spread) }
    }
    (channel, spread) = widest
  }

  /// Two boxes, neither empty and with no colour in both.
  func cut() -> (ColorBox, ColorBox) {
    let sorted = colors.sorted { $0[keyPath: channel] < $1[keyPath: channel] }
    let median = sorted[sorted.count / 2][keyPath: channel]
    let lowest = sorted[0][keyPath: channel]
    let end = sorted.firstIndex { median > lowest ? $0[keyPath: channel] >= median : $0[keyPath: channel] > median }!
    return (ColorBox(Array(sorted[..<end])), ColorBox(Array(sorted[end...])))
  }

  var mean: RGB {
    var sum = (red: 0, green: 0, blue: 0)
    for color in colors {
      sum = (sum.red + Int(color.red), sum.green + Int(color.green), sum.blue + Int(color.blue))
    }
    let half = colors.count / 2
    return RGB(
      UInt8((sum.red + half) / colors.count), UInt8((sum.green + half) / colors.count),
      UInt8((sum.blue + half) / colors.count))
  }
}
