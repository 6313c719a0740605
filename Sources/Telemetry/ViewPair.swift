/// A picture for the screen: interleaved 8-bit RGB.
public struct Picture: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// height × width × 3.
  public let pixels: [UInt8]

  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(pixels.count == width * height * 3, "\(pixels.count) bytes for \(width)×\(height) RGB")
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }
}

/// One operation of a view: its name, what was drawn for it, and the picture after it.
public struct ViewStage: Sendable, Equatable {
  /// "crop", "flip", "brightness", … in the order applied.
  public let name: String
  /// The drawn parameters in words ("area 0.31 at 9,4", "×1.30"); empty when there are none.
  public let parameters: String
  public let picture: Picture
  /// What may be turned by hand in a frozen draw.
  public let numbers: [DrawnNumber]
  /// The parameters as chance had them.
  public let asDrawn: String

  public init(
    name: String, parameters: String, picture: Picture, numbers: [DrawnNumber] = [], asDrawn: String? = nil
  ) {
    (self.name, self.parameters, self.picture) = (name, parameters, picture)
    (self.numbers, self.asDrawn) = (numbers, asDrawn ?? parameters)
  }
}

/// One picture with the two views drawn of it, stage by stage.
public struct ViewPair: Sendable, Equatable {
  public let index: Int
  /// The file's name, or the record's number.
  public let name: String
  public let label: String?
  public let original: Picture
  /// Where the two crops lie in the original, as shares of its sides: x, y, width, height.
  public let crops: [CropBox]
  /// Stages of view 1 and of view 2; the last one's picture is the view.
  public let stages: [[ViewStage]]

  public struct CropBox: Sendable, Equatable {
    public let x: Double, y: Double, width: Double, height: Double
    public init(x: Double, y: Double, width: Double, height: Double) {
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }
  }

  public init(
    index: Int, name: String, label: String?, original: Picture, crops: [CropBox], stages: [[ViewStage]]
  ) {
    (self.index, self.name, self.label, self.original) = (index, name, label, original)
    (self.crops, self.stages) = (crops, stages)
  }

  /// Its class or its name has these words in it, in letters of any size.
  public func matches(_ search: String) -> Bool { Self.matches(search, label: label, name: name) }

  public static func matches(_ search: String, label: String?, name: String) -> Bool {
    [label ?? "", name].contains { $0.lowercased().contains(search.lowercased()) }
  }

  /// The finished view 0 or 1.
  public func view(_ number: Int) -> Picture { stages[number].last?.picture ?? original }
}

/// Which pair to show. `roll` counts re-rolls: another roll, other draws. With `search`, the next picture from `index` on
/// whose class or name has these words in it, or the one at `index` when there is none. With `changes`, be they none, the
/// draw is frozen: its stages are also those that chance left out, and these numbers are as a person has set them.
public struct PairRequest: Sendable, Equatable {
  public var index: Int
  public var roll: Int
  public var knobs: Knobs
  public var search: String?
  public var changes: [DrawChange]?

  public init(index: Int = 0, roll: Int = 0, knobs: Knobs, search: String? = nil, changes: [DrawChange]? = nil) {
    (self.index, self.roll, self.knobs, self.search, self.changes) = (index, roll, knobs, search, changes)
  }
}

/// Draws pairs for the screen, apart from the trainer and its random streams. Any thread may ask.
public protocol PairSource: Sendable {
  /// How many pictures there are; an index is taken modulo this.
  var count: Int { get }
  func pair(_ request: PairRequest) -> ViewPair
  /// So many pairs from the request's on, and how well colour matches a sample of the data set's.
  func sheet(_ request: PairRequest, count: Int) -> ViewSheet
  /// The picture itself.
  func thumbnail(_ index: Int) -> Thumbnail
}
