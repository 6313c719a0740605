/// How many cores this process may use.
import CKernels

/// Cores that can be kept busy: those of the affinity mask, or fewer where a control group limits the processor time
/// (`cpu.max`, or the first version's quota), rounded up.
/// - Parameters:
///   - affinity: cores of the mask.
///   - root: prefix of every path that is read.
public func usableCores(
  affinity: Int = Int(ck_affinity_cores()), root: String = ""
) -> Int {
  let quotas = ControlGroups.all("cpu", root).flatMap { groups in
    groups.folders.compactMap { groups.isSecondVersion ? secondVersionQuota($0) : firstVersionQuota($0) }
  }
  return max(1, quotas.reduce(affinity) { min($0, Int($1.rounded(.up))) })
}

/// Cores by `cpu.max`: "150000 100000", or "max 100000".
private func secondVersionQuota(_ folder: String) -> Double? {
  let words = lines(folder + "/cpu.max").first?.split(separator: " ") ?? []
  guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]) else { return nil }
  return cores(quota, of: period)
}

private func firstVersionQuota(_ folder: String) -> Double? {
  guard let quota = number(folder + "/cpu.cfs_quota_us"), let period = number(folder + "/cpu.cfs_period_us") else {
    return nil
  }
  return cores(quota, of: period)
}

/// nil where there is no limit; no more cores than any machine has, so that the result can be rounded.
private func cores(_ quota: Int, of period: Int) -> Double? {
  quota > 0 && period > 0 ? min(Double(quota) / Double(period), 1e6) : nil
}
