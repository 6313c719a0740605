/// Feature maps before and behind kernels of plain floats. A task takes a few images at a time: it reads them into room
/// that its worker has for that just before they are used, and finishes what it has made of them while that is in the
/// second-level cache.
import CKernels

/// The images of a batch, so many together.
struct Bundles {
  let images: Int
  let together: Int

  var count: Int { (images + together - 1) / together }
  subscript(bundle: Int) -> Range<Int> { bundle * together..<min(images, (bundle + 1) * together) }
}

/// How kernels take the numbers of a map: as plain floats, or as those of bfloat16.
protocol MapNumber: BitwiseCopyable {
  static var element: Activation.Element { get }
  static func read(_ source: UnsafePointer<ck_source>, _ to: UnsafeMutablePointer<Self>, _ part: ck_part)
}

extension Float: MapNumber {
  static var element: Activation.Element { .float32 }
  static func read(_ source: UnsafePointer<ck_source>, _ to: UnsafeMutablePointer<Float>, _ part: ck_part) {
    ck_read(source, to, part)
  }
}

extension UInt16: MapNumber {
  static var element: Activation.Element { .bfloat16 }
  static func read(_ source: UnsafePointer<ck_source>, _ to: UnsafeMutablePointer<UInt16>, _ part: ck_part) {
    ck_read_bfloat16(source, to, part)
  }
}

/// A map as such tasks read it: as it lies where it holds such numbers, else through the workers' rooms.
struct BundleReader<Number: MapNumber> {
  private let map: Activation
  private let rooms: WorkerRooms<Number>?
  private var source = ck_source()
  private var numbers: UnsafePointer<Number>?

  /// - Parameter together: the most images that are read at a time.
  init(_ x: Features, together: Int, _ workspace: inout Workspace) {
    map = x.map
    let isReady = !x.isPending && map.element == Number.element
    rooms = isReady ? nil : WorkerRooms(count: together * map.imageCount, &workspace)
    guard !workspace.isPlanning else { return }
    source = workspace.source(x)
    numbers = isReady ? UnsafePointer(workspace.address(map).assumingMemoryBound(to: Number.self)) : nil
  }

  /// Whether images are converted, so that many at a time cost much room.
  var converts: Bool { rooms != nil }

  /// The images' numbers, those of these blocks at least.
  func read(_ images: Range<Int>, blocks: Range<Int>? = nil, worker: Int) -> UnsafePointer<Number> {
    guard let rooms else { return numbers! + images.lowerBound * map.imageCount }
    let room = rooms[worker]
    withUnsafePointer(to: source) { Number.read($0, room, map.part(images, blocks: blocks)) }
    return UnsafePointer(room)
  }

  func release(_ workspace: inout Workspace) { rooms?.release(&workspace) }
}

/// Where such tasks leave what they make: in the map where plain floats need no more than moments or sums, else in the
/// workers' rooms first.
struct BundleWriter {
  let destination: Destination
  private let rooms: WorkerRooms<Float>?
  private var numbers: UnsafeMutablePointer<Float>?

  /// - Parameter together: the most images that are made at a time.
  init(_ destination: Destination, together: Int, _ workspace: inout Workspace) {
    self.destination = destination
    let map = destination.map
    let isPlain = map.element == .float32 && !destination.adds
    rooms = isPlain ? nil : WorkerRooms(count: together * map.imageCount, &workspace)
    numbers = isPlain && !workspace.isPlanning ? workspace.pointer(map) : nil
  }

  /// Calls `make` with the place for the images, then finishes those blocks of them.
  func write(
    _ images: Range<Int>, blocks: Range<Int>? = nil, slot: Int, worker: Int,
    _ make: (UnsafeMutablePointer<Float>) -> Void
  ) {
    let map = destination.map
    let place = rooms?[worker] ?? numbers! + images.lowerBound * map.imageCount
    make(place)
    let write = rooms != nil || destination.changesNumbers
    guard write || destination.slots != nil else { return }
    destination.withTarget(slot: slot, write: write) { ck_finish(place, $0, map.part(images, blocks: blocks)) }
  }

  func release(_ workspace: inout Workspace) { rooms?.release(&workspace) }
}

/// Scratch space of the same size for every worker.
struct WorkerRooms<Number: MapNumber> {
  private let all: Activation
  private let size: Int
  private var start: UnsafeMutablePointer<Number>?

  /// - Parameter count: numbers of a room.
  init(count: Int, _ workspace: inout Workspace) {
    size = (count + 31) / 32 * 32
    all = workspace.scratch(size * MemoryLayout<Number>.size / MemoryLayout<Float>.size * workspace.workers.threads)
    start = workspace.isPlanning ? nil : workspace.address(all).assumingMemoryBound(to: Number.self)
  }

  subscript(worker: Int) -> UnsafeMutablePointer<Number> { start! + worker * size }

  func release(_ workspace: inout Workspace) { workspace.release(all) }
}

extension Activation {
  /// Images of a blocked map, all blocks of them or some.
  func part(_ images: Range<Int>, blocks some: Range<Int>? = nil) -> ck_part {
    let some = some ?? 0..<blocks
    return ck_part(
      first: Int64(images.lowerBound), images: Int64(images.count), first_block: Int64(some.lowerBound),
      blocks: Int64(some.count), all_blocks: Int64(blocks), pixels: Int64(pixels))
  }
}
