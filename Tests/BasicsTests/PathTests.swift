// File names that are not UTF-8, and the paths made of them.
import Basics
import Foundation
import Testing

@Test(
  arguments: [
    [0x63, 0x61, 0x66, 0xe9],  // "café" in Latin-1
    [0xff], [0x80, 0x61], [0xe2, 0x82], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0xaf], [0xed, 0xa0, 0x80],
    Array("plain/ünïcode/日本".utf8), [],
    // U+10FE80 and U+10FEE9 themselves, which stand for bytes 0x80 and 0xE9 otherwise
    [0xf4, 0x8f, 0xba, 0x80], [0x61, 0xf4, 0x8f, 0xbb, 0xa9, 0xe9],
    Array(0x80...0xff), Array(1...0xff),
  ] as [[UInt8]])
func aPathKeepsItsBytes(bytes: [UInt8]) {
  let text = String(path: bytes)
  #expect(text.pathBytes == bytes)
  #expect(
    text.withPath { Array(UnsafeBufferPointer(start: $0, count: strlen($0))).map(UInt8.init(bitPattern:)) } == bytes)
}

@Test func validNamesStayAsTheyAre() {
  #expect(String(path: Array("cat/ü.png".utf8)) == "cat/ü.png")
  #expect(Array(String(path: [0x61, 0xe9]).unicodeScalars.map(\.value)) == [0x61, 0x10fee9])
  // No escaped byte can become a slash or an end.
  #expect("\u{10fe2f}".pathBytes == [0xf4, 0x8f, 0xb8, 0xaf])
}

@Test func differentNamesHaveDifferentTexts() {
  let names: [[UInt8]] = [[0xe9], [0xc3, 0xa9], [0xf4, 0x8f, 0xbb, 0xa9], [0xe9, 0xe9], [0xf4], [0x8f]]
  #expect(Set(names.map { String(path: $0) }).count == names.count)
}

@Test func aTextWithAZeroByteNamesNoFile() {
  #expect(!Files.exists("/\u{0}"))
  #expect(Files.open("/dev/null\u{0}x", O_RDONLY) < 0)
}

@Test(arguments: [
  ("/a/b/../c/./d//e", "/a/c/d/e"), ("/..", "/"), ("/", "/"), ("/a/", "/a"), ("/\u{301}a/b", "/\u{301}a/b"),
])
func anAbsolutePathIsSimplified(path: String, simple: String) { #expect(Files.absolute(path) == simple) }

@Test func partsOfPaths() {
  #expect(Files.name(of: "a/b.c/") == "b.c" && Files.folder(of: "a/b/") == "a" && Files.folder(of: "/a") == "/")
  #expect(Files.folder(of: "a") == nil && Files.name(of: "/") == "/")
  #expect(Files.stem(of: "x/a.b.png") == "a.b" && Files.stem(of: ".hidden") == ".hidden")
  #expect(Files.fileExtension(of: "x.d/a") == "" && Files.fileExtension(of: "a.PNG") == "PNG")
  // A combining accent behind a slash makes one character of both.
  #expect(Files.name(of: "a/\u{301}b") == "\u{301}b")
}

@Test func filesOfAnyNameAreListedReadRenamedAndRemoved() throws {
  let root = NSTemporaryDirectory() + "simscope-paths-\(UUID().uuidString)"
  defer { Files.removeAll(root) }
  let (folder, other) = (root + "/" + String(path: [0x63, 0xe9]), root + "/" + String(path: [0xff]))
  #expect(Files.makeFolder(folder + "/deep") && Files.makeFolder(folder + "/deep"))
  let file = folder + "/" + String(path: [0xfe, 0x0a])
  try SafeFile.write([1, 2, 3], to: file)
  #expect(Files.names(in: root) == [String(path: [0x63, 0xe9])])
  #expect(Files.bytes(of: file) == [1, 2, 3] && Files.firstBytes(2, of: file) == [1, 2])
  #expect(Files.rename(file, to: other) && !Files.exists(file) && Files.status(other)?.st_size == 3)
  #expect(!Files.makeFolder(other + "/x"))
  Files.removeAll(root)
  #expect(!Files.exists(root))
}

@Test func filesWithoutASizeOfTheirOwnAreReadWhole() throws {
  let status = try #require(Files.bytes(of: "/proc/self/status"))
  #expect(String(decoding: status, as: UTF8.self).contains("VmSize"))
  #expect(Files.bytes(of: "/proc") == nil && Files.bytes(of: "/dev/null") == [])
  // Without an end.
  #expect(Files.bytes(of: "/dev/zero") == nil)
}

/// Foundation and C take paths as UTF-8 text, which `Files` alone turns back into bytes.
@Test func everyPathGoesThroughFiles() throws {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Sources")
  let forbidden = [
    "FileManager.", "fileURLWithPath", "contentsOfFile", "forReadingAtPath", "NSString)", "CommandLine.arguments",
    "NSHomeDirectory",
  ]
  let files = try #require(FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil))
  for case let file as URL in files where file.pathExtension == "swift" && file.lastPathComponent != "Files.swift" {
    let text = try String(contentsOf: file, encoding: .utf8)
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      // A program to start is no path that a user names.
      guard !line.contains("executableURL") else { continue }
      for word in forbidden where line.contains(word) {
        Issue.record("\(file.lastPathComponent):\(number + 1) uses \(word); use Files")
      }
    }
  }
}
