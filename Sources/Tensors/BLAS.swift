/// OpenBLAS as a whole: its threads, and the kernel it computes with.
import Basics
import CKernels
import COpenBLAS
import Foundation
import Synchronization

public enum BLAS {
  /// One thread inside OpenBLAS: the worker pool above it shares out the work. Before the first product.
  public static func useOneThread() {
    // To set it again would start threads again.
    if openblas_get_num_threads() != 1 { openblas_set_num_threads(1) }
  }

  /// Once, when the program starts and no other thread uses OpenBLAS: one thread, and the kernel that this processor
  /// deserves.
  public static func prepare() {
    useOneThread()
    replaceSlowKernel()
  }

  /// Memory that OpenBLAS maps for each thread that multiplies, of which it touches as much as a product needs. It asks
  /// for it without end where it cannot be had.
  public static let bufferBytes = 128 << 20

  /// Threads that OpenBLAS is known to have the memory for.
  private static let provided = Mutex(0)

  /// Checks that OpenBLAS can map its memory for products on as many threads.
  /// - Throws: `Trouble` when it cannot.
  public static func provide(threads: Int) throws(Trouble) {
    let isThere = provided.withLock { provided in
      guard threads > provided else { return true }
      let bytes = (threads - provided) * bufferBytes + heapBytes
      let place = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | Int32(MAP_NORESERVE), -1, 0)
      guard let place, place != MAP_FAILED else { return false }
      munmap(place, bytes)
      provided = threads
      return true
    }
    guard !isThere else { return }
    throw Trouble(
      "matrix products on \(threads) threads need \((threads * bufferBytes) >> 20) MiB of address space",
      remedy: "raise the limit on memory (ulimit -v, ulimit -d), or use fewer --threads")
  }

  /// What malloc may map meanwhile.
  private static let heapBytes = 64 << 20

  /// The kernel that computes, under OpenBLAS's name for a processor, such as "Haswell".
  public static var kernel: String { String(cString: openblas_get_corename()) }
  /// Its version and build options.
  public static var configuration: String { String(cString: openblas_get_config()) }
  /// The kernel that the environment asks for, whose word is taken.
  public static var askedKernel: String? { ProcessInfo.processInfo.environment[variable] }
  private static let variable = "OPENBLAS_CORETYPE"

  /// OpenBLAS's own choice for this processor, to compare `kernel` with. Asks it to choose again and then puts things
  /// back, so only while nobody computes a product.
  public static func ownKernel() -> String {
    let (current, asked) = (kernel, askedKernel)
    ob_choose_kernel(nil)
    let own = kernel
    if own != current { ob_choose_kernel(current) }
    if let asked { setenv(variable, asked, 1) }
    return own
  }

  /// OpenBLAS knows processors by family and model, and takes one newer than itself for an old one: its products then
  /// run at a half or a fifth of the speed (Zen 5, 1024³: 266 GF/s with the kernel for AVX-512, 138 with the one for
  /// AVX2, 51 with the one it gives to the unknown). Where it goes by the features, nothing is left to do.
  static func replaceSlowKernel() {
    let own = kernel
    guard askedKernel == nil, let faster = fasterKernel(than: own, vector: Int(ck_isa_vector_floats())) else { return }
    ob_choose_kernel(faster)
    if kernel != faster { ob_choose_kernel(nil) }
  }

  /// The kernel for processors with vectors of so many floats, when `kernel` is for shorter ones.
  static func fasterKernel(than kernel: String, vector: Int) -> String? {
    let usual = [16: "SkylakeX", 8: "Haswell"]
    let floats =
      switch kernel {
      case "SkylakeX", "Cooperlake", "SapphireRapids": 16
      case "Haswell", "Zen", "Excavator": 8
      default: 4
      }
    return floats < vector ? usual[vector] : nil
  }
}
