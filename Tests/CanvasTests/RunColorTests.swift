import Canvas
import Foundation
import Testing

/// Colours of runs as people with each kind of colour vision see them: Machado, Oliveira and Fernandes 2009, at full
/// severity, on linear light.
private let visions: [(name: String, matrix: [[Double]])] = [
  ("normal", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
  (
    "protan",
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
  ),
  (
    "deutan",
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
  ),
  (
    "tritan",
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
  ),
]

/// L*, a*, b* (D65) of what is seen.
private func lab(_ color: RGB, _ matrix: [[Double]]) -> [Double] {
  let linear = [color.red, color.green, color.blue].map { byte -> Double in
    let value = Double(byte) / 255
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
  }
  let seen = matrix.map { row in min(1, max(0, zip(row, linear).reduce(0) { $0 + $1.0 * $1.1 })) }
  let toXYZ = [
    [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
  ]
  let f = zip(toXYZ, [0.95047, 1, 1.08883]).map { row, white -> Double in
    let value = zip(row, seen).reduce(0) { $0 + $1.0 * $1.1 } / white
    return value > 216 / 24389 ? cbrt(value) : (24389 / 27 * value + 16) / 116
  }
  return [116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])]
}

@Test(arguments: ["dark", "light", "high-contrast", "nord"]) func runsAreToldApartByAnyColourVision(name: String) throws
{
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../themes/\(name).json").standardized
  let theme = try Theme(json: String(contentsOf: file, encoding: .utf8), source: name)
  let colors = try (Theme.Role.runs + [.title]).map { try #require(theme[$0].foreground) }
  for vision in visions {
    let seen = colors.map { lab($0, vision.matrix) }
    for one in seen.indices {
      for other in seen.indices where other > one {
        let difference = sqrt(zip(seen[one], seen[other]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
        #expect(difference > 15, "\(vision.name): runs \(one + 1) and \(other + 1) of \(name)")
      }
    }
  }
}
