/// JPEG, by TurboJPEG when the machine has it: the library is opened at run time, so that one build serves both.
import Basics
import Foundation

public enum JPEG {
  /// Whether JPEG pictures can be read. `SIMSCOPE_NO_TURBOJPEG=1` in the environment says no.
  public static var isAvailable: Bool { TurboJPEG.shared != nil }

  /// For `doctor`: which library reads JPEG, or why none does.
  public static var libraryDescription: String {
    if isAvailable { return "TurboJPEG (\(TurboJPEG.file))" }
    return TurboJPEG.isSwitchedOff ? "switched off by SIMSCOPE_NO_TURBOJPEG" : "none: install libturbojpeg0"
  }

  /// The first bytes of every JPEG file.
  static let signature: [UInt8] = [0xff, 0xd8, 0xff]

  static func missing(_ name: String) -> Trouble {
    Trouble("a JPEG picture needs TurboJPEG", at: name, remedy: "install libturbojpeg0, or convert to PNG")
  }
}

/// The functions of libturbojpeg that we call, resolved once.
struct TurboJPEG: Sendable {
  static let file = "libturbojpeg.so.0"
  static let isSwitchedOff = ProcessInfo.processInfo.environment["SIMSCOPE_NO_TURBOJPEG"] == "1"
  static let shared: TurboJPEG? = isSwitchedOff ? nil : TurboJPEG()

  private typealias Start = @convention(c) @Sendable () -> UnsafeMutableRawPointer?
  private typealias Header =
    @convention(c) @Sendable (
      UnsafeMutableRawPointer, UnsafePointer<UInt8>, UInt, UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>,
      UnsafeMutablePointer<Int32>, UnsafeMutablePointer<Int32>
    ) -> Int32
  private typealias Decompress =
    @convention(c) @Sendable (
      UnsafeMutableRawPointer, UnsafePointer<UInt8>, UInt, UnsafeMutablePointer<UInt8>, Int32, Int32, Int32, Int32,
      Int32
    ) -> Int32
  private typealias ErrorText = @convention(c) @Sendable (UnsafeMutableRawPointer?) -> UnsafePointer<CChar>?
  private typealias ErrorCode = @convention(c) @Sendable (UnsafeMutableRawPointer?) -> Int32
  private typealias End = @convention(c) @Sendable (UnsafeMutableRawPointer) -> Int32

  private let start: Start
  private let readHeader: Header
  private let decompress: Decompress
  private let errorText: ErrorText
  private let errorCode: ErrorCode
  private let end: End

  /// Nil when the library, or one of its functions, is not there.
  private init?() {
    guard let library = dlopen(Self.file, RTLD_NOW) else { return nil }
    func resolve<Function>(_ name: String, as type: Function.Type) -> Function? {
      dlsym(library, name).map { unsafeBitCast($0, to: type) }
    }
    guard let start = resolve("tjInitDecompress", as: Start.self),
      let header = resolve("tjDecompressHeader3", as: Header.self),
      let decompress = resolve("tjDecompress2", as: Decompress.self),
      let errorText = resolve("tjGetErrorStr2", as: ErrorText.self),
      let errorCode = resolve("tjGetErrorCode", as: ErrorCode.self),
      let end = resolve("tjDestroy", as: End.self)
    else { return nil }
    (self.start, self.readHeader, self.decompress) = (start, header, decompress)
    (self.errorText, self.errorCode, self.end) = (errorText, errorCode, end)
  }

  /// Width and height, without decoding.
  func size(_ bytes: [UInt8], name: String) throws -> (width: Int, height: Int) {
    try withHandle(name) { handle in
      let (width, height, _) = try header(bytes, handle, name)
      return (width, height)
    }
  }

  func decode(_ bytes: [UInt8], name: String) throws -> Image {
    try withHandle(name) { handle in
      let (width, height, isForPrint) = try header(bytes, handle, name)
      try PixelLimit.check(width, height, name)
      // TJPF_CMYK, to which YCCK is converted, or TJPF_RGB.
      let (format, channels): (Int32, Int) = isForPrint ? (11, 4) : (0, 3)
      var samples = [UInt8](repeating: 0, count: width * height * channels)
      let result = decompress(handle, bytes, UInt(bytes.count), &samples, Int32(width), 0, Int32(height), format, 0)
      if result != 0 && isSerious(handle) { throw broken(handle, name) }
      return Image(width: width, height: height, pixels: isForPrint ? Self.rgb(ofInvertedCMYK: samples) : samples)
    }
  }

  /// RGB as PIL's `convert("RGB")` has it, with ink values inverted as Adobe writes them: c = 255 − file's c, and
  /// red = (255 − k) − (255 − k) · c / 255, rounded.
  private static func rgb(ofInvertedCMYK samples: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: samples.count / 4 * 3) { rgb, count in
      count = samples.count / 4 * 3
      for pixel in 0..<samples.count / 4 {
        let light = Int(samples[4 * pixel + 3])
        for channel in 0..<3 {
          let product = (255 - Int(samples[4 * pixel + channel])) * light + 128
          rgb[3 * pixel + channel] = UInt8(light - ((product >> 8) + product) >> 8)
        }
      }
    }
  }

  private func header(
    _ bytes: [UInt8], _ handle: UnsafeMutableRawPointer, _ name: String
  ) throws -> (width: Int, height: Int, isForPrint: Bool) {
    var width: Int32 = 0
    var height: Int32 = 0
    var subsampling: Int32 = 0
    var colorspace: Int32 = 0
    let result = readHeader(handle, bytes, UInt(bytes.count), &width, &height, &subsampling, &colorspace)
    guard result == 0, width > 0, height > 0 else { throw broken(handle, name) }
    // TJCS_CMYK and TJCS_YCCK.
    return (Int(width), Int(height), colorspace == 3 || colorspace == 4)
  }

  /// A warning leaves a picture worth keeping, unless its end is missing.
  private func isSerious(_ handle: UnsafeMutableRawPointer) -> Bool {
    let isWarning = errorCode(handle) == 0
    return !isWarning || message(handle).contains("Premature end")
  }

  private func withHandle<Result>(_ name: String, _ body: (UnsafeMutableRawPointer) throws -> Result) throws -> Result {
    guard let handle = start() else {
      throw Trouble("no memory to decode a JPEG", at: name, remedy: "close other programs")
    }
    defer { _ = end(handle) }
    return try body(handle)
  }

  private func broken(_ handle: UnsafeMutableRawPointer, _ name: String) -> Trouble {
    Trouble("a broken JPEG (\(message(handle)))", at: name, remedy: "write the file again, or remove it")
  }

  private func message(_ handle: UnsafeMutableRawPointer) -> String {
    errorText(handle).map { String(cString: $0) } ?? "no reason given"
  }
}
