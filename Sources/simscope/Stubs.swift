import Foundation
import Telemetry
import Training
let generateFlags: [Flag] = []
func generate(_ a: Arguments) throws -> Int32 { 0 }
let doctorFlags: [Flag] = []
func doctor(_ a: Arguments) throws -> Int32 { 0 }
let benchFlags: [Flag] = []
func bench(_ a: Arguments) throws -> Int32 { 0 }
let previewFlags: [Flag] = []
func preview(_ a: Arguments) throws -> Int32 { 0 }
func listThemes(_ a: Arguments) throws -> Int32? { nil }
func runDashboard(_ c: Configuration, resuming: String?, _ a: Arguments) throws -> Int32 { 0 }
func statusLine(_ s: Snapshot) -> String {
  "\(s.state) epoch \(s.epoch) step \(s.step) loss \(s.metrics?[.loss] ?? 0) \(s.imagesPerSecond) images/s knn \(s.knnAccuracy ?? -1) untrained \(s.untrainedAccuracy ?? -1) eta \(s.secondsLeft ?? -1) \(s.timing)"
}
