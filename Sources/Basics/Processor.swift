/// The processor's name and the instructions for matrices that it has, from Linux's `/proc/cpuinfo`.
public struct Processor: Equatable, Sendable {
  /// The model's name; an ARM core without one is named by its numbers.
  public let model: String
  /// Flags of matrix instructions: `amx_*` and `avx512_bf16`.
  public let matrixFlags: [String]

  public static func current() -> Processor {
    Processor(cpuinfo: Files.contents("/proc/cpuinfo").map { String(decoding: $0, as: UTF8.self) } ?? "")
  }

  /// - Parameter text: of `/proc/cpuinfo`; the first processor counts.
  public init(cpuinfo text: String) {
    func value(_ name: String) -> String? {
      for line in text.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingWhitespace() }
        if parts.count == 2, parts[0] == name { return String(parts[1]) }
      }
      return nil
    }
    let numbers = value("CPU implementer").flatMap { maker in
      value("CPU part").map { "ARM implementer \(maker), part \($0)" }
    }
    model = value("model name") ?? numbers ?? "unknown processor"
    let flags = (value("flags") ?? "").split(separator: " ").map(String.init)
    matrixFlags = flags.filter { $0.hasPrefix("amx_") || $0 == "avx512_bf16" }
  }
}

extension Substring {
  fileprivate func trimmingWhitespace() -> Substring {
    let kept = drop { $0.isWhitespace }
    return kept.lastIndex { !$0.isWhitespace }.map { kept[...$0] } ?? ""
  }
}
