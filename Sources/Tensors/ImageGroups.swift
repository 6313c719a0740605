/// The images of a batch in groups whose number depends on the batch alone. Sums over images are taken group by group
/// and the groups added in order, so that they come out the same on any number of threads.
struct ImageGroups {
  let images: Int
  let count: Int

  init(images: Int, limit: Int = 32) { (self.images, count) = (images, min(images, limit)) }

  subscript(group: Int) -> Range<Int> { images * group / count..<images * (group + 1) / count }
}
