/// Layers and a map of pictures of the run that is no run.
import Canvas
import Foundation
import Telemetry

@testable import Dashboard

extension FakeRun {
  /// resnet20's layers, at sixty steps.
  static func layers() -> [LayerReport] {
    var noise = Noise(11)
    let blocks = (1...3).flatMap { stage in
      (0..<3).flatMap { block -> [String] in
        let convolutions = ["conv1", "conv2"].map { "encoder.layer\(stage).\(block).\($0)" }
        return convolutions + (stage > 1 && block == 0 ? ["encoder.layer\(stage).0.downsample.0"] : [])
      }
    }
    let names = ["encoder.conv1"] + blocks + ["head.0", "head.3"]
    return (1...60).map { report in
      LayerReport(
        step: steps - 60 + report,
        layers: names.enumerated().map { index, name in
          LayerStatistics(
            name: name, weightNorm: 4 + Double(index) * 0.7, gradientNorm: 0.2 / Double(index + 1),
            updateRatio: 2e-3 * exp(-Double(report) / 40 - Double(index) / 9 + 0.2 * noise.next()),
            deadShare: name.hasPrefix("head") ? nil : index == 4 ? 0.625 : Double(index % 3) / 16)
        })
    }
  }

  /// Ten classes around a circle.
  static func map() -> EmbeddingMap {
    var noise = Noise(13)
    let labels = (0..<300).map { $0 % 10 }
    let points = labels.map { label -> EmbeddingMap.Point in
      let angle = Double(label) / 10 * 2 * Double.pi
      let (x, y) = (cos(angle) + 0.3 * noise.next(), sin(angle) + 0.3 * noise.next())
      return EmbeddingMap.Point(Float(x), Float(y))
    }
    let rows = points.flatMap { point -> [Float] in
      let length = hypot(point.x, point.y)
      return [point.x / length, point.y / length]
    }
    return EmbeddingMap(
      step: steps, indices: labels.indices.map { 30 * $0 }, labels: labels, rows: [.h: rows, .z: rows],
      points: [.h: [.pca: points], .z: [.pca: points]], explained: [.h: 0.41, .z: 0.33])
  }

  static func thumbnails(_ indices: [Int]) -> [Int: Thumbnail] {
    Dictionary(
      uniqueKeysWithValues: indices.map { index in
        let label = description().classes[index / 30 % 10]
        return (
          index, Thumbnail(picture(warmth: Double(index % 7) * 0.05), name: "\(label)/\(index).png", label: label)
        )
      })
  }
}
