// Errors of the system, and files that are where they are looked for.
import Basics
import Foundation
import TestSupport
import Testing

@Test(arguments: [
  (ENOSPC, "make room on the disk"), (EDQUOT, "quota"), (EFBIG, "ulimit -f"), (EROFS, "read-only"),
  (EMFILE, "ulimit -n"), (ENFILE, "end other programs"), (EISDIR, "a folder has this name"),
  (ENOTDIR, "a part of this path is a file"), (ENAMETOOLONG, "choose a shorter one"), (ELOOP, "symbolic link"),
  (ESTALE, "file server"), (EIO, "dmesg"), (EACCES, "as before"), (ENOENT, "as before"),
])
func everyErrorOfTheSystemSaysWhatToDo(code: Int32, remedy: String) {
  let trouble = Trouble("cannot open", error: code, at: "a/b", remedy: "as before")
  #expect(trouble.what == "cannot open (\(String(cString: strerror(code))))" && trouble.place == "a/b")
  #expect(trouble.remedy.contains(remedy))
}

@Test func errorsOfRealFilesAreReadForWhatTheyAre() throws {
  let folder = try Scratch()
  try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
  for (path, remedy) in [
    ("/\(String(repeating: "x", count: 300))", "shorter"), ("/file/x", "not a folder"), ("/none/x", "check the path"),
  ] {
    let error = #expect(throws: Trouble.self) { try SafeFile.write([1], to: folder.path + path) }
    #expect(error?.remedy.contains(remedy) == true, "\(error as Any)")
  }
  let error = #expect(throws: Trouble.self) { try SafeFile.write([1], to: "/dev/full/x") }
  #expect(error?.remedy.contains("not a folder") == true)
}

@Test func aLinkInThePlaceOfTheUnfinishedFileIsNotFollowed() throws {
  let folder = try Scratch()
  let victim = folder.path + "/victim"
  try Data("kept".utf8).write(to: URL(fileURLWithPath: victim))
  let path = folder.path + "/new"
  try FileManager.default.createSymbolicLink(
    atPath: path + SafeFile.partialSuffix, withDestinationPath: victim)
  try SafeFile.write(Array("new".utf8), to: path)
  #expect(FileManager.default.contents(atPath: victim) == Data("kept".utf8))
  #expect(FileManager.default.contents(atPath: path) == Data("new".utf8))
  #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["new", "victim"])
}

@Test func whatCannotBeSyncedIsNoFailure() throws {
  var ends: [Int32] = [0, 0]
  #expect(pipe(&ends) == 0)  // fsync of a pipe: EINVAL
  defer { for end in ends { close(end) } }
  try SafeFile.sync(ends[1], "pipe")
  #expect(throws: Trouble.self) { try SafeFile.sync(-1, "closed") }
}

@Test(arguments: [
  (Int32(0), SafeFile.Lock.taken), (EWOULDBLOCK, .held), (ENOLCK, .unsupported(ENOLCK)), (ENOSYS, .unsupported(ENOSYS)),
  (EOPNOTSUPP, .unsupported(EOPNOTSUPP)), (EMFILE, .failed(EMFILE)),
])
func errorsOfALockAreToldApart(code: Int32, lock: SafeFile.Lock) {
  var calls = 0
  let outcome = SafeFile.lock(0) { _, _ in
    calls += 1
    errno = calls == 1 ? EINTR : code  // a signal came in between
    return calls == 1 || code != 0 ? -1 : 0
  }
  #expect(outcome == lock && calls == 2)
}
