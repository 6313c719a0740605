/// Data sets and pictures in forms that are not read: what they are, and what to do.
import Basics

enum ForeignData {
  /// A way to tell a form from a file's name, what it is called, and what to do about it.
  private struct Form {
    let endings: [String]
    let words: String
    let remedy: String
  }

  private static let forms = [
    Form(
      endings: [".npz"], words: "an npz archive of numpy arrays",
      remedy: "unpack it (unzip), and name the npy file of pictures"),
    Form(
      endings: [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"], words: "an archive that is not unpacked",
      remedy: "unpack it (tar xf), and name the folder"),
    Form(endings: [".zip"], words: "an archive that is not unpacked", remedy: "unpack it (unzip), and name the folder"),
    Form(endings: [".7z", ".rar"], words: "an archive that is not unpacked", remedy: "unpack it, and name the folder"),
    Form(
      endings: ["data_batch_1", "test_batch", "batches.meta"], words: "CIFAR-10 in Python's pickle format",
      remedy: "download the binary version (cifar-10-binary.tar.gz)"),
    Form(
      endings: ["fine_label_names.txt"], words: "CIFAR-100 without its pictures",
      remedy: "put train.bin and test.bin beside it"),
    Form(
      endings: [".parquet", ".arrow", ".tfrecord", ".h5", ".hdf5", ".mat", ".lmdb", ".mdb", ".pt", ".pth", ".pkl"],
      words: "a format that is not read",
      remedy: "write its images as PNG files with a subfolder for each class, or as npy"),
    // Those whose content is another thing; `ImageFormat` tells the others.
    Form(
      endings: [".webp", ".gif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".avif", ".heic", ".jxl"],
      words: "images that are neither PNG nor JPEG",
      remedy: "convert them, such as with ImageMagick: mogrify -format png"),
  ]

  /// Nil when none of the names stands for a known form.
  static func trouble(_ names: [String], at path: String) -> Trouble? {
    for form in forms {
      if let name = names.first(where: { name in form.endings.contains { name.lowercased().hasSuffix($0) } }) {
        return Trouble("\(form.words) (\(name))", at: path, remedy: form.remedy)
      }
    }
    return nil
  }
}
