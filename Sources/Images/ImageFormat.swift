/// Image file formats, told apart by a file's first bytes.
import Basics

enum ImageFormat: String, Sendable, CaseIterable {
  case png = "PNG"
  case jpeg = "JPEG"
  case webP = "WebP"
  case gif = "GIF"
  case bmp = "BMP"
  case tiff = "TIFF"
  case heif = "HEIF"
  case avif = "AVIF"
  case jpegXL = "JPEG XL"
  case jpeg2000 = "JPEG 2000"
  case photoshop = "Photoshop"
  case netpbm = "PNM"
  case pointer = "git-lfs pointer"

  /// As many bytes tell every format.
  static let signatureBytes = 32

  /// Whether simscope decodes it.
  var isReadable: Bool { self == .png || self == .jpeg }

  /// What to do about images in this format.
  var remedy: String {
    self == .pointer
      ? "fetch the images themselves: git lfs pull"
      : "convert them to PNG or JPEG, such as with ImageMagick: mogrify -format png FILES"
  }

  /// - Parameter bytes: the first ones of a file.
  /// - Returns: nil when they begin no known format.
  static func of(_ bytes: some Collection<UInt8>) -> ImageFormat? {
    let start = Array(bytes.prefix(signatureBytes))
    func has(_ signature: [UInt8], at offset: Int = 0) -> Bool { start.dropFirst(offset).starts(with: signature) }
    func says(_ text: String, at offset: Int = 0) -> Bool { has(Array(text.utf8), at: offset) }
    if has(PNG.signature) { return .png }
    if has(JPEG.signature) { return .jpeg }
    if says("RIFF"), says("WEBP", at: 8) { return .webP }
    if says("GIF87a") || says("GIF89a") { return .gif }
    if has([0x49, 0x49, 0x2a, 0]) || has([0x4d, 0x4d, 0, 0x2a]) || has([0x49, 0x49, 0x2b, 0]) { return .tiff }
    if says("ftyp", at: 4) { return brand(start) }
    if has([0xff, 0x0a]) || has([0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20]) { return .jpegXL }
    if has([0, 0, 0, 0x0c, 0x6a, 0x50, 0x20, 0x20]) || has([0xff, 0x4f, 0xff, 0x51]) { return .jpeg2000 }
    if says("8BPS") { return .photoshop }
    if says("version https://git-lfs") { return .pointer }
    // "BM", a length, four zeros.
    if says("BM"), has([0, 0, 0, 0], at: 6), start.count >= 18 { return .bmp }
    if start.count > 2, start[0] == UInt8(ascii: "P"), (0x31...0x37).contains(start[1]),
      [9, 10, 13, 32].contains(start[2])
    {
      return .netpbm
    }
    return nil
  }

  /// Of an ISO media file: HEIF and AVIF share a container.
  private static func brand(_ start: [UInt8]) -> ImageFormat? {
    switch String(decoding: start.dropFirst(8).prefix(4), as: UTF8.self) {
    case "avif", "avis": .avif
    case "heic", "heix", "heim", "heis", "hevc", "mif1", "msf1": .heif
    default: nil
    }
  }
}

/// What a file's name says about its content.
enum FileName {
  private static let images: Set<String> = ["png", "jpg", "jpeg", "jpe", "jfif", "pjpeg", "pjp"]
  private static let texts: Set<String> = [
    "txt", "csv", "tsv", "json", "jsonl", "xml", "yaml", "yml", "md", "html", "htm", "py", "ipynb", "log", "toml",
  ]
  private static let systemFiles: Set<String> = ["thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"]
  private static let systemFolders: Set<String> = [
    "__macosx", "$recycle.bin", "system volume information", "lost+found", "@eadir", "__pycache__",
  ]

  /// Ends as PNG and JPEG files do: taken for one without opening it.
  static func promisesImage(_ name: String) -> Bool { images.contains(Files.fileExtension(of: name).lowercased()) }

  static func promisesJPEG(_ name: String) -> Bool { promisesImage(name) && !name.lowercased().hasSuffix(".png") }

  /// Ends as text does, and so is never looked into.
  static func promisesText(_ name: String) -> Bool { texts.contains(Files.fileExtension(of: name).lowercased()) }

  /// Written by an operating system or an editor, not by a person: hidden files, thumbnails, leftovers of archives.
  static func isOfSystem(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.utf8.first == UInt8(ascii: ".") || systemFiles.contains(name) || systemFolders.contains(name)
  }
}
