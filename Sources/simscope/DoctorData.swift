/// `doctor DATA`: what DATA is taken for and why, how it will be read, and what may not have been meant.
import Basics
import Canvas
import Foundation
import Images
import Training

func describeData(_ path: String, _ options: DataOptions) throws {
  let workers = try WorkerPool(starting: usableCores())
  let found = try DataSet.examine(path, options: options, cache: PictureCache(), workers: workers)
  let training = found.training
  line("DATA", "\(path): \(training.kind), as it \(training.evidence)")
  line("trained on", counts(training))
  if let labelled = found.labelled { line("labelled", counts(labelled)) }
  switch found.test {
  case .success(let test): line("test", counts(test))
  case .failure(let trouble): line("test", "\(trouble.what); \(trouble.remedy)")
  }
  line(
    "classes", training.classes.isEmpty ? classes(found.labelled, "none: no kNN in training") : classes(training, ""))
  line("sizes", sizes(found))
  var configuration = Configuration()
  configuration.adapt(toLargestSide: training.longestSide ?? 64)
  line("memory", "with \(configuration.encoder.name) \(configuration.memoryNeed(pictures: training.pictures).sentence)")
  line("cache", words(found.cache))
  describeUnreadable(found)
  if found.turned > 0 {
    line(
      "EXIF",
      "\(grouped(found.turned)) of \(grouped(found.tried)) images have an orientation other than upright, "
        + (options.exifOrientation == .apply
          ? "and are turned" : "which is ignored as in torchvision; --exif-orientation apply turns them"))
  }
  for remark in found.remarks { line("remark", remark) }
}

private func counts(_ survey: Survey) -> String {
  let each = survey.picturesPerClass.map { range in
    range.lowerBound == range.upperBound
      ? ", \(grouped(range.lowerBound)) of each class"
      : ", \(grouped(range.lowerBound)) to \(grouped(range.upperBound)) of a class"
  }
  return "\(grouped(survey.pictures)) pictures in \(survey.split)\(each ?? "")"
}

private func classes(_ survey: Survey?, _ otherwise: String) -> String {
  guard let survey, !survey.classes.isEmpty else { return otherwise }
  let names = survey.classes.prefix(12).joined(separator: ", ")
  return "\(survey.classes.count) classes: \(names)\(survey.classes.count > 12 ? ", …" : "")"
}

private func sizes(_ found: Examination) -> String {
  let side = found.training.defaultImageSize
  let sizes = found.sizes.map { "\($0.width)×\($0.height)" }
  guard let smallest = sizes.first else { return "unknown, as none of a few pictures can be read" }
  return (smallest == sizes[1] ? smallest : "\(smallest) to \(sizes[1])") + " px, trained on at \(side)×\(side)"
}

private func words(_ cache: CacheState) -> String {
  switch cache {
  case .needless: "none needed"
  case .absent(let path, let bytes): "none yet; the first start writes about \(bytes >> 20) MiB to \(path)"
  case .present(let path, let bytes, let changed):
    "\(bytes >> 20) MiB in \(path)"
      + (changed == 0 ? "" : "; \(grouped(changed)) pictures have changed and are decoded again")
  }
}

private func describeUnreadable(_ found: Examination) {
  if found.jpegs > 0 && !JPEG.isAvailable {
    return line("unreadable", "\(grouped(found.jpegs)) JPEG files need TurboJPEG: apt install libturbojpeg0")
  }
  if let words = DataSet.words(found.unreadable, of: found.tried) { line("unreadable", words) }
}

private func grouped(_ count: Int) -> String { Figures.grouped(count) }
