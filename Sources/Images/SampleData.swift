/// Labelled pictures rendered by the program, made for contrastive learning: classes differ by shape and structure,
/// while colour, background, light, place, size and angle vary within each, so that colour alone gives nothing away.
import Basics
import Foundation
import Synchronization

public struct SampleData: Sendable {
  /// In this order; the first `classes` of them are used.
  public static let classNames = SampleFigure.Kind.allCases.map(\.rawValue)

  public let classes: Int
  public let perClass: Int
  /// Side in pixels.
  public let size: Int
  public let seed: UInt64

  /// - Parameter classes: 1…12, as many as `classNames`.
  public init(classes: Int, perClass: Int, size: Int, seed: UInt64) {
    precondition((1...Self.classNames.count).contains(classes), "\(classes) classes of \(Self.classNames.count)")
    precondition(perClass > 0 && size > 0, "\(perClass) pictures a class, of \(size) pixels")
    (self.classes, self.perClass, self.size, self.seed) = (classes, perClass, size, seed)
  }

  /// One picture: the same for the same seed, class and number, and another size shows the same scene.
  public func image(class label: Int, number: Int) -> Image {
    precondition((0..<classes).contains(label), "class \(label) of \(classes)")
    var random = RandomStream(seed: seed, .generator, label, number)
    return SampleScene(SampleFigure.Kind.allCases[label], using: &random).render(size: size)
  }

  /// Writes DIR/CLASS/0000.png and so on. A folder that holds anything already is refused.
  /// - Parameter progress: as for `DataSet.open`; false cancels, and what was written stays.
  public func write(
    to directory: String, workers: WorkerPool,
    progress: @Sendable (_ done: Int, _ total: Int) -> Bool = { _, _ in true }
  ) throws {
    try prepare(directory)
    let counter = ProgressCounter(total: classes * perClass)
    let failure = Mutex<Trouble?>(nil)
    workers.run(classes * perClass) { task, _ in
      guard !counter.isCancelled, failure.withLock({ $0 == nil }) else { return }
      let (number, label) = task.quotientAndRemainder(dividingBy: classes)
      do throws(Trouble) {
        try PNG.write(image(class: label, number: number), to: path(directory, label, number))
        counter.count(progress)
      } catch {
        failure.withLock { $0 = error }
      }
    }
    if let trouble = failure.withLock({ $0 }) { throw trouble }
    try counter.checkCancelled()
  }

  private func prepare(_ directory: String) throws {
    if Files.exists(directory) {
      let isEmpty = try Files.isFolder(directory) && FolderListing.entries(of: directory).isEmpty
      guard isEmpty else {
        throw Trouble("there is something here already", at: directory, remedy: "name a new or empty folder")
      }
    }
    for name in Self.classNames.prefix(classes) {
      guard Files.makeFolder(directory + "/" + name) else {
        throw Trouble("the folder cannot be made", at: directory + "/" + name, remedy: "check the path and permissions")
      }
    }
  }

  private func path(_ directory: String, _ label: Int, _ number: Int) -> String {
    let digits = String(number)
    let name = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return "\(directory)/\(Self.classNames[label])/\(name).png"
  }
}
